/* signin_inside: what the files of the waiting room share: the steps (signin), the user with a browser (signin_user), the user
 * with a code (signin_device). */
#pragma once

#include "client/signin.h"

/* Goes on from the step that the flow is at. */
void signin_follow(struct signin *s);

/* The address to listen on. */
struct str signin_callback_host(const struct signin *s);
/* Opens the listener on the port that was asked for, else on the one that was registered before, else on any; once. */
bool signin_open_door(struct signin *s, struct err *e);
/* FLOW_ASK: shows the address and waits for who comes back. */
void signin_ask_user(struct signin *s);
/* All that was waited for is waited for no more: listener, paste, timers. */
void signin_close_ways(struct signin *s);

/* FLOW_DEVICE: shows the code where it is new, and asks the issuer again when it is time. */
void signin_wait_for_device(struct signin *s);
/* The timer's. */
void signin_poll(void *self);
