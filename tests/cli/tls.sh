#!/bin/sh
# tls: which servers are believed.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh
. tests/support/keyfob.sh
command -v openssl >/dev/null || { skip "TLS" "there is no openssl to make certificates"; finish; }

token=mcp-secret-of-the-tests-0123456789
printf '%s\n' "$token" >"$scratch/token"
check "certificates are made" certificates "$scratch/tls"
certificates "$scratch/stranger" >/dev/null
peer_start "$token" "$scratch/tls/server.pem" "$scratch/tls/server.key"
url=https://127.0.0.1:$port/mcp

input=$scratch/token
ends 4 "a root that nobody knows" login --url "$url"
lacks "and the token is not shown" both "$token"
ends 4 "another root" login --url "$url" --extra-ca "$scratch/stranger/ca.pem"
ends 4 "another name" login --url "https://localhost:$port/mcp" --extra-ca "$scratch/tls/ca.pem"
check "the server never saw a request" test ! -s "$scratch/peer.log"
ends 0 "--extra-ca" login --url "$url" --extra-ca "$scratch/tls/ca.pem"
ends 0 "--ca-file" login --url "$url" --ca-file "$scratch/tls/ca.pem"
with="SSL_CERT_FILE=$scratch/tls/ca.pem" ends 0 "SSL_CERT_FILE" login --url "$url"
with="NODE_EXTRA_CA_CERTS=$scratch/tls/ca.pem" ends 0 "NODE_EXTRA_CA_CERTS" login --url "$url"
check "the server saw the token" grep -q 'POST /mcp known' "$scratch/peer.log"
ends 6 "a file of roots that is not there" login --url "$url" --ca-file "$scratch/none.pem"
finish
