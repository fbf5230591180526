#include "support/test.h"

#include "support/openssl_peer.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

bool openssl_is_there(void)
{
	return system("openssl version >/dev/null 2>&1") == 0;
}

static const char script[] =
	"set -e\n"
	"key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1.key; }\n"
	"cert() { printf \"$4\" >x; openssl req -new -key $1.key -subj \"/CN=$2\" |\n"
	"  openssl x509 -req -days 90 -CA $3.pem -CAkey $3.key -set_serial 0x$(openssl rand -hex 8) -extfile x -out $1.pem; }\n"
	"ca='basicConstraints=critical,CA:TRUE\\nkeyUsage=critical,keyCertSign'\n"
	"key ca; openssl req -new -x509 -key ca.key -subj '/CN=Test CA' -days 90 -out ca.pem\n"
	"key other; openssl req -new -x509 -key other.key -subj '/CN=Unrelated' -days 90 -out other.pem\n"
	"key inter; cert inter 'Test Between' ca \"$ca\"\n"
	"names='subjectAltName=DNS:mcp.example,DNS:*.wild.example'\n"
	"key ec; cert ec mcp.example inter \"$names\\nextendedKeyUsage=serverAuth\"\n"
	"key ip; cert ip address inter 'subjectAltName=IP:127.0.0.1,IP:::1'\n"
	"key client; cert client mcp.example inter \"$names\\nextendedKeyUsage=clientAuth\"\n"
	"openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key; cert rsa mcp.example inter \"$names\"\n"
	"openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss.key; cert pss mcp.example inter \"$names\"\n"
	"cp inter.pem chain.pem; cat other.pem ca.pem inter.pem >muddled.pem\n"
	"head -c 3000000 /dev/zero | tr '\\0' x >big\n";

const char *openssl_certs(void)
{
	char command[sizeof script + 128];

	snprintf(folder, sizeof folder, "/tmp/openssl_peer.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof command, "cd %s && ( %s ) >log 2>&1", folder, script);
	if (system(command) != 0)
		fail_msg("certificates cannot be made: see %s/log", folder);
	return folder;
}

void openssl_remove_certs(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", folder);
	if (system(command) != 0)
		fail_msg("%s cannot be removed", folder);
}

static void run(const char *options, int in, int out)
{
	static char text[1024];
	char *argv[40] = {"openssl", "s_server", "-accept", "127.0.0.1:0"};
	int n = 4;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that is ended leaves nobody behind */
	snprintf(text, sizeof text, "%s", options);
	for (char *word = strtok(text, " "); word && n < 39; word = strtok(NULL, " "))
		argv[n++] = word;
	dup2(in, 0);
	dup2(out, 1);
	dup2(open("/dev/null", O_WRONLY), 2);
	if (chdir(folder) == 0)
		execvp(argv[0], argv);
	_exit(127);
}

static void read_more(struct openssl_peer *p, int wait_ms)
{
	struct pollfd f = {.fd = p->out, .events = POLLIN};
	size_t room = sizeof p->seen - 1 - p->seen_n;
	ssize_t n;

	if (poll(&f, 1, wait_ms) != 1 || room == 0)
		return;
	n = read(p->out, p->seen + p->seen_n, room);
	if (n > 0)
		p->seen_n += (size_t)n;
	p->seen[p->seen_n] = 0;
}

bool openssl_peer_saw(struct openssl_peer *p, const char *text)
{
	read_more(p, 0);
	return strstr(p->seen, text);
}

void openssl_peer_forget(struct openssl_peer *p)
{
	p->seen_n = 0;
	p->seen[0] = 0;
}

void openssl_peer_start(struct openssl_peer *p, const char *options)
{
	int in[2], out[2];
	char *at = NULL;

	*p = (struct openssl_peer){0};
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	p->pid = fork();
	if (p->pid == 0)
		run(options, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	p->in = in[1];
	p->out = out[0];
	for (int i = 0; i < 1000 && !(at = strstr(p->seen, "ACCEPT 127.0.0.1:")); i++)
		read_more(p, 10);
	if (!at)
		fail_msg("openssl s_server %s does not listen", options);
	p->port = (uint16_t)strtoul(at + 17, NULL, 10);
}

void openssl_peer_say(struct openssl_peer *p, const char *text)
{
	assert_int_equal(write(p->in, text, strlen(text)), strlen(text));
}

void openssl_peer_kill(struct openssl_peer *p)
{
	if (p->pid <= 0)
		return;
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	close(p->in);
	close(p->out);
	p->pid = 0;
}
