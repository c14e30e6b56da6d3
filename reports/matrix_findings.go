package reports

// matrixFinding is a finding as the matrix shows it: what a user meets, and both
// strings on a line each. The request and the report to file are on the page of
// findings.
type matrixFinding struct {
	Anchor, Title, Status, Settled string
	Experience, Workaround         string
	Rule, ShownBy                  string
	PlaceLabel, Place, Reason      string
	Expected, Observed             string
}

// matrixExcerpt is how many columns of a string the matrix shows on either side
// of a difference.
const matrixExcerpt = 40

func viewMatrixFinding(c *Compliance, f *Finding) matrixFinding {
	v := matrixFinding{
		Anchor: Legible(anchor(c, f)), Title: Legible(f.Title), Status: Legible(f.Status), Settled: settled[f.Status],
		Experience: Legible(f.Experience), Workaround: Legible(f.Workaround),
		Rule: Legible(f.Rule), ShownBy: Counted(len(f.Results), "case"),
	}
	if len(f.Results) > 0 {
		v.ShownBy += ", such as " + Legible(f.Results[0])
	}
	if s := f.Shown; s != nil {
		r := Result{Outcome: s.Outcome, Stage: s.Stage, Divergence: s.Divergence, Message: s.Message}
		label, place := r.placeLine()
		v.PlaceLabel, v.Place, v.Reason = label, Legible(place), Legible(shorten(r.Reason(), pageSentence))
		if s.Expected != nil && s.Observed != nil {
			at := s.difference()
			v.Expected, v.Observed = Around(*s.Expected, at, matrixExcerpt).String(), Around(*s.Observed, at, matrixExcerpt).String()
		}
	}
	return v
}
