#!/usr/bin/env bash
# The adapter of curl's option --aws-sigv4, against the S3-shaped scheme of OBS.
# request.jq knows how curl is called for an operation; this calls it.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd) || exit
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
cd "$work" || exit

version=$(curl --version | sed -n '1s/^curl \([^ ]*\).*/\1/p')

# ask FILTER [OPTION…]: what a filter of request.jq makes of the question.
ask() {
	jq -cj -L "$here" "${@:2}" "include \"request\"; $1" <<<"$question"
}

# send: curl carries out the operation. Of the answer only the status is kept.
send() {
	local hash arguments status code kind=rejected
	ask body >body
	hash=$(sha256sum <body)
	mapfile -d '' arguments < <(ask 'arguments($hash)[] | ., "\u0000"' --arg hash "${hash%% *}")
	status=$(curl --disable --silent --show-error --noproxy '*' --max-time 8 --output /dev/null \
		--write-out '%{http_code}' --path-as-is --globoff "${arguments[@]}" 2>errors)
	code=$?
	if [[ $status == [1-5]?? ]]; then
		ask '{id, status: $status}, "\n"' --argjson status "$status"
	else
		case $code in
		6 | 7 | 28 | 52 | 55 | 56) kind=error ;; # it wanted to send, and could not
		esac
		ask '{id, ($kind): {class: "curl", message: $message}}, "\n"' --arg kind "$kind" --rawfile message errors
	fi
}

while IFS= read -r question; do
	answer=$(ask 'reply($version)' --arg version "$version") || exit
	if [[ $answer ]]; then
		printf '%s\n' "$answer"
	else
		send
	fi
done
