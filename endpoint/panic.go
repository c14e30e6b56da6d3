package endpoint

import (
	"fmt"
	"runtime/debug"
)

// Panic is the error of an exchange that met a bug in Countersign, in the
// endpoint, the verifier or the backend. The client is answered with status 500
// and its connection is closed; the others go on. Who starts a server looks for
// it in what is logged and says so.
type Panic struct {
	Value any
	Stack []byte // where it was
}

// Error does not tell the stack.
func (p *Panic) Error() string { return fmt.Sprintf("this is a bug in Countersign: %v", p.Value) }

// Recovered is the error of what recover returned, called where the panic
// passes; nil for nil.
func Recovered(value any) error {
	if value == nil {
		return nil
	}
	return &Panic{Value: value, Stack: debug.Stack()}
}

// guard does something for one exchange. A panic is its error.
func guard(do func() error) (err error) {
	defer func() {
		if bug := Recovered(recover()); bug != nil {
			err = bug
		}
	}()
	return do()
}
