/* talk_play: a talk played step by step, where a transcript is too strict an order: what it does next, what that says, what
 * comes back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mcp/talk.h"

#define PLAY_JSON "application/json"
#define PLAY_EVENTS "text/event-stream"
#define PLAY_EVENT(data) "data: " data "\n\n"
#define PLAY_RESULT(id, result) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":" result "}"
#define PLAY_ERROR(id, code, rest) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"error\":{\"code\":" code ",\"message\":\"no such thing\"" rest "}}"
#define PLAY_NOTICE(method, params) "{\"jsonrpc\":\"2.0\",\"method\":\"" method "\",\"params\":" params "}"
#define PLAY_REQUEST(id, method, params) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\",\"params\":" params "}"
#define PLAY_DISCOVERED "{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{}}"
#define PLAY_INITIALIZED "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}"

struct play {
	struct talk_memory memory;
	struct talk_setup setup; /* what differs from a plain talk over HTTP, before play_begin */
	struct message_client client;
	struct talk talk;
	int noticed, warned;
	char notice[64];   /* the method of the last */
	char warning[512]; /* the last */
};

/* Zeroed before. capabilities: JSON text, or NULL. */
void play_begin(struct play *p, const char *capabilities);
void play_end(struct play *p);

/* The next step is this one. */
void play_is(struct play *p, enum talk_step step);
/* The next step sends in slot, after wait_ms, a text "POST\nName: value\n...\n\nbody" (duplex: the body alone) that has all parts,
 * which end with NULL; one that begins with '!' it has not. */
void play_sends(struct play *p, enum talk_slot slot, int64_t wait_ms, const char *const parts[]);
#define PLAY_SENDS(p, slot, ...) play_sends(p, slot, 0, (const char *const[]){__VA_ARGS__, NULL})
/* The next step drops what is under way in slot. */
void play_drops(struct play *p, enum talk_slot slot);

/* An answer: all of it; or its head and what came so far. */
void play_answer(struct play *p, enum talk_slot slot, int status, const char *type, const char *body);
void play_opens(struct play *p, enum talk_slot slot, const char *type, const char *body);
/* More of it; true where the talk still listens. */
bool play_more(struct play *p, enum talk_slot slot, const char *body);
/* Its end, good or broken. */
void play_ends(struct play *p, enum talk_slot slot, bool good);
/* Duplex. */
void play_says(struct play *p, const char *text);

/* Opens it, up to READY: modern (ids 1), or legacy with session "s1" (id 1; the setup must name the era). */
void play_open_modern(struct play *p);
void play_open_legacy(struct play *p);

/* Reads JSON for params; it lives until play_end. */
const struct json *play_json(struct play *p, const char *text);
