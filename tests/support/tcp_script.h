/* tcp_script: a server on a port of 127.0.0.1 that does what a script says, on threads of its own.
 *
 * The nth connection follows the nth script (later ones the last), a list of steps ended by NULL:
 *   "<"      reads one request, head and Content-Length body
 *   ">text"  sends text
 *   "*N"     sends N bytes 'x'
 *   "~N"     waits N milliseconds
 *   "/"      sends no more, but reads on
 *   "="      reads until the peer has closed
 *   "!"      resets the connection
 * and closes the connection at its end. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TCP_SCRIPT_SCRIPTS = 8, TCP_SCRIPT_STEPS = 12, TCP_SCRIPT_SEEN = 65536 };

struct tcp_script {
	const char *scripts[TCP_SCRIPT_SCRIPTS][TCP_SCRIPT_STEPS];
	uint16_t port;
	int connections; /* accepted so far; read it when they are over */
	char seen[TCP_SCRIPT_SEEN]; /* every byte of every request, in order of arrival */
	/* private */
	int fd;
	int open;
	size_t seen_n;
	pthread_mutex_t lock;
	pthread_cond_t closed;
	pthread_t thread;
};

/* Fill in the scripts first. */
void tcp_script_start(struct tcp_script *s);
/* Waits until all connections are over and stops listening. */
void tcp_script_stop(struct tcp_script *s);
