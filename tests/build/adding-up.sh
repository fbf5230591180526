#!/bin/sh
# adding-up: scripts/test in a house of stubs: what each part tells is added up, and no failure is lost.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh
unset MAKEFLAGS MFLAGS MAKELEVEL FUZZ_SECONDS

# stub FILE LINE...: a script of these lines
stub() {
	file=$scratch/house/$1
	shift
	mkdir -p "$(dirname "$file")"
	{ echo '#!/bin/sh'; for line; do printf '%s\n' "$line"; done; } >"$file"
	chmod +x "$file"
}

# house: all is well in it; 14 facts
house() {
	rm -rf "$scratch/house"
	stub scripts/setup 'exit 0'
	stub scripts/rooms 'exit 0'
	stub scripts/secrets 'exit 0'
	stub scripts/patch-check 'echo "2 passed, 0 failed"'
	stub scripts/node 'echo node'
	stub bin/make 'case "$*" in *test*|*fuzz*) echo "1 passed, 0 failed" ;; esac'
	stub tests/build/one.sh 'echo "1 passed, 0 failed"'
	stub tests/cli/one.sh 'echo "1 passed, 0 failed"'
	stub tests/e2e/run 'echo "2 passed, 0 failed"'
	stub tests/conformance/run 'echo "1 passed, 0 failed"'
	mkdir -p "$scratch/house/tests/e2e/node_modules"
	: >"$scratch/house/tests/e2e/node_modules/.package-lock.json"
	cp scripts/test "$scratch/house/scripts/test"
}

# ends STATUS LINE WHAT
ends() {
	status=0
	PATH=$scratch/house/bin:$PATH "$scratch/house/scripts/test" >"$scratch/told" 2>&1 </dev/null || status=$?
	if [ "$status" -eq "$1" ] && [ "$(tail -1 "$scratch/told")" = "$2" ]; then pass "$3"; else fail "$3 (exit $status)" "$scratch/told"; fi
}

house
ends 0 "14 passed, 0 failed" "all is well"
house
stub scripts/rooms 'exit 1'
ends 1 "13 passed, 1 failed" "one fact does not hold"
house
stub tests/build/one.sh 'echo "4 passed, 3 failed"; exit 1'
ends 1 "17 passed, 3 failed" "three of seven fail"
check "and the part is named at the end" grep -qx '    tests/build/one.sh' "$scratch/told"
house
stub tests/build/one.sh 'echo "4 passed, 3 failed"'
ends 1 "17 passed, 3 failed" "three fail, but the part says that all is well"
house
stub tests/build/one.sh 'echo "1 passed, 0 failed"; exit 3'
ends 1 "14 passed, 1 failed" "none fails, but the part does"
house
stub tests/build/one.sh 'echo "1 passed, 0 failed"; kill -9 $$'
ends 1 "14 passed, 1 failed" "a part is killed"
house
stub tests/build/one.sh 'echo "all good"'
ends 1 "13 passed, 1 failed" "a part tells no count"
house
stub tests/build/one.sh 'echo "1 passed, 0 failed, 2 skipped"'
ends 0 "14 passed, 0 failed, 2 skipped" "two are skipped"
house
stub bin/make 'exit 2'
ends 1 "9 passed, 5 failed" "nothing can be built"
house
stub scripts/node 'echo "no Node here" >&2; exit 1'
ends 0 "11 passed, 0 failed, 2 skipped" "there is no Node"
check "and that is said" grep -qx 'skipped: no Node here' "$scratch/told"
house
rm -r "$scratch/house/tests/e2e/node_modules"
ends 0 "11 passed, 0 failed, 2 skipped" "there are no packages"
house
rm "$scratch/house/tests/cli/one.sh"
ends 1 "13 passed, 1 failed" "a folder of tests is empty"
house
stub scripts/setup 'echo "setup: no network"; exit 1'
ends 1 "0 passed, 1 failed" "nothing could be set up"
finish
