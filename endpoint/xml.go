package endpoint

import "strconv"

// escapeXML writes s as the text of an element. Only what would not come back
// as it is becomes something else: the three characters of markup, and control
// characters as numeric references (a bare CR would be read as LF). All other
// bytes stay, whether they are UTF-8 or not, as they do in the documents of the
// services: a StringToSign is read from its StringToSignBytes.
func escapeXML(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = !special(s[i])
	}
	if plain {
		return s
	}
	dst := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '&':
			dst = append(dst, "&amp;"...)
		case c == '<':
			dst = append(dst, "&lt;"...)
		case c == '>':
			dst = append(dst, "&gt;"...)
		case special(c):
			dst = append(strconv.AppendUint(append(dst, "&#"...), uint64(c), 10), ';')
		default:
			dst = append(dst, c)
		}
	}
	return string(dst)
}

func special(c byte) bool {
	return c == '&' || c == '<' || c == '>' || c < ' ' && c != '\t' && c != '\n'
}

// spelledBytes is the form of StringToSignBytes: two digits for every byte,
// blanks between them. OSS has upper-case digits and a blank behind the last
// byte too, OBS has lower-case digits (field evidence, section 4).
func (d Dialect) spelledBytes(s string) string {
	digits := "0123456789ABCDEF"
	if d == OBS {
		digits = "0123456789abcdef"
	}
	dst := make([]byte, 0, 3*len(s))
	for i := 0; i < len(s); i++ {
		dst = append(dst, digits[s[i]>>4], digits[s[i]&15], ' ')
	}
	if d == OBS && len(dst) > 0 {
		dst = dst[:len(dst)-1]
	}
	return string(dst)
}
