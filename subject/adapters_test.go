package subject_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
)

// The test binary runs itself as the adapters below.
const adapterEnv = "SUBJECT_TEST_ADAPTER"

// A file that one run of an adapter leaves for the next.
const markEnv = "SUBJECT_TEST_MARK"

func TestMain(m *testing.M) {
	if name := os.Getenv(adapterEnv); name != "" {
		adapters[name]()
		os.Exit(0)
	}
	flag.Parse()
	flag.Set("test.parallel", "16") // they wait for deadlines, not for a processor
	os.Exit(m.Run())
}

var adapters map[string]func()

func init() {
	adapters = map[string]func(){
		"good":                  good(nil).Main,
		"echoes keys":           withBytes().Main,
		"shows its environment": good(environment).Main,
		"hangs on q5, answers the others concurrently": good(hangOnQ5).Main,

		"says hello and exits": hello,
		"adds fields of its own": func() {
			eachLine(func(id string, _ int) {
				fmt.Printf(`{"URL":17,"sdk":{"log":["x"]},"id":%q,"url":null,"error":null,"stages":{"myStage":1,"canonicalQuery":null,"signature":%q}}`+"\r\n", id, "signature of "+id)
			})
		},
		"crashes on every second": crashesOn(2),
		"crashes on every third":  crashesOn(3),
		"ends after each answer":  func() { eachLine(func(id string, _ int) { answer(id); os.Exit(0) }) },
		"dies by a signal on q2":  onQ2(func() { self, _ := os.FindProcess(os.Getpid()); _ = self.Kill(); select {} }),
		"closes its output on q2": onQ2(func() { os.Stdout.Close(); time.Sleep(time.Hour) }),
		"breaks off on q2":        onQ2(func() { fmt.Print(`{"id":"q2","stages":{"signat`); os.Exit(0) }),
		"hangs on q2":             onQ2(func() { time.Sleep(time.Hour) }),
		"hangs on q5":             on("q5", func() { time.Sleep(time.Hour) }),
		"holds answers back, and hangs on q5": func() {
			collect(8, 100*time.Millisecond, func(ids []string) {
				if slices.ContainsFunc(ids, func(id string) bool { return strings.HasPrefix(id, "q5") }) {
					time.Sleep(time.Hour)
				}
				for _, id := range ids {
					answer(id)
				}
			})
		},
		"is slow on q2":        onQ2(func() { time.Sleep(time.Minute); answer("q2") }),
		"reads nothing":        func() { hello(); time.Sleep(time.Hour) },
		"garbage on q2":        onQ2(func() { fmt.Println("Traceback (most recent call last):") }),
		"array on q2":          onQ2(func() { fmt.Println(`["id","q2"]`) }),
		"null on q2":           onQ2(func() { fmt.Println(`null`) }),
		"no id on q2":          onQ2(func() { fmt.Println(`{"stages":{"signature":"x"}}`) }),
		"number as id on q2":   onQ2(func() { fmt.Println(`{"id":2,"stages":{"signature":"x"}}`) }),
		"endless line on q2":   onQ2(func() { endless() }),
		"invalid UTF-8 on q2":  onQ2(func() { fmt.Println(`{"id":"q2","stages":{"signature":"` + "\xff" + `"}}`) }),
		"lone surrogate on q2": onQ2(func() { fmt.Println(`{"id":"q2","stages":{"signature":"\ud800"}}`) }),
		"wrong id on q2":       onQ2(func() { answer("nobody") }),
		"answers q2 twice":     onQ2(func() { answer("q2"); answer("q2") }),
		"answers everything twice": func() {
			eachLine(func(id string, _ int) { answer(id); answer(id) })
		},
		"no signature on q2": onQ2(func() { fmt.Println(`{"id":"q2","stages":{"stringToSign":"x"}}`) }),
		"two outcomes on q2": onQ2(func() { fmt.Println(`{"id":"q2","unsupported":"x","stages":{"signature":"x"}}`) }),
		"no outcome on q2":   onQ2(func() { fmt.Println(`{"id":"q2","stages":null}`) }),
		"talks before each answer": func() {
			eachLine(func(id string, _ int) { fmt.Println("debug: signing"); answer(id) })
		},
		"talks after each answer": func() {
			eachLine(func(id string, _ int) { answer(id); fmt.Println("debug: signed") })
		},
		"writes blank lines": func() {
			eachLine(func(id string, _ int) { fmt.Print("\n\r\n"); answer(id) })
		},
		"floods after q1": func() {
			eachLine(func(id string, _ int) {
				answer(id)
				if id == "q1" {
					for {
						fmt.Println("tick")
					}
				}
			})
		},
		"answers in reverse": func() {
			collect(64, 50*time.Millisecond, func(ids []string) {
				for i := len(ids) - 1; i >= 0; i-- {
					answer(ids[i])
				}
			})
		},
		"takes 500 ms each": func() {
			eachLine(func(id string, _ int) { time.Sleep(500 * time.Millisecond); answer(id) })
		},
		"collects four and crashes, then is good":        collectAndCrash,
		"collects four and cuts q3 short":                func() { collect(4, time.Hour, cutQ3Short) },
		"collects four and writes garbage for the first": func() { collect(4, time.Hour, garbageForFirst) },
		"answers the first attempt after the second": func() {
			var first string
			eachLine(func(id string, n int) {
				switch n {
				case 1:
					first = id
				case 2:
					fmt.Printf(`{"id":%q,"stages":{"signature":"first attempt"}}`+"\n", first)
					fmt.Printf(`{"id":%q,"stages":{"signature":"second attempt"}}`+"\n", id)
				default:
					answer(id)
				}
			})
		},
		"does not end": func() { eachLine(func(id string, _ int) { answer(id) }); time.Sleep(time.Hour) },
		"has a child":  hasChild(nil),
		"has a child that holds its streams open": hasChild(func(child *exec.Cmd) {
			child.Stdout, child.Stderr = os.Stdout, os.Stderr
		}),
		"holds the mark open": func() {
			if _, err := os.OpenFile(os.Getenv(markEnv), os.O_WRONLY, 0); err != nil {
				panic(err)
			}
			time.Sleep(time.Hour)
		},

		"exits at once":                   func() { fmt.Fprintln(os.Stderr, "module not found"); os.Exit(7) },
		"does not answer hello":           func() { time.Sleep(time.Hour) },
		"endless hello":                   endless,
		"speaks protocol 2":               says(`{"type":"hello","protocol":2,"adapter":{"name":"a","version":"1"},"schemes":["oss-v4/header"]}`),
		"prints a banner":                 says("Welcome to SDK 1.0"),
		"has no name":                     says(`{"type":"hello","protocol":1,"adapter":{"version":"1"},"schemes":["oss-v4/header"]}`),
		"offers nothing":                  says(`{"type":"hello","protocol":1,"adapter":{"name":"a","version":"1"},"schemes":[]}`),
		"offers a scheme without carrier": says(`{"type":"hello","protocol":1,"adapter":{"name":"a","version":"1"},"schemes":["oss-v4"]}`),
		"offers a scheme twice":           says(`{"type":"hello","protocol":1,"adapter":{"name":"a","version":"1"},"schemes":["oss-v4/header","oss-v4/header"]}`),
	}
}

