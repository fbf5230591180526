#include "client/conversation_inside.h"

#include "client/link.h"
#include "oauth/place.h"
#include "sys/world.h"

/* --- What a link tells ---------------------------------------------------------------- */

static void leave(struct conversation *c)
{
	link_end(c->link);
	c->link = NULL;
	c->road = ROAD_OPEN;
}

static void ready(void *self)
{
	struct conversation *c = self;

	if (c->road == ROAD_TRIED)
		talk_go_duplex(&c->talk);
	c->road = ROAD_OPEN;
	conversation_turn_soon(c);
}

static void message_came(void *self, struct str text)
{
	struct conversation *c = self;

	talk_message(&c->talk, text);
	conversation_turn_soon(c);
}

/* What was there the last time, or might be, is not there. A sign-in that is wanted is wanted on any road. */
static void closed(void *self, const struct err *why)
{
	struct conversation *c = self;
	enum conversation_road road = c->road;

	leave(c);
	if (road == ROAD_TRIED)
		talk_sse_failed(&c->talk, why);
	else if (road == ROAD_REMEMBERED && why->kind != ERR_LOGIN && why->kind != ERR_STOPPED)
		talk_go_http(&c->talk);
	else
		talk_lost(&c->talk, why);
	conversation_turn_soon(c);
}

static void refused(void *self, struct str text, const struct err *why)
{
	struct conversation *c = self;

	talk_refused(&c->talk, text, why);
	conversation_turn_soon(c);
}

static bool open_link(struct conversation *c, enum conversation_road road, struct err *e)
{
	struct link_ends ends = {.ready = ready, .message = message_came, .closed = closed, .refused = refused, .self = c};

	c->road = road;
	c->link = road == ROAD_STDIO ? link_stdio(c->world, c->command, ends, e) : link_sse(&c->server, ends, e);
	return c->link != NULL;
}

void conversation_road_send(struct conversation *c, struct str message)
{
	struct err e = {0};

	if (!c->link)
		err_set(&e, ERR_FAILED, "the server is gone");
	else if (link_send(c->link, message, &e))
		return;
	talk_lost(&c->talk, &e);
}

void conversation_road_try_sse(struct conversation *c)
{
	struct err e;

	if (open_link(c, ROAD_TRIED, &e))
		return;
	c->road = ROAD_OPEN;
	talk_sse_failed(&c->talk, &e);
}

/* --- Which road --------------------------------------------------------------------------- */

static bool is_safe(const struct conversation *c, struct err *e)
{
	struct str host = str_first(c->server.url.host, 100);

	return place_is_safe(c->world->options.allow_http, &c->server.url) ||
		err_set(e, ERR_USAGE, "%.*s is asked in plain http: use https, or --allow-http %.*s", STR(host), STR(host));
}

static enum era remembered(const struct conversation *c)
{
	if (c->found == ERAS_UNKNOWN)
		return ERA_UNKNOWN;
	return c->found == ERAS_MODERN ? ERA_MODERN : ERA_LEGACY;
}

static bool begin_http(struct conversation *c, struct talk_setup *setup, struct err *e)
{
	enum conversation_road road = ROAD_SSE;

	if (!is_safe(c, e))
		return false;
	if (c->transport == CONVERSATION_AUTO && !c->version.len)
		c->found = eras_find(c->world, &c->server.url);
	setup->may_try_sse = c->transport == CONVERSATION_AUTO && era_of(c->version) != ERA_MODERN;
	setup->era = remembered(c);
	if (c->transport != CONVERSATION_SSE && c->found != ERAS_SSE)
		return true;
	if (c->transport != CONVERSATION_SSE)
		road = ROAD_REMEMBERED;
	setup->duplex = true;
	setup->era = ERA_LEGACY;
	return open_link(c, road, e);
}

bool conversation_road_begin(struct conversation *c, struct talk_setup *setup, struct err *e)
{
	c->road = ROAD_OPEN;
	if (c->version.len && era_of(c->version) == ERA_UNKNOWN)
		return err_set(e, ERR_USAGE, "MCP %.*s is not spoken here; these are: %s", STR(str_first(c->version, 40)), ERA_VERSIONS);
	if (c->transport == CONVERSATION_SSE && era_of(c->version) == ERA_MODERN)
		return err_set(e, ERR_USAGE, "MCP %.*s does not travel over HTTP+SSE", STR(c->version));
	setup->version = era_literal(c->version);
	if (!c->command)
		return begin_http(c, setup, e);
	setup->duplex = true;
	return open_link(c, ROAD_STDIO, e);
}

void conversation_road_keep(struct conversation *c)
{
	enum eras_kind kind = c->link ? ERAS_SSE : c->talk.stream.era == ERA_MODERN ? ERAS_MODERN : ERAS_LEGACY;

	if (c->command || c->version.len || c->transport != CONVERSATION_AUTO || kind == c->found)
		return;
	c->found = kind;
	eras_keep(c->world, &c->server.url, kind);
}
