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
//   - What a client sent stays text. The page has no inline script or style, its
//     Content-Security-Policy allows its own files alone and no HTML made of
//     strings, and it needs no network.
//   - No other web page can read it: requests are answered only under an
//     address or localhost, so that a name that was made to point here (DNS
//     rebinding) is of no use, and only to their own origin. It listens on
//     loopback unless told otherwise.
//
// It shows what it is given. Who adds an exchange takes the secrets out of it,
// and makes bytes visible that are not text.
package livepage
