#!/bin/sh
# counting: scripts/run-tests counts tests that fail, programs that die and programs that test nothing.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh

# program NAME STATUS LINE...: a test program that prints these lines
program() {
	name=$1 status=$2
	shift 2
	{
		printf '#!/bin/sh\ncat <<END\n'
		for line; do printf '%s\n' "$line"; done
		printf 'END\nexit %s\n' "$status"
	} >"$scratch/$name"
	chmod +x "$scratch/$name"
}
counts() {
	what=$1 want=$2
	shift 2
	(cd "$scratch" && "$OLDPWD/scripts/run-tests" "$@" >.told 2>&1)
	status=$?
	last=$(tail -1 "$scratch/.told")
	bad=$(printf '%s\n' "$last" | sed 's/.*passed, \([0-9]*\) failed.*/\1/')
	if [ "$last" = "$want" ] && [ $((status != 0)) -eq $((bad != 0)) ]; then
		pass "$what"
	else
		fail "$what" "$scratch/.told"
	fi
}

program good 0 '[ RUN      ] a' '[       OK ] a' '[ RUN      ] b' '[       OK ] b'
program bad 1 '[ RUN      ] a' '[       OK ] a' '[ RUN      ] b' '[  FAILED  ] b'
program skips 0 '[ RUN      ] a' '[       OK ] a' '[ RUN      ] b' '[  SKIPPED ] b' '[==========] 2 test(s) run.' '[  SKIPPED ] 1 test(s), listed below:' '[  SKIPPED ] b'
program dead 139 '[ RUN      ] a' '[       OK ] a' '[ RUN      ] b'
program leaks 1 '[ RUN      ] a' '[       OK ] a' '[ RUN      ] b' '[       OK ] b' 'LeakSanitizer'
program idle 0 'nothing here'
counts "two that pass" "2 passed, 0 failed" ./good
counts "one that fails" "1 passed, 1 failed" ./bad
counts "one that is skipped" "1 passed, 0 failed, 1 skipped" ./skips
counts "one that dies" "1 passed, 1 failed" ./dead
counts "one that leaks" "2 passed, 1 failed" ./leaks
counts "one that tests nothing" "0 passed, 1 failed" ./idle
counts "one that is not there" "0 passed, 1 failed" ./none
counts "some of them" "5 passed, 2 failed, 1 skipped" ./good ./bad ./skips ./dead
finish
