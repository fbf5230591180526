/* openssl_peer: real TLS servers for tests: `openssl s_server` processes with certificates made for the run. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Is openssl there? Tests that need it are skipped without. */
bool openssl_is_there(void);

/* A folder with ca.pem; inter.pem below it; server certificates NAME.pem with NAME.key, signed by inter: ec and
 * rsa (mcp.example, *.wild.example), pss (an RSA-PSS key), ip (127.0.0.1 and ::1), client (for
 * clientAuth alone); chain.pem (inter) and muddled.pem (an unrelated certificate, ca, inter). */
const char *openssl_certs(void);
void openssl_remove_certs(void);

struct openssl_peer {
	pid_t pid;
	int in, out; /* its standard input and output */
	uint16_t port;
	char seen[65536];
	size_t seen_n;
};

/* Runs s_server in that folder on 127.0.0.1 with these options, separated by blanks, and waits until it listens. */
void openssl_peer_start(struct openssl_peer *p, const char *options);
/* What it was sent and says so far holds text; never waits. */
bool openssl_peer_saw(struct openssl_peer *p, const char *text);
/* Forgets what was seen. */
void openssl_peer_forget(struct openssl_peer *p);
/* Sends text to its client. The first letter may be a command of s_server: "r" renegotiates. */
void openssl_peer_say(struct openssl_peer *p, const char *text);
/* Kills it: the client sees the end without TLS saying so. Content with one that is gone. */
void openssl_peer_kill(struct openssl_peer *p);
