#!/bin/sh
# setup: where nothing is missing, scripts/setup does nothing and asks nobody.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh

mkdir "$scratch/bin"
for program in apt-get npm sudo; do
	printf '#!/bin/sh\necho "%s $*" >>"%s/called"\nexit 1\n' "$program" "$scratch" >"$scratch/bin/$program"
	chmod +x "$scratch/bin/$program"
done
alone() { PATH=$scratch/bin:$PATH "$@"; }
says_nothing() { test -z "$("$@" 2>&1)"; }

check "finds all that the build and the tests need" alone scripts/setup build test
check "and says nothing" says_nothing alone scripts/setup build test
check "and called nobody" test ! -e "$scratch/called"
refuse "a part that does not exist" "no such part" alone scripts/setup everything

# Without a compiler: it says what it would install, and fails where that cannot be.
mkdir "$scratch/few"
for program in sh env dirname mkdir id tail cat; do
	ln -s "$(command -v $program)" "$scratch/few/$program"
done
poor() { PATH=$scratch/bin:$scratch/few "$@"; }
refuse "a machine without a compiler" "setup: installing: gcc make musl-tools" poor scripts/setup build
check "the package client was asked, by name and without extras" \
	grep -qE '(sudo env .*)?apt-get -q -y --no-install-recommends install gcc make musl-tools patch xz-utils' "$scratch/called"
finish
