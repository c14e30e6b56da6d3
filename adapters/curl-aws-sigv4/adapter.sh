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
	local hash arguments status
	ask body >body
	hash=$(sha256sum <body)
	mapfile -d '' arguments < <(ask 'arguments($hash)[] | ., "\u0000"' --arg hash "${hash%% *}")
	status=$(curl --disable --silent --show-error --noproxy '*' --max-time 20 --output /dev/null \
		--write-out '%{http_code}' --path-as-is --globoff "${arguments[@]}" 2>errors)
	if [[ $status == [1-5]?? ]]; then
		ask '{id, status: $status}, "\n"' --argjson status "$status"
	else
		ask '{id, rejected: {class: "curl", message: $message}}, "\n"' --rawfile message errors
	fi
}

while IFS= read -r question; do
	case $(ask .type) in
	hello) ask 'hello($version), "\n"' --arg version "$version" ;;
	send) send ;;
	*) ask '{id, unsupported: "curl signs what it sends, it has no signer of its own"}, "\n"' ;;
	esac
done
