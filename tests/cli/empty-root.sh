#!/bin/sh
# empty-root: the binary where there is nothing else: a root with the binary, /etc/resolv.conf, its
# certificate and one folder that may be written; nobody's user, no passwd, no /dev, no /proc, no terminal.
cd "$(dirname "$0")/../.." || exit 1
. tests/support/check.sh
. tests/support/keyfob.sh
[ "$(id -u)" -eq 0 ] || { skip "an empty root" "only root can change the root"; finish; }
command -v openssl >/dev/null || { skip "an empty root" "there is no openssl to make certificates"; finish; }

token=mcp-secret-of-the-tests-0123456789
printf '%s\n' "$token" >"$scratch/token"
certificates "$scratch/tls"
names=127.77.0.53
"${peer_binary%/*}/names" "$names" >"$scratch/names.log" 2>&1 &
children="$children $!"
peer_start "$token" "$scratch/tls/server.pem" "$scratch/tls/server.key"

root=$scratch/root
mkdir -p "$root/etc" "$root/data"
cp "$keyfob" "$root/keyfob"
cp "$scratch/tls/ca.pem" "$root/etc/ca.pem"
printf 'nameserver %s\n' "$names" >"$root/etc/resolv.conf"
chmod 755 "$scratch" "$root"
chmod 444 "$root/etc/"*
chown 65534:65534 "$root/data"
chmod 700 "$root/data"

# Read-only but for the folder, by mounts of its own where that is allowed; else by its owner.
cat >"$scratch/enter" <<EOF
#!/bin/sh
root=$root
mount --bind "\$root" "\$root" && mount --bind "\$root/data" "\$root/data" && mount -o remount,bind,ro "\$root" || exit 125
[ -z "\$DATA_READ_ONLY" ] || mount -o remount,bind,ro "\$root/data" || exit 125
exec chroot --userspec=65534:65534 --groups= "\$root" "\$@"
EOF
chmod 755 "$scratch/enter"
if unshare -m true 2>/dev/null && unshare -m sh -c "mount --bind $root $root" 2>/dev/null; then
	as_who="setsid -w unshare -m $scratch/enter"
else
	echo "no mounts here: the root is read-only by its owner alone"
	as_who="setsid -w chroot --userspec=65534:65534 --groups= $root"
fi
keyfob=/keyfob
home=
with="KEYFOB_HOME=/data PATH=/usr/sbin:/usr/bin:/sbin:/bin"
tls="--extra-ca /etc/ca.pem"

for url in "https://peer.example:$port/mcp" "https://127.0.0.1:$port/mcp"; do
	input=
	ends 0 "status of nothing" status
	input=$scratch/token
	ends 0 "login with a piped token at $url" login --url "$url" $tls
	input=
	ends 0 "status" status --json
	has "lists it" out "\"serverUrl\":\"$url\""
	ends 0 "token" token "$url"
	is "is right" out "$token"
	ends 0 "vault info" vault info
	ends 0 "logout" logout "$url" $tls
	ends 3 "token after it" token "$url"
done
check "in the folder are the vault, its key and its lock, and what the servers speak" \
	test "$(ls -A "$root/data" | tr '\n' ' ')" = "eras key profiles.keyfob profiles.keyfob.lock "
check "and nothing is outside" test "$(cd "$root" && find . -newer keyfob -type f ! -path './data/*' ! -path './etc/*')" = ""

input=$scratch/token
ends 4 "a server whose root is not given" login --url "https://peer.example:$port/mcp"
ends 4 "a name that does not exist" login --url "https://nowhere.example:$port/mcp" $tls
ends 0 "login once more" login --url "https://peer.example:$port/mcp" $tls
input=
case $as_who in
*unshare*)
	with="$with DATA_READ_ONLY=1"
	ends 0 "token from a folder that may only be read" token "https://peer.example:$port/mcp"
	is "is right" out "$token"
	input=$scratch/token
	ends 5 "login into it" login --url "https://peer.example:$port/mcp" $tls
	;;
esac
with="PATH=/usr/sbin:/usr/bin:/sbin:/bin"
input=$scratch/token
ends 0 "login that keeps nothing" login --url "https://peer.example:$port/mcp" $tls --persist memory --print
is "prints the token" out "$token"
finish
