# check: what every shell test reads first (`. tests/support/check.sh`, from the root of the project).
# A test states facts with `check` and `refuse` and ends with `finish`, which prints the line
# that scripts/test adds up. $scratch is a folder of its own, gone at the end.

keyfob=${KEYFOB:-$PWD/build/keyfob}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/keyfob-test.XXXXXX")
passed=0 failed=0 skipped=0
children= # processes to end at the end
at_exit=: # what else there is to do then

end_children() {
	for child in $children; do kill "$child" 2>/dev/null; done
	wait 2>/dev/null
	children=
}
trap 'end_children; $at_exit; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

pass() { passed=$((passed + 1)); printf 'ok      %s\n' "$1"; }

# fail WHAT [FILE]: a fact that does not hold, with what was said
fail() {
	failed=$((failed + 1))
	printf 'FAILED  %s\n' "$1"
	[ ! -s "${2:-}" ] || sed 's/^/    /' "$2" | head -60
}

# check WHAT COMMAND...: the command succeeds
check() {
	what=$1
	shift
	if "$@" >"$scratch/.said" 2>&1 </dev/null; then pass "$what"; else fail "$what" "$scratch/.said"; fi
}

# refuse WHAT WORDS COMMAND...: the command fails, and says WORDS
refuse() {
	what=$1 words=$2
	shift 2
	if "$@" >"$scratch/.said" 2>&1 </dev/null || ! grep -qF -- "$words" "$scratch/.said"; then
		fail "$what" "$scratch/.said"
	else
		pass "$what"
	fi
}

skip() { skipped=$((skipped + 1)); printf 'skipped %s: %s\n' "$1" "$2"; }

finish() {
	printf '%s passed, %s failed' "$passed" "$failed"
	[ "$skipped" -eq 0 ] || printf ', %s skipped' "$skipped"
	printf '\n'
	[ "$failed" -eq 0 ]
	exit
}
