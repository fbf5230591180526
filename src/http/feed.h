/* feed: what a reader that is fed piecemeal answers. */
#pragma once

enum feed {
	FEED_MORE, /* so far so good; it wants to see more */
	FEED_DONE, /* whole */
	FEED_BAD,  /* broken or beyond a limit; the error says how, and nothing more can be read */
};