// good is an adapter that signs by naming the id, or as sign says.
func good(sign func(id string) string) *adapter.Adapter {
	return &adapter.Adapter{
		Identity:   subject.Identity{Name: "good", Version: "1.0", Language: "go", URL: "https://sdk.example"},
		Profiles:   []string{"oss-v4/header"},
		Operations: []string{"GetObject"},
		Features:   []string{"clock"},
		Parallel:   8,
		Sign: func(_ context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
			if sign != nil {
				return adapter.Signature(sign(q.ID)), nil
			}
			switch q.ID {
			case "unsupported":
				return nil, fmt.Errorf("%w: no such carrier", subject.ErrUnsupported)
			case "rejected":
				return nil, fmt.Errorf("signing: %w", &subject.RejectedError{Class: "bad-key", Message: "a key must not be empty"})
			case "error":
				return nil, errors.New("disk full")
			case "panic":
				panic("index out of cheese")
			case "goexit":
				runtime.Goexit()
			case "nothing":
				return nil, nil
			}
			return adapter.Signature("signature of " + q.ID), nil
		},
	}
}

func withBytes() *adapter.Adapter {
	a := good(nil)
	a.Features = append(a.Features, "bytes")
	a.Sign = func(_ context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
		return adapter.Signature("x").With(signature.CanonicalResource, q.Input.Key), nil
	}
	return a
}

