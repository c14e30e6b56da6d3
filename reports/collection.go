package reports

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// ErrNoCompliance says that a folder holds no compliance report.
var ErrNoCompliance = errors.New("no compliance report")

// ReadCollection reads compliance reports: files, and all .json files below
// folders, as in reports/compliance/<sdk>/<version>.json. They are sorted by
// subject. Two reports of one subject are an error: which of them counts would
// be chance.
func ReadCollection(paths ...string) ([]*Compliance, error) {
	var all []*Compliance
	from := map[string]string{}
	for _, path := range paths {
		files, err := complianceFiles(path)
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			c, err := readComplianceFile(name)
			if err != nil {
				return nil, err
			}
			if other := from[c.Subject.identity()]; other != "" {
				return nil, fmt.Errorf("%s and %s are both of %s", other, name, c.Subject.identity())
			}
			from[c.Subject.identity()] = name
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w in %v", ErrNoCompliance, paths)
	}
	slices.SortFunc(all, bySubject)
	return all, nil
}

func complianceFiles(path string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && (name == path || filepath.Ext(name) == ".json") {
			files = append(files, name)
		}
		return err
	})
	return files, err
}

func readComplianceFile(name string) (*Compliance, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	c, err := ReadCompliance(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c.File = name
	return c, nil
}
