// Package browser tests the pages of Countersign in a real browser: the live page
// of countersign serve before real requests, the page of countersign diagnose in
// both its forms, and from disk the report of a run and the matrix of the
// committed compliance reports. The browser is headless Chromium, driven over its
// DevTools protocol. It is a module of its own, so that what drives the browser
// is no dependency of Countersign. `make test-browser` runs it.
//
// CHROMIUM is the path of the browser, where it has another name than the usual
// ones. Without a browser the tests are skipped and say so; with REQUIRE_ALL=1
// they fail. With SCREENSHOTS=DIR they leave pictures of the pages there.
package browser
