//go:build js && wasm

// Wasm is the diagnosis for a browser. It runs in a worker of the page, and
// leaves there a function that answers a question: JSON in, JSON out.
package main

import (
	"fmt"
	"syscall/js"

	"github.com/countersign/countersign/diagnose/page/dialog"
)

func main() {
	js.Global().Set("countersignAnswer", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return answer(args[0].String())
	}))
	js.Global().Call("countersignReady")
	select {} // the function lives as long as the program
}

// answer never panics: that would end the program, and with it the page.
func answer(asked string) (said string) {
	defer func() {
		if p := recover(); p != nil {
			said = fmt.Sprintf(`{"error":%q}`, "the diagnosis failed; please report this")
		}
	}()
	return string(dialog.Answer([]byte(asked)))
}
