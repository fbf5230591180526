#!/bin/sh
# tokens: a token is piped in, kept, shown, handed out and forgotten.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh
. tests/support/keyfob.sh

token=mcp-secret-of-the-tests-0123456789
printf '%s\n' "$token" >"$scratch/token"
printf 'mcp-another-secret\n' >"$scratch/wrong"
peer_start "$token"
url=http://127.0.0.1:$port/team/mcp
vault=$home/.config/keyfob

input=$scratch/wrong
ends 3 "a token that the server rejects" login --url "$url"
has "says that nothing is kept" err "nothing was stored"
ends 0 "and nothing is" status
lacks "of that server" out "127.0.0.1:$port"

input=$scratch/token
ends 0 "a token that the server takes" login --url "$url"
lacks "is not shown" both "$token"
check "the vault is there" test -f "$vault/profiles.keyfob"
mode() { stat -c %a "$1"; }
check "for its owner alone" test "$(mode "$vault/profiles.keyfob") $(mode "$vault/key") $(mode "$vault")" = "600 600 700"
no_token_in() { ! grep -rqaF "$token" "$1"; }
check "and encrypted" no_token_in "$home"
check "the server saw it, and a made-up one" grep -q ' unknown$' "$scratch/peer.log"

input=
ends 0 "status" status
has "lists it" out "http://127.0.0.1:$port"
lacks "without the token" both "$token"
ends 0 "status as JSON" status --json
has "lists it" out "\"identity\":\"http://127.0.0.1:$port\""
has "as valid" out '"state":"valid"'
has "as proved" out '"verified":true'
lacks "without the token" both "$token"
ends 0 "status of one" status "$url"

ends 0 "token" token "$url"
is "prints it, a line" out "$token"
empty "and nothing else" err
ends 0 "token as a header" token "$url" --format header
is "is that line" out "Authorization: Bearer $token"
ends 0 "token as headers" token "$url" --format headers
is "is one JSON object" out "{\"Authorization\":\"Bearer $token\"}"
ends 2 "headers for no server" token --format headers
with="CLAUDE_CODE_MCP_SERVER_NAME=team CLAUDE_CODE_MCP_SERVER_URL=$url"
ends 0 "headers for the server of the environment" token --format headers
is "are the same" out "{\"Authorization\":\"Bearer $token\"}"
ends 2 "another format for it" token --format header
with=
ends 0 "token as variables" token "$url" --format env
evaluates() { (eval "$(cat "$1")" && test "$KEYFOB_TOKEN $KEYFOB_TOKEN_TYPE" = "$token Bearer"); }
check "is what a shell can eval" evaluates "$scratch/out"
ends 0 "token for curl" token "$url" --format curl
is "is a line of its configuration" out "header = \"Authorization: Bearer $token\""
ends 0 "token for a kubeconfig" token "$url" --format exec-credential
is "is an ExecCredential" out "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"$token\"}}"
with='KUBERNETES_EXEC_INFO={"apiVersion":"client.authentication.k8s.io/v1beta1"}'
ends 0 "for an older one" token "$url" --format exec-credential
has "is of that version" out '"apiVersion":"client.authentication.k8s.io/v1beta1"'
with=
ends 2 "a format that there is not" token "$url" --format yaml
has "says which there are" err "exec-credential"
ends 2 "two formats" token "$url" --json --format header
for ttl in -1 1.5 5m 31536001 ''; do ends 2 "--min-ttl '$ttl'" token "$url" --min-ttl "$ttl"; done

ends 0 "token by --url, of another path below" auth token --url "http://127.0.0.1:$port/team/tools"
is "is the same" out "$token"
for path in / /teams /other/mcp /team/../other /team%2f..%2fother; do
	ends 3 "token for $path, that it is not for" token "http://127.0.0.1:$port$path"
	lacks "does not print it" both "$token"
done
ends 3 "token for another port" token "http://127.0.0.1:1/mcp"
lacks "does not print it" both "$token"

ends 0 "vault info" vault info
has "says what opened it" out "key"
lacks "without secrets" both "$token"

ends 0 "logout" logout "$url"
lacks "says nothing of the token" both "$token"
ends 3 "token after it" token "$url"
ends 0 "status after it" status --json
has "lists nothing" out '"profiles":[]'

ends 0 "a token on the command line" login "$url" --token "$token"
has "is kept, with a warning" err "seen by others"
ends 0 "logout --url" logout --url "$url"

input=$scratch/token
ends 0 "keeping nothing" login --url "$url" --persist memory --print
is "prints the token" out "$token"
ends 3 "and then there is none" token "$url"

printf '%s\nmore\n' "$token" >"$scratch/two"
input=$scratch/two
ends 2 "two lines" login --url "$url"
printf 'one two\n' >"$scratch/blank"
input=$scratch/blank
ends 2 "a token with a blank" login --url "$url"
printf '\n' >"$scratch/none"
input=$scratch/none
ends 2 "no token" login --url "$url"

kill "$peer"
wait "$peer" 2>/dev/null
input=$scratch/token
ends 4 "a server that is not there" login --url "$url"
ends 2 "plain http to a host beyond" login --url http://mcp.example/mcp
has "says how to allow it" err "--allow-http"
finish
