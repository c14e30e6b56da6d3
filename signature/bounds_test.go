package signature

import (
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/wire"
)

// A head of 1 MiB holds lists of 100,000 names. What is done with them is not
// quadratic in their number: this test took half a minute for each request once.
func TestLongListsOfHeadersAreReadInTime(t *testing.T) {
	now := time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)
	v := &Verifier{Secret: func(id string) (Credentials, bool) { return Credentials{AccessKeyID: id, AccessKeySecret: "s"}, true }, Now: func() time.Time { return now }}
	var names strings.Builder
	headers := []wire.Header{
		{Name: "Host", Value: "b.oss-cn-hangzhou.aliyuncs.com"}, {Name: "x-oss-date", Value: "20261121T083000Z"}, {Name: "x-oss-content-sha256", Value: "UNSIGNED-PAYLOAD"},
		{Name: "x-amz-date", Value: "20261121T083000Z"},
	}
	for i := range 100_000 {
		fmt.Fprintf(&names, "h%x;", i)
		headers = append(headers, wire.Header{Name: fmt.Sprintf("H%x", i)})
	}
	list := strings.TrimSuffix(names.String(), ";")
	zeros := strings.Repeat("0", 64)
	for authorization, absentIs := range map[string]Verdict{
		"OSS4-HMAC-SHA256 Credential=a/20261121/cn-hangzhou/oss/aliyun_v4_request,AdditionalHeaders=%s,Signature=" + zeros:                  Malformed,
		"AWS4-HMAC-SHA256 Credential=a/20261121/cn-hangzhou/s3/aws4_request,SignedHeaders=host;x-amz-date;x-oss-date;%s,Signature=" + zeros: Malformed,
		"OSS2 AccessKeyId:a,AdditionalHeaders:%s,Signature:AAAA":                                                                            Malformed,
	} {
		signed := wire.Header{Name: "Authorization", Value: fmt.Sprintf(authorization, list)}
		all := v.Verify(&wire.Request{Method: "GET", Target: "/k", Headers: append([]wire.Header{signed}, headers...)})
		if all.Verdict != Mismatch || len(all.Signed) < 100_000 {
			t.Errorf("%.20s: %s, %d names: %v", authorization, all.Verdict, len(all.Signed), all.Fault())
		}
		none := v.Verify(&wire.Request{Method: "GET", Target: "/k", Headers: append([]wire.Header{signed}, headers[:4]...)})
		if none.Verdict != absentIs || len(none.Faults) < mostFaults || len(none.Faults) > 2*mostFaults {
			t.Errorf("%.20s: %s with %d faults", authorization, none.Verdict, len(none.Faults))
		}
	}
	pairs := v.Verify(&wire.Request{Method: "GET", Target: "/k", Headers: append([]wire.Header{{Name: "Authorization", Value: "OSS4-HMAC-SHA256 " + strings.Repeat("a=b,", 200_000)}}, headers[:4]...)})
	if len(pairs.Faults) < mostFaults || len(pairs.Faults) > 2*mostFaults {
		t.Errorf("%d faults", len(pairs.Faults))
	}
}

// Signatures and tokens are compared by sameSecret, and by nothing that tells how
// much of them was right.
func TestSecretsAreComparedInConstantTime(t *testing.T) {
	guarded := []string{"Provided", "Token", "SecurityToken", "AccessKeySecret"}
	calls := 0
	for _, name := range sources(t) {
		file, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "sameSecret" {
					calls++
				}
			case *ast.BinaryExpr:
				for _, side := range []ast.Expr{n.X, n.Y} {
					selector, ok := side.(*ast.SelectorExpr)
					if n.Op != gotoken.EQL && n.Op != gotoken.NEQ || !ok || !slices.Contains(guarded, selector.Sel.Name) || ofNames(selector) {
						continue
					}
					if !empty(n.X) && !empty(n.Y) {
						t.Errorf("%s compares %s with an operator", name, selector.Sel.Name)
					}
				}
			}
			return true
		})
	}
	if calls != 2 {
		t.Errorf("sameSecret is called %d times, want once for the signature and once for the token", calls)
	}
	for _, c := range [][2]string{{"", "a"}, {"a", ""}, {"ab", "aB"}, {"ab", "a"}, {"a", "ab"}} {
		if sameSecret(c[0], c[1]) {
			t.Errorf("%q", c)
		}
	}
	if !sameSecret("a", "a") {
		t.Error("a is not a")
	}
}

// sources are the files of this package that are no tests.
func sources(t *testing.T) []string {
	t.Helper()
	all, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	return slices.DeleteFunc(all, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

// ofNames reports whether a selector is the name of a parameter, not its value.
func ofNames(s *ast.SelectorExpr) bool {
	switch x := s.X.(type) {
	case *ast.Ident:
		return x.Name == "n"
	case *ast.SelectorExpr:
		return x.Sel.Name == "Names"
	}
	return false
}

func empty(e ast.Expr) bool {
	literal, ok := e.(*ast.BasicLit)
	return ok && literal.Value == `""`
}
