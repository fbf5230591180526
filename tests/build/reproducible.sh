#!/bin/sh
# reproducible: builds twice, in two folders, under two sets of circumstances, and compares the bytes.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh

copy() {
	mkdir -p "$1"
	tar -cf - --exclude=./build --exclude=./.git --exclude=node_modules --dereference . | tar -xf - -C "$1"
}
jobs=$(nproc)
one=$scratch/one two=$scratch/a/much/longer/folder/name
copy "$one" && copy "$two"
check "builds in one folder" env -u MAKEFLAGS make -s -C "$one" "-j$jobs"
touch "$two/src/main.c"
check "builds in another, with another locale, clock and umask" \
	env -u MAKEFLAGS TZ=Asia/Tokyo LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1 sh -c 'umask 077; exec make -s -C "$1" "-j$2"' sh "$two" "$jobs"
check "both gave the same bytes" cmp "$one/build/keyfob" "$two/build/keyfob"
check "they are the bytes of build/keyfob" cmp "$one/build/keyfob" "$keyfob"
finish
