# keyfob: runs the binary, and the peer that it talks to; read after check.sh by tests of the command line.

home=$scratch/home
mkdir "$home"
peer_binary=${PEER:-$PWD/build/musl/tests/peer/peer}
as_who= # what stands before the binary: chroot and the like

# keyfob_run ARG...: runs it with an environment of its own; $input is its standard input (a file),
# $with more variables. Its output goes to $scratch/out and $scratch/err, its status to $status.
keyfob_run() {
	status=0
	# shellcheck disable=SC2086
	env -i "HOME=$home" $with $as_who "$keyfob" "$@" <"${input:-/dev/null}" >"$scratch/out" 2>"$scratch/err" || status=$?
	cat "$scratch/out" "$scratch/err" >"$scratch/both"
}
input= with=

# ends STATUS WHAT ARG...: it ends with that status
ends() {
	want=$1 what=$2
	shift 2
	keyfob_run "$@"
	if [ "$status" -eq "$want" ]; then
		pass "$what"
	else
		fail "$what (exit $status, not $want)" "$scratch/both"
	fi
}

# What it said: whole lines by themselves (is), or words somewhere (has, lacks), on out, err or both.
is() {
	printf '%s\n' "$3" >"$scratch/.want"
	if cmp -s "$scratch/.want" "$scratch/$2"; then pass "$1"; else fail "$1" "$scratch/$2"; fi
}
has() { if grep -qF -- "$3" "$scratch/$2"; then pass "$1"; else fail "$1: no '$3'" "$scratch/$2"; fi; }
lacks() { if grep -qF -- "$3" "$scratch/$2"; then fail "$1: there is '$3'" "$scratch/$2"; else pass "$1"; fi; }
empty() { if [ -s "$scratch/$2" ]; then fail "$1" "$scratch/$2"; else pass "$1"; fi; }

# peer_start TOKEN [CHAIN KEY]: runs the peer; its port in $port, its process in $peer, its log in $scratch/peer.log
peer_start() {
	: >"$scratch/peer.port"
	"$peer_binary" "$@" >"$scratch/peer.port" 2>"$scratch/peer.log" </dev/null &
	peer=$!
	children="$children $peer"
	for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		port=$(cat "$scratch/peer.port")
		[ -z "$port" ] || return 0
		sleep 0.1
	done
	fail "the peer does not start" "$scratch/peer.log"
	finish
}

# certificates FOLDER: ca.pem, and server.pem with server.key for peer.example and 127.0.0.1
certificates() {
	mkdir -p "$1"
	(
		cd "$1" || exit 1
		exec >openssl.log 2>&1
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=a root for tests' \
			-keyout ca.key -out ca.pem &&
			openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=peer.example' -keyout server.key -out server.csr &&
			printf '%s\n' 'subjectAltName = DNS:peer.example, IP:127.0.0.1' 'extendedKeyUsage = serverAuth' \
				'basicConstraints = CA:FALSE' 'keyUsage = digitalSignature' >extensions &&
			openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile extensions -out server.pem
	) || { cat "$1/openssl.log"; return 1; }
}
