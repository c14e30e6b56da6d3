package fuzz

// Choices turns bytes into decisions, one byte each, from front to back.
// Behind the last byte every decision is the first of its table, so the first
// entries are the plain ones.
type Choices struct {
	data []byte
}

// NewChoices returns the decisions that data holds.
func NewChoices(data []byte) *Choices { return &Choices{data} }

// Byte returns the next byte, or 0 behind the last one.
func (c *Choices) Byte() byte {
	if len(c.data) == 0 {
		return 0
	}
	b := c.data[0]
	c.data = c.data[1:]
	return b
}

// Below returns a number from 0 to n-1; n is 1 to 256.
func (c *Choices) Below(n int) int { return int(c.Byte()) % n }

// Once is true for one of n bytes, and never for 0: for what shall be rare.
func (c *Choices) Once(n int) bool { return c.Below(n) == n-1 }

// OneOf picks an entry of a table of 1 to 256 entries.
func OneOf[T any](c *Choices, table []T) T { return table[c.Below(len(table))] }

// text joins up to limit entries of a table.
func (c *Choices) text(table []string, limit int) string {
	n := c.Below(limit + 1)
	if n == 0 {
		return ""
	}
	var out []byte
	for range n {
		out = append(out, OneOf(c, table)...)
	}
	return string(out)
}
