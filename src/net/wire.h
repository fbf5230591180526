/* wire: what an attempt to move bytes on a non-blocking connection can come to. */
#pragma once

enum wire {
	WIRE_DONE,       /* some bytes moved, or the step is over */
	WIRE_WANT_READ,  /* again when there is something to read */
	WIRE_WANT_WRITE, /* again when there is room to write */
	WIRE_CLOSED,     /* the peer ended in good order; no more bytes will come */
	WIRE_CUT,        /* TLS: the connection ended without the peer saying so */
	WIRE_BAD,        /* broken; the error says how */
};
