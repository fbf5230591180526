/* reach: what the flags say about requests to a server over HTTP: fields to add, how to sign in. */
#pragma once

#include <stdbool.h>

struct args;
struct authorized_server;
struct enrol;
struct err;
struct url;
struct world;

/* Fills in s for requests to url, with n (zeroed; it must stay as long) as its way to sign in. Where no vault can be had, sign-ins are kept in
 * memory from now on. ERR_USAGE, ERR_VAULT. */
bool reach_server(struct world *w, const struct args *a, const struct url *url, struct enrol *n, struct authorized_server *s, struct err *e);
