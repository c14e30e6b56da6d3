#!/bin/bash -eu
# Every target with its corpus: docs_test.go beside the targets holds this list
# to those there are.
target() {
  compile_go_fuzzer "github.com/countersign/countersign/fuzz/$1" Fuzz "$1" gofuzz
  zip -j -q "$OUT/$1_seed_corpus.zip" "fuzz/$1/corpus/"*
}

target adapterlines
target authorization
target canonical
target collision
target diagnosis
target differential
target errordocument
target policy
target signverify
target wirebytes
target wirecapture
target wirecurl
target wirehar
target wirehttp
