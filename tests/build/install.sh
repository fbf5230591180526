#!/bin/sh
# install: the binary goes where it is told, and `make` with nothing to do does nothing.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh
unset MAKEFLAGS MFLAGS MAKELEVEL

check "make install" make -s install "DESTDIR=$scratch/stage" PREFIX=/opt/keyfob
check "puts the binary there" cmp build/keyfob "$scratch/stage/opt/keyfob/bin/keyfob"
check "so that all may run it" test "$(stat -c %a "$scratch/stage/opt/keyfob/bin/keyfob")" = 755
check "it runs from there" "$scratch/stage/opt/keyfob/bin/keyfob" --version
check "make finds nothing to do" make -q
check "make help" make -s help
check "make help and make clean want no sources" make -n help clean VENDOR="$scratch/none"
check "nothing was fetched for them" test ! -e "$scratch/none"
finish
