/* carry_way: the way of an exchange to its server (name, connection, proxy, TLS) and of its request there. */
#pragma once

#include <stdbool.h>

struct fetch_exchange;

/* Takes a kept connection or makes one. */
void carry_way_begin(struct fetch_exchange *x);
/* The kept connection was closed: once more, on a fresh one. */
void carry_way_again(struct fetch_exchange *x);
/* The proxy has answered CONNECT. Always false: x goes on by itself, or is gone. */
bool carry_way_tunnelled(struct fetch_exchange *x);