func environment(string) string { return strings.Join(os.Environ(), "\n") }

func hangOnQ5(id string) string {
	if id == "q5" {
		time.Sleep(time.Hour)
	}
	time.Sleep(20 * time.Millisecond)
	return "signature of " + id
}

// The adapters below are written by hand, because package adapter would not
// let them misbehave.

var stdin = bufio.NewReader(os.Stdin)

func readID() (string, bool) {
	line, err := stdin.ReadBytes('\n')
	if err != nil {
		return "", false
	}
	var q struct{ ID string }
	if err := json.Unmarshal(line, &q); err != nil {
		panic(err)
	}
	return q.ID, true
}

func hello() {
	readID()
	fmt.Println(`{"type":"hello","protocol":1,"adapter":{"name":"liar","version":"1"},"schemes":["oss-v4/header"]}`)
}

func says(line string) func() {
	return func() { readID(); fmt.Println(line); readID() }
}

func answer(id string) {
	fmt.Printf(`{"id":%q,"stages":{"signature":%q}}`+"\n", id, "signature of "+id)
}

// eachLine calls f with each question's id and number, from 1.
func eachLine(f func(id string, n int)) {
	hello()
	for n := 1; ; n++ {
		id, ok := readID()
		if !ok {
			return
		}
		f(id, n)
	}
}

// on answers all questions but one.
func on(special string, f func()) func() {
	return func() {
		eachLine(func(id string, _ int) {
			if id == special {
				f()
			} else {
				answer(id)
			}
		})
	}
}

// crashesOn answers all questions but the nth.
func crashesOn(nth int) func() {
	return func() {
		eachLine(func(id string, n int) {
			if n == nth {
				fmt.Fprintln(os.Stderr, "out of cheese")
				os.Exit(3)
			}
			answer(id)
		})
	}
}

// hasChild starts a process for each question, and answers with its id.
func hasChild(change func(*exec.Cmd)) func() {
	return func() {
		eachLine(func(id string, _ int) {
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), adapterEnv+"=holds the mark open")
			if change != nil {
				change(child)
			}
			if err := child.Start(); err != nil {
				panic(err)
			}
			fmt.Printf(`{"id":%q,"stages":{"signature":"%d"}}`+"\n", id, child.Process.Pid)
		})
	}
}

func onQ2(f func()) func() { return on("q2", f) }

// collect waits until there are n questions, or no more come for a while, and
// hands them over.
func collect(n int, while time.Duration, f func(ids []string)) {
	hello()
	ids := make(chan string)
	go func() {
		defer close(ids)
		for {
			id, ok := readID()
			if !ok {
				return
			}
			ids <- id
		}
	}()
	var waiting []string
	for {
		select {
		case id, ok := <-ids:
			if !ok {
				return
			}
			fmt.Fprintln(os.Stderr, "read", id)
			if waiting = append(waiting, id); len(waiting) < n {
				continue
			}
		case <-time.After(while):
		}
		f(waiting)
		waiting = nil
	}
}

func collectAndCrash() {
	mark := os.Getenv(markEnv)
	if _, err := os.Stat(mark); err == nil {
		eachLine(func(id string, _ int) { answer(id) })
		return
	}
	collect(4, time.Hour, func([]string) {
		if err := os.WriteFile(mark, nil, 0o600); err != nil {
			panic(err)
		}
		os.Exit(1)
	})
}

func cutQ3Short(ids []string) {
	for _, id := range ids {
		if id == "q3" {
			fmt.Println(`{"id":"q3","stages":{"signature":`)
		} else {
			answer(id)
		}
	}
}

func garbageForFirst(ids []string) {
	fmt.Println("Segmentation fault")
	for _, id := range ids[1:] {
		answer(id)
	}
}

func endless() {
	chunk := bytes.Repeat([]byte("x"), 64<<10)
	for {
		if _, err := os.Stdout.Write(chunk); err != nil {
			os.Exit(0)
		}
	}
}
