// Package browser tests the live page of countersign serve, and the page of
// countersign diagnose in both its forms, in a real browser:
// headless Chromium, driven over its DevTools protocol, before the real program
// and real requests. It is a module of its own, so that what drives the browser
// is no dependency of Countersign. `make test-browser` runs it.
//
// CHROMIUM is the path of the browser, where it has another name than the usual
// ones. Without a browser the tests are skipped and say so; with REQUIRE_ALL=1
// they fail. With SCREENSHOTS=DIR they leave pictures of the page there.
package browser
