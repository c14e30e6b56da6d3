package diagnose

import (
	"slices"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Recomputed says what the signer of a request did wrong: the mistakes with
// which the given secret makes exactly the signature that the request carries,
// where a server makes another one of what is signed there. It is for those who
// judge a signer and hold the secret it was given: nothing on the way can have
// changed the request, so it is the signer's doing.
//
// It looks as far as [Glance] does, and returns nil where nothing is proven.
// Nobody has a proof of this kind who does not sign: what a signature looks like
// is none.
func Recomputed(req *wire.Request, known signature.Credentials, hosts signature.Hosts, signed string) *Diagnosis {
	c := openInquiry(Evidence{Request: req, Seen: AtServer, Credentials: known, Hosts: hosts})
	c.limit, c.alone = fewHypotheses, true
	c.askShape()
	if c.rebuilt == nil || c.rebuilt.String() != signed || c.shape.digest == nil || len(c.shape.mistakes) > 0 {
		return nil
	}
	h := c.newHunt(c.rebuilt)
	if h == nil {
		return nil
	}
	found := h.run()
	c.out.Causes, c.out.Readings, c.out.Compared = nil, nil, nil
	c.tell(found, true, "signed so, the request has exactly the signature that it carries", signer)
	c.out.Causes = slices.DeleteFunc(c.out.Causes, func(told reports.Cause) bool { return told.Confidence != reports.Proof })
	if len(c.out.Causes) == 0 {
		return nil
	}
	if text := found[0].signed; text != "" && text != signed {
		c.showText(clientSigned, text, requestWants, c.rebuilt)
	}
	d := c.conclude()
	d.WouldHelp = nil
	return &d
}

// signer is who is at fault where nobody stands between a signer and its judge.
const signer Party = "sdk"
