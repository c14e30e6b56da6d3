package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println(seeds("fuzz"))
	_ = os.Args
}
