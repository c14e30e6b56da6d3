package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/countersign/countersign/internal/interop"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/vectors"
)

// What is published must be of the vectors and of the reports that stand beside
// it; that the reports are of the SDKs is for make interop to show.
func TestThePublishedPagesAreUpToDate(t *testing.T) {
	t.Chdir("../..")
	all, err := reports.ReadCollection("reports/compliance")
	if err != nil {
		t.Fatal(err)
	}
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.VectorSetSHA256 != set.SHA256() {
			t.Errorf("the report of %s %s is of other vectors; run `make interop`, or remove %s if no adapter has that version any more", c.Subject.Name, c.Subject.Version, c.File)
		}
		if !c.AsExpected {
			t.Errorf("the report of %s %s is not as expected", c.Subject.Name, c.Subject.Version)
		}
	}
	adapters, err := interop.Load("adapters")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range adapters.All {
		if _, err := os.Stat(filepath.Join("reports/compliance", a.Name)); err != nil {
			t.Errorf("%s has no report; run `make interop`", a.Name)
		}
	}
	for page, write := range map[string]func(io.Writer) error{
		findingsPage: func(w io.Writer) error { return reports.WriteFindings(w, all) },
		matrixPage:   func(w io.Writer) error { return reports.WriteMatrix(w, set, all, filepath.Dir(matrixPage)) },
	} {
		var want bytes.Buffer
		if err := write(&want); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(page); err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s is of other reports (%v); run `make interop`", page, err)
		}
	}
	var table bytes.Buffer
	if err := reports.WriteMatrixTable(&table, all); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(readme); err != nil || !bytes.Contains(text, table.Bytes()) {
		t.Errorf("the table of subjects in %s is of other reports (%v); run `make interop`", readme, err)
	}
}
