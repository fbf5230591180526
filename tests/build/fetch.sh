#!/bin/sh
# fetch: vendor/fetch takes tarballs, refuses wrong ones, and leaves the machine as it was.
# The tarballs are those that it kept; apt-get is replaced by one that tells on whoever calls it.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh

mkdir "$scratch/bin" "$scratch/vendor"
cat >"$scratch/bin/apt-get" <<'EOF'
#!/bin/sh
echo "apt-get was called" >&2
exit 1
EOF
chmod +x "$scratch/bin/apt-get"
PATH=$scratch/bin:$PATH
cp -R vendor/fetch vendor/patches "$scratch/vendor"
fetch=$scratch/vendor/fetch

kept() { set -- vendor/src/"$1"_*.orig.tar.*; [ -e "$1" ] && printf '%s\n' "$1"; }
bearssl=$(kept bearssl) libyaml=$(kept libyaml) cmocka=$(kept cmocka)
check "the tarballs were kept" test -n "$bearssl" -a -n "$libyaml" -a -n "$cmocka"

with_tarballs() { env "BEARSSL_TARBALL=${BEARSSL:-$bearssl}" "LIBYAML_TARBALL=$libyaml" "CMOCKA_TARBALL=$cmocka" "$@"; }
same() { diff -r "$1" "$2"; }
differs() { ! diff -rq "$1" "$2"; }

check "takes tarballs that it is given" with_tarballs "$fetch" "$scratch/given"
for folder in bearssl-0.6 libyaml-0.2.5 cmocka-1.1.5; do
	check "gives the same $folder" same "vendor/src/$folder" "$scratch/given/$folder"
done
check "a second time has nothing to do, and no need of a tarball" "$fetch" "$scratch/given"
says_nothing() { test -z "$("$fetch" "$scratch/given" 2>&1)"; }
check "and says nothing" says_nothing

(cat "$bearssl"; printf x) >"$scratch/longer.tar.xz"
with_wrong() { BEARSSL=$1 with_tarballs "$fetch" "$scratch/wrong"; }
refuse "a tarball with a byte too many" "another SHA-256 than the pinned one" with_wrong "$scratch/longer.tar.xz"
refuse "another package's tarball" "another SHA-256 than the pinned one" with_wrong "$libyaml"
check "nothing of it was unpacked" test ! -e "$scratch/wrong/bearssl-0.6"
refuse "no tarball and no network" "give its tarball in BEARSSL_TARBALL" "$fetch" "$scratch/none"
check "nothing is left behind" test -z "$(ls -A "$scratch/none")"

check "leaves the patches out when asked" env KEYFOB_UNPATCHED=1 "$fetch" "$scratch/given"
check "and then the sources differ" differs vendor/src/bearssl-0.6/src "$scratch/given/bearssl-0.6/src"
check "puts them in again" "$fetch" "$scratch/given"
check "and then they do not" same vendor/src/bearssl-0.6 "$scratch/given/bearssl-0.6"

sed -i 's/rlen & (blen - 1)/rlen \& (blen - 1u)/' "$scratch/vendor/patches/bearssl-cbc-length.patch"
check "a patch that changed is applied" "$fetch" "$scratch/given"
check "and is in the source" grep -q 'blen - 1u' "$scratch/given/bearssl-0.6/src/ssl/ssl_rec_cbc.c"
sed -i 's/^-.*/-no such line/' "$scratch/vendor/patches/bearssl-cbc-length.patch"
refuse "a patch that does not apply" "does not apply" "$fetch" "$scratch/given"
check "and what was there stays" grep -q 'blen - 1u' "$scratch/given/bearssl-0.6/src/ssl/ssl_rec_cbc.c"

names_no_host() { ! grep -nE '://|[a-z]\.(org|com|net)' vendor/fetch; }
check "it names no host" names_no_host
finish
