#!/bin/sh
# secrets: scripts/secrets passes this tree and refuses trees with something in them that must not be.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh
secrets=$PWD/scripts/secrets

check "this tree is clean" "$secrets"

tree() {
	rm -rf "$scratch/tree"
	mkdir -p "$scratch/tree/$(dirname "$1")"
	printf '%s\n' "$2" >"$scratch/tree/$1"
}
good() { tree "$2" "$3"; check "$1 is fine" "$secrets" "$scratch/tree"; }
bad() { tree "$2" "$3"; refuse "$1 is found" "$2" "$secrets" "$scratch/tree"; }

key=PRIVATE
long=ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefgh
good "a certificate" docs/a.pem '-----BEGIN CERTIFICATE-----'
good "the first line of a key" tests/a_test.c "\"-----BEGIN $key KEY-----\\nabc\\n\""
good "a key among the vectors" tests/vectors/k.pem "-----BEGIN $key KEY-----
$long"
bad "a key" src/k.pem "-----BEGIN $key KEY-----
$long"
bad "a key of the old kind" docs/k.md "  -----BEGIN EC $key KEY-----
  $long"
bad "a key in C" src/k.c "\"-----BEGIN $key KEY-----\\n$long\""
bad "a token of a host" README.md "use ghp""_$long"
bad "a token of a registry" .npmrc "token=npm""_$long"
bad "a token of a cloud" src/a.c "\"AKIA""IOSFODNN7EXAMPLE\""
good "an ordinary path" docs/a.md 'put it in /etc/keyfob or /home/you/bin; the roots are /root.pem'
bad "a folder of a builder" docs/a.md "in /""work/main/src"
bad "a folder of root" scripts/a "cd /""root/keyfob"
bad "work left behind" src/a.c "/* TO""DO: later */"
good "what is built" build/a.c "/* TO""DO: later */"
finish
