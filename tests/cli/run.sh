#!/bin/sh
# run: what run, inspect and instructions say before any server is asked.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh
. tests/support/keyfob.sh

for command in run inspect instructions; do
	ends 2 "$command without a server" $command
	has "asks which" err "which server?"
	empty "on standard error alone" out
	ends 2 "$command with a URL and a program" $command https://mcp.example/mcp -- server
	has "says that these are two" err "two servers"
	ends 2 "$command in a revision that nobody speaks" $command https://mcp.example/mcp tool --protocol-version 2020-01-01
	ends 2 "$command with a header that is none" $command https://mcp.example/mcp --header hunter2
	lacks "which is not shown" both hunter2
done
ends 2 "run in plain http beyond this machine" run http://mcp.example/mcp tool
has "says how to allow it" err "--allow-http mcp.example"
ends 2 "inspect there" inspect --url http://mcp.example
has "says so too" err "--allow-http mcp.example"

ends 2 "run without a tool" run https://mcp.example/mcp
has "says where they are listed" err "keyfob inspect"
ends 2 "two tools" run https://mcp.example/mcp one two
ends 2 "a format that is not known" run https://mcp.example/mcp tool --format yaml
ends 2 "a length that is none" run https://mcp.example/mcp tool --max-chars 0
ends 2 "a number of tools that is none" inspect https://mcp.example/mcp --limit x
ends 2 "a way to answer that is not known" run https://mcp.example/mcp tool --elicit sometimes
ends 2 "asking without a terminal" run https://mcp.example/mcp tool --elicit ask
has "says what else there is" err "--elicit defaults"
ends 1 "a script that is not there" run https://mcp.example/mcp --script "$scratch/nowhere"
has "names it" err "$scratch/nowhere"
printf '{"method":"tools/list"}\n' >"$scratch/script"
ends 4 "a script, and nobody there" run http://127.0.0.1:1/mcp --script "$scratch/script"
ends 4 "a call, and nobody there, as JSON" run http://127.0.0.1:1/mcp tool --args '{}' --json
has "is one document" out '"kind":"network"'
finish
