#!/bin/sh
# basics: help, versions, usage, exit statuses, where output goes.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh
. tests/support/keyfob.sh

ends 0 "--version" --version
has "names itself" out "keyfob "
has "and what is in it" out "BearSSL 0.6"
empty "on standard output alone" err

ends 0 "--licenses" --licenses
for name in "Apache License, Version 2.0" "BearSSL 0.6" "Thomas Pornin" "libyaml 0.2.5" "Kirill Simonov" "musl" \
	"Rich Felker" "Mozilla Public License" "WITHOUT WARRANTY OF ANY KIND"; do
	has "has the notice: $name" out "$name"
done

ends 0 "--help" --help
commands=$(sed -n 's/^  \([a-z-]*\)  *[A-Z].*/\1/p' "$scratch/out")
check "lists commands" test -n "$commands"
for command in login status token logout $commands; do
	ends 0 "$command --help" "$command" --help
	has "tells how $command is called" out "usage: keyfob $command"
	empty "on standard output alone" err
	ends 0 "help $command" help "$command"
done
ends 0 "auth login --help is login --help" auth login --help
has "and says so" out "usage: keyfob login"

ends 2 "a command that does not exist" lgoin
has "names the one that is meant" err "login"
empty "on standard error alone" out
ends 2 "a flag that does not exist" status --colour
has "names it" err "--colour"
ends 2 "a flag without its value" status --home
ends 2 "a value for a switch" status --json=yes
ends 2 "a word too many" status https://a.example https://b.example
ends 2 "no server to sign in to" login
ends 2 "no server for a token" token
ends 2 "a URL with a name and password in it" login https://user:hunter2@mcp.example/mcp
lacks "that are not shown" both hunter2
ends 2 "a URL that is none" token 'https://'
ends 2 "a wait that is no number" status --timeout soon
ends 2 "a place to keep that does not exist" login https://mcp.example/mcp --persist moon

ends 0 "status where nothing is kept" status
ends 0 "the same as JSON" status --json
is "as a document" out "{\"vault\":{\"path\":\"$home/.config/keyfob/profiles.keyfob\",\"exists\":false},\"profiles\":[]}"
check "makes nothing" test -z "$(ls -A "$home")"
ends 3 "a token of a server where nobody signed in" token https://mcp.example/mcp
has "says what to do" err "keyfob login https://mcp.example/mcp"
ends 3 "the same as JSON" token https://mcp.example/mcp --json
has "has the kind" out '"kind":"login"'
has "and the exit" out '"exit":3'
ends 3 "the status of one server" status https://mcp.example/mcp

with=HOME= ends 5 "a login without a home" login https://127.0.0.1:1/mcp
has "says how to keep nothing" err "--persist memory"

# What a message says is said once, and a vault that cannot be is not called one that is not made yet.
ends 2 "vault alone" vault
lacks "does not name the program twice" err "keyfob: keyfob"
ends 2 "remove-key without a slot" vault remove-key
has "tells how it is called" err "keyfob vault remove-key SLOT"
ends 2 "--min-ttl out of range" token https://a.example --min-ttl 99999999
has "names the range" err "31536000"
: >"$scratch/file"
ends 5 "vault info, and the home is a file" --home "$scratch/file" vault info
has "names it" err "$scratch/file"
empty "and tells nothing of a vault" out
finish
