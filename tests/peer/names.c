/* names: a small name server for the tests of the binary: peer.example is 127.0.0.1, nothing else is.
 *
 * usage: names ADDRESS: answers on UDP port 53 of that address (RFC 1035 §4). */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const unsigned char peer_example[] = "\4peer\7example"; /* with the root's zero at its end */

enum { HEAD = 12, QUESTION_TAIL = 4, MESSAGE_MAX = 512, ANSWER = 16, TYPE_A = 1, NO_SUCH_NAME = 3 };

/* Turns the question into its answer; the new length, or 0 for what is no question. */
static size_t reply(unsigned char *message, size_t len)
{
	static const unsigned char record[ANSWER] = {0xc0, HEAD, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1};
	size_t end = HEAD + sizeof peer_example + QUESTION_TAIL;
	int known;

	if (len < HEAD + 1 + QUESTION_TAIL)
		return 0;
	known = len >= end && memcmp(message + HEAD, peer_example, sizeof peer_example) == 0;
	message[2] = 0x84; /* an answer, by who must know */
	message[3] = known ? 0 : NO_SUCH_NAME;
	memset(message + 6, 0, 6); /* no records, unless one follows */
	if (!known || message[end - 3] != TYPE_A)
		return known ? end : len;
	message[7] = 1;
	memcpy(message + end, record, sizeof record);
	return end + sizeof record;
}

int main(int argc, char *argv[])
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(53)};
	unsigned char message[MESSAGE_MAX + ANSWER];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc != 2 || inet_pton(AF_INET, argv[1], &here.sin_addr) != 1 || fd < 0 ||
		bind(fd, (struct sockaddr *)&here, sizeof here) != 0) {
		perror("names");
		return 1;
	}
	for (;;) {
		struct sockaddr_in from;
		socklen_t from_len = sizeof from;
		ssize_t n = recvfrom(fd, message, MESSAGE_MAX, 0, (struct sockaddr *)&from, &from_len);
		size_t len = n > 0 ? reply(message, (size_t)n) : 0;

		if (len)
			sendto(fd, message, len, 0, (struct sockaddr *)&from, from_len);
	}
}
