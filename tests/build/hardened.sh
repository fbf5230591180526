#!/bin/sh
# hardened: what the binary is and is not, read from the file and from a process.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh
unstripped=build/musl/keyfob

readelf -hldSW "$keyfob" >"$scratch/elf" 2>&1
has() { grep -Eq -- "$1" "$scratch/elf"; }
hasnt() { ! grep -E -- "$1" "$scratch/elf"; }

check "it is position independent" has 'Type: +DYN'
check "it needs no interpreter" hasnt 'INTERP'
check "it needs no shared library" hasnt '\(NEEDED\)'
check "its relocations become read-only" has 'GNU_RELRO'
check "they are all done at the start" has '(BIND_NOW|Flags:.* NOW)'
check "no relocation touches the code" hasnt 'TEXTREL'
check "its stack is not executable" has 'GNU_STACK .* RW +0x'
check "no segment is writable and executable" hasnt '^ +LOAD .* RWE'
check "it is stripped" hasnt '\.(symtab|debug_info)'

size=$(wc -c <"$keyfob")
check "it is smaller than 1 MiB ($size bytes)" test "$size" -lt 1048576

# The address that a paused process was given.
address() {
	mkfifo "$scratch/pause.$1"
	exec 3<>"$scratch/pause.$1"
	HOME=$scratch "$keyfob" login --url http://127.0.0.1:1/mcp <"$scratch/pause.$1" >/dev/null 2>&1 3<&- &
	children="$children $!"
	for try in 1 2 3 4 5 6 7 8 9 10; do
		found=$(grep -m 1 -F "$keyfob" "/proc/$!/maps" 2>/dev/null) && break
		sleep 0.1
	done
	kill "$!" 2>/dev/null
	exec 3<&-
	printf '%s\n' "${found%%-*}"
}
first=$(address 1) second=$(address 2) third=$(address 3)
somewhere_else() { [ -n "$first" ] && [ -n "$second" ] && [ -n "$third" ] && { [ "$first" != "$second" ] || [ "$first" != "$third" ]; }; }
if [ "$(cat /proc/sys/kernel/randomize_va_space 2>/dev/null)" = 0 ]; then
	skip "each run is somewhere else in memory" "this machine does not randomise addresses"
elif [ -z "$first" ] && [ "$(id -u)" -ne 0 ]; then
	skip "each run is somewhere else in memory" "it hides its memory from its own user; root can see"
else
	check "each run is somewhere else in memory ($first, $second, $third)" somewhere_else
fi

# Folders of this machine: here, home, and where the compiler may have been told to look.
strings -a "$keyfob" >"$scratch/strings"
names_no_place() { ! grep -nF -e "$PWD" -e "${HOME:-/root}/" -e /home/ "$scratch/strings"; }
check "it names no folder of the machine that built it" names_no_place

nm "$unstripped" >"$scratch/symbols" 2>&1
linked() { grep -Eq " [A-Za-z] $1\$" "$scratch/symbols"; }
unlinked() { ! grep -E " [A-Za-z] $1\$" "$scratch/symbols"; }
check "its stack is guarded" linked __stack_chk_fail
check "of the ciphers, only those whose time tells nothing" unlinked 'br_(aes_big|aes_small|des)_.*'
check "of the record layers, only authenticated ones" unlinked 'br_sslrec_(in|out)_cbc.*'
check "of the TLS profiles, only ours" unlinked 'br_ssl_(client|server)_init_full'
no_rdrand() { ! objdump -d "$unstripped" | grep -Ew 'rdrand|rdseed'; }
check "randomness is never taken from the processor alone" no_rdrand
finish
