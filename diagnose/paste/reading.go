package paste

// text reads what a text holds, the least doubtful things first: what was
// recognised is not looked at again.
func (c *collection) text(t *text, kind Kind) {
	switch kind {
	case ClientString:
		c.logs(t)
		if len(c.signed) == 0 {
			c.plain(t)
		}
		if len(c.signed) == 0 {
			c.asIs(t)
		}
		c.agents(t)
		return
	case Request:
		if c.whole(t) {
			return
		}
	}
	c.agents(t)
	c.commands(t)
	c.pythonWire(t)
	c.heads(t)
	c.logs(t)
	c.sentByClients(t)
	c.errorDocuments(t)
	c.exceptions(t)
	c.loneHeaders(t)
	c.urls(t)
	c.plain(t)
	for _, note := range t.rest() {
		c.unused(note)
	}
}
