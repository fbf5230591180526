#!/bin/sh
# keys: what opens the vault and what does not; damage is told from a wrong key, and neither resets anything.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh
. tests/support/keyfob.sh

token=mcp-secret-of-the-tests-0123456789
printf '%s\n' "$token" >"$scratch/token"
peer_start "$token"
url=http://127.0.0.1:$port/mcp
file=$home/.config/keyfob/profiles.keyfob
(umask 077; head -c 32 /dev/urandom >"$scratch/key"; head -c 32 /dev/urandom | base64 >"$scratch/other"; printf short >"$scratch/short")

input=$scratch/token
ends 0 "login with a key file" login --url "$url" --key-file "$scratch/key"
input=
check "no key beside the vault" test ! -e "$home/.config/keyfob/key"
ends 0 "token with it" token "$url" --key-file "$scratch/key"
is "is right" out "$token"
with="KEYFOB_KEY_FILE=$scratch/key" ends 0 "KEYFOB_KEY_FILE" token "$url"
with="KEYFOB_KEY=$(base64 -w0 "$scratch/key")" ends 0 "KEYFOB_KEY" token "$url"
is "is right" out "$token"
ends 5 "no key" token "$url"
ends 5 "another key" token "$url" --key-file "$scratch/other"
has "is called a wrong key" err "key"
ends 5 "a key of another length" token "$url" --key-file "$scratch/short"
ends 5 "a key file that is not there" token "$url" --key-file "$scratch/none"
chmod 666 "$scratch/key"
ends 5 "a key file that others may write" token "$url" --key-file "$scratch/key"
chmod 600 "$scratch/key"

cp "$file" "$scratch/good"
byte_changed() {
	cp "$scratch/good" "$file"
	printf '\377\376' | dd of="$file" bs=1 seek="$1" conv=notrunc status=none
	cp "$file" "$scratch/bad"
}
byte_changed 0
ends 5 "a vault that is none" token "$url" --key-file "$scratch/key"
byte_changed 60
ends 5 "a vault with a byte changed" token "$url" --key-file "$scratch/key"
has "is called damaged" err "damaged"
input=$scratch/token
ends 5 "and login does not replace it" login --url "$url" --key-file "$scratch/key"
input=
check "nothing was reset" cmp "$file" "$scratch/bad"
head -c 40 "$scratch/good" >"$file"
ends 5 "a vault that was cut" token "$url" --key-file "$scratch/key"
: >"$file"
ends 5 "an empty vault" token "$url" --key-file "$scratch/key"
cp "$scratch/good" "$file"
ends 0 "the good one again" token "$url" --key-file "$scratch/key"

printf 'correct horse\n' >"$scratch/passphrase"
chmod 600 "$scratch/passphrase"
home=$scratch/second
mkdir "$home"
input=$scratch/token
with="KEYFOB_PASSPHRASE_FILE=$scratch/passphrase" ends 0 "login with a passphrase" login --url "$url"
input=
with="KEYFOB_PASSPHRASE_FILE=$scratch/passphrase" ends 0 "token with it" token "$url"
is "is right" out "$token"
printf 'wrong horse\n' >"$scratch/passphrase"
with="KEYFOB_PASSPHRASE_FILE=$scratch/passphrase" ends 5 "another passphrase" token "$url"
lacks "that is not shown" both horse
finish
