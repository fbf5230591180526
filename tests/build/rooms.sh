#!/bin/sh
# rooms: scripts/rooms passes this house and refuses houses with an arrow too many.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh
rooms=$PWD/scripts/rooms

check "this house stands" "$rooms"

# house FILE INCLUDE...: a house of its own in which FILE has these lines
house() {
	rm -rf "$scratch/house"
	mkdir -p "$scratch/house/src"
	(cd "$scratch/house/src" && mkdir -p base json http sys crypto net oauth mcp config vault client agent gateway cli "$(dirname "$1")")
	file=$scratch/house/src/$1
	shift
	for line; do printf '%s\n' "$line"; done >"$file"
}

good() {
	house "$@"
	check "$1 may have $2" "$rooms" "$scratch/house"
}

bad() {
	words=$1
	shift
	house "$@"
	refuse "$1 may not have $2" "$words" "$rooms" "$scratch/house"
}

good base/str.c '#include <string.h>' '#include "base/len.h"'
good json/yaml.c '#include <yaml.h>'
good crypto/seal.c '#include <bearssl.h>'
good net/tls.c '#include <bearssl.h>' '#include "crypto/rng.h"'
good net/conn.c '#include <sys/socket.h>' '#include <unistd.h>'
good vault/vault.c '#include "oauth/grant.h"'
good cli/serve.c '#include "gateway/gateway.h"'
good cli/agent.c '#include "agent/serve.h"' '#include "agent/call.h"'
good cli/login.c '#include "cli/await.h"' 'const struct command cmd_login = {'
good cli/login.c '#include "cli/login.h"' 'const struct command cmd_login = {'
good main.c '#include "cli/command.h"' '#include "net/loop.h"'

bad 'base may not include "json/json.h"' base/str.c '#include "json/json.h"'
bad 'json may not include "http/url.h"' json/json.c '#include "http/url.h"'
bad 'not for this file' json/json.c '#include <yaml.h>'
bad 'libyaml is not for config' config/servers.c '#include "yaml.h"'
bad 'bearssl is not for vault' vault/envelope.c '#include <bearssl.h>'
bad 'bearssl is not for oauth' oauth/jwt.c '#include "bearssl_ec.h"'
bad 'oauth may not include "net/loop.h"' oauth/flow.c '#include "net/loop.h"'
bad 'oauth may not include "sys/world.h"' oauth/flow.h '#include "sys/world.h"'
bad 'vault may not include "oauth/token.h"' vault/vault.c '#include "oauth/token.h"'
bad 'client may not include "net/loop.h"' client/broker.c '#include "net/loop.h"'
bad 'agent may not include "gateway/gateway.h"' agent/serve.c '#include "gateway/gateway.h"'
bad 'cli may not include "gateway/route.h"' cli/serve.c '#include "gateway/route.h"'
bad 'cli may not include "agent/grant.h"' cli/agent.c '#include "agent/grant.h"'
bad 'main.c may not include "vault/vault.h"' main.c '#include "vault/vault.h"'
bad 'is not a full path' http/url.c '#include "url.h"'
bad 'is not a full path' http/url.c '#include "../base/str.h"'
bad 'never reaches outside' http/body.c '#include <sys/socket.h>'
bad 'never reaches outside' oauth/flow.c '#  include <unistd.h>'
bad 'does not know: attic' attic/old.c '#include "base/str.h"'

house cli/logout.c '#include "cli/login.h"' 'const struct command cmd_logout = {'
printf 'const struct command cmd_login = {\n' >"$scratch/house/src/cli/login.c"
refuse "a command may not have another" "commands never call each other" "$rooms" "$scratch/house"
finish
