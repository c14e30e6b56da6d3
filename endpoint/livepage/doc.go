// Package livepage is the web page of a server or proxy: the requests it has
// seen, as they come, each with its verdict, its stages and what is known of a
// signature that does not match.
//
// It guarantees:
//
//   - Memory is bounded: the last exchanges are kept, up to a number and up to a
//     number of bytes, and each is cut to a bound of its own ([Limits]). A page
//     costs nothing of that: it reads from what is kept, at its own pace.
//   - A page that is opened late gets what is kept, and one whose connection
//     drops goes on behind the last exchange it has. What it missed because it
//     is no longer kept is counted and said.
//   - What a client sent stays text: the page makes no HTML of strings, and needs
//     no network.
//   - No other web page can read it: it is served as [localpage] serves pages.
//
// It shows what it is given. Who adds an exchange takes the secrets out of it,
// and makes bytes visible that are not text.
package livepage
