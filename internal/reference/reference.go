// Package reference writes JSON Schemas as a page for people.
//
// It guarantees that every definition and every member of the schemas has its
// place on the page, in the order of the schemas: what they do not say, the page
// does not either.
package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// object is a JSON object that keeps the order of its members.
type object struct {
	names  []string
	values map[string]any // object, []any, string, json.Number, bool or nil
}

func (o *object) get(name string) any {
	if o == nil {
		return nil
	}
	return o.values[name]
}

func (o *object) text(name string) string {
	s, _ := o.get(name).(string)
	return s
}

func (o *object) child(name string) *object {
	c, _ := o.get(name).(*object)
	return c
}

func parse(data []byte) (*object, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := value(d)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*object)
	if !ok {
		return nil, fmt.Errorf("a schema is an object, got %T", v)
	}
	return o, nil
}

func value(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		o := &object{values: map[string]any{}}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := value(d)
			if err != nil {
				return nil, err
			}
			o.names = append(o.names, name.(string))
			o.values[name.(string)] = v
		}
		_, err := d.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := value(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	return t, nil
}

// Page is the page of schemas, given by their places in the source, such as
// vectors/schema/case.schema.json, in the order of the places.
func Page(introduction string, schemas map[string][]byte) (string, error) {
	var places []string
	for place := range schemas {
		places = append(places, place)
	}
	slices.Sort(places)
	w := &writer{}
	w.line("%s", introduction)
	parsed := map[string]*object{}
	for _, place := range places {
		schema, err := parse(schemas[place])
		if err != nil {
			return "", fmt.Errorf("%s: %w", place, err)
		}
		parsed[place] = schema
		w.line("- [%s](#%s): `%s`", schema.text("title"), anchor(schema.text("title")), place)
	}
	for _, place := range places {
		w.schema(place, parsed[place])
	}
	return w.b.String(), nil
}

type writer struct {
	b     strings.Builder
	place string // of the schema that is being written
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

func (w *writer) schema(place string, s *object) {
	w.place = place
	w.line("\n## %s\n\n`%s`\n", s.text("title"), place)
	w.definition(s)
	defs := s.child("$defs")
	if defs == nil {
		return
	}
	for _, name := range defs.names {
		w.line("\n### %s\n", heading(place, name))
		w.definition(defs.child(name))
	}
}

// definition is what a schema says, and a table of its members.
func (w *writer) definition(s *object) {
	if text := s.text("description"); text != "" {
		w.line("%s", escape(text))
	}
	rows := w.rows(nil, "", s, nil)
	if len(rows) == 0 {
		if kind := w.kind(s); kind != "" && kind != "object" {
			w.line("\n%s", strings.ToUpper(kind[:1])+kind[1:]+".")
		}
		return
	}
	w.line("\n| member | is | |\n| --- | --- | --- |")
	for _, row := range rows {
		w.line("| %s | %s | %s |", row[0], row[1], row[2])
	}
	if s.get("additionalProperties") == false {
		w.line("\nNo other members.")
	}
}

// rows are the members of an object, those of members that are objects behind
// them with a dot.
func (w *writer) rows(rows [][3]string, prefix string, s *object, required []any) [][3]string {
	if list, ok := s.get("required").([]any); ok {
		required = list
	}
	properties := s.child("properties")
	if properties != nil {
		for _, name := range properties.names {
			member, ok := properties.values[name].(*object)
			if !ok {
				continue // true or false: only says that it may, or may not, be there
			}
			needed := ""
			if slices.Contains(required, any(name)) {
				needed = ", required"
			}
			rows = append(rows, [3]string{"`" + prefix + name + "`", w.kind(member) + needed, escape(member.text("description"))})
			inner, dot := member, "."
			if items := member.child("items"); items != nil {
				inner, dot = items, "[]."
			}
			rows = w.rows(rows, prefix+name+dot, inner, nil)
		}
	}
	for _, together := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := s.get(together).([]any)
		for _, part := range list {
			if o, ok := part.(*object); ok && o.text("$ref") == "" {
				rows = w.rows(rows, prefix, o, nil)
			}
		}
	}
	return rows
}

// kind says in a few words what a schema allows.
func (w *writer) kind(s *object) string {
	switch {
	case s.text("$ref") != "":
		return w.link(s.text("$ref"))
	case s.get("const") != nil:
		return "`" + plain(s.get("const")) + "`"
	case s.get("enum") != nil:
		return "one of " + codes(s.get("enum").([]any))
	}
	for _, choice := range []string{"oneOf", "anyOf"} {
		list, _ := s.get(choice).([]any)
		var kinds []string
		for _, part := range list {
			if o, ok := part.(*object); ok {
				if kind := w.kind(o); kind != "" && !slices.Contains(kinds, kind) {
					kinds = append(kinds, kind)
				}
			}
		}
		if len(kinds) > 0 {
			return strings.Join(kinds, " or ")
		}
	}
	kind := s.text("type")
	if items := s.child("items"); kind == "array" && items != nil {
		if of := w.kind(items); of != "" {
			kind = "list of " + of
		}
	}
	if values, ok := s.get("additionalProperties").(*object); kind == "object" && ok {
		kind = "object of " + w.kind(values)
	}
	var limits []string
	for _, limit := range []struct{ name, word string }{
		{"pattern", "matches"}, {"format", "as"}, {"minimum", "at least"}, {"maximum", "at most"},
	} {
		if v := s.get(limit.name); v != nil {
			limits = append(limits, limit.word+" `"+strings.ReplaceAll(plain(v), "|", `\|`)+"`")
		}
	}
	if len(limits) > 0 {
		kind += " (" + strings.Join(limits, ", ") + ")"
	}
	return kind
}

// link goes to the definition that a reference names.
func (w *writer) link(ref string) string {
	file, def, _ := strings.Cut(ref, "#/$defs/")
	place := w.place
	if file != "" {
		place = path.Join(path.Dir(w.place), file)
	}
	if def == "" {
		return "[" + short(place) + "](" + "#" + anchor(short(place)) + ")"
	}
	return "[" + def + "](#" + anchor(heading(place, def)) + ")"
}

// heading is that of a definition. Several schemas may have one of a name.
func heading(place, def string) string { return short(place) + ": " + def }

func short(place string) string { return strings.TrimSuffix(path.Base(place), ".schema.json") }

// anchor is how a renderer of Markdown names a heading in links.
func anchor(heading string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(heading) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			b.WriteRune(r)
		}
	}
	return b.String()
}

func codes(list []any) string {
	var out []string
	for _, v := range list {
		out = append(out, "`"+plain(v)+"`")
	}
	return strings.Join(out, " ")
}

func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return fmt.Sprint(v)
}

// escape keeps a text in the cell of a table, and what looks like markup as it
// is written.
func escape(text string) string {
	return strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`, "\n", " ").Replace(text)
}
