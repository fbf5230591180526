/* A vault file that is accepted says exactly what its bytes say, and nothing in it points outside; what is sealed
 * from its parts reads and opens again. The digest is put right first: it guards against accidents alone. */
#include "support/fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "vault/envelope.h"

enum { MOST = 8192 };

static uint8_t count;

static void fill(struct rng *r, void *at, size_t len)
{
	(void)r;
	memset(at, ++count, len);
}

static struct rng rng = {fill};
static const uint8_t data_key[SLOT_SECRET] = {1};

static void check_parts(const struct envelope *v, struct str file)
{
	fuzz_check(v->slots >= 1 && v->slots <= SLOT_MAX);
	fuzz_check(v->head.at == file.at && v->body.at == file.at + v->head.len);
	fuzz_check(v->head.len == ENVELOPE_HEAD + v->slots * SLOT_BYTES);
	fuzz_check(v->head.len + v->body.len + HASH_SHA256 == file.len);
	for (size_t i = 0; i < v->slots; i++) {
		uint8_t bytes[SLOT_BYTES];

		slot_write(&v->slot[i], bytes);
		fuzz_check(memcmp(bytes, file.at + ENVELOPE_HEAD + i * SLOT_BYTES, SLOT_BYTES) == 0);
	}
}

/* Nobody made this body with our key. */
static void check_closed(const struct envelope *v)
{
	static char memory[MOST];
	struct buf out = buf_over(memory, sizeof memory);

	fuzz_check(!envelope_open(v, data_key, &out));
	fuzz_check(out.len == 0);
}

static void check_sealed_again(const struct envelope *v, struct str body)
{
	static char memory[2 * MOST], opened[2 * MOST];
	struct buf file = buf_over(memory, sizeof memory), out = buf_over(opened, sizeof opened);
	struct envelope copy = *v, again;
	enum envelope_fault fault;
	struct err e = {0};

	fuzz_check(envelope_write(&copy, &rng, data_key, body, &file, &e));
	fuzz_check(envelope_read(buf_str(&file), &again, &fault, &e));
	check_parts(&again, buf_str(&file));
	fuzz_check(again.generation == v->generation && again.next_slot == v->next_slot && again.slots == v->slots);
	fuzz_check(memcmp(again.id, v->id, ENVELOPE_ID) == 0);
	fuzz_check(envelope_open(&again, data_key, &out));
	fuzz_check(str_same(buf_str(&out), body));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[MOST + HASH_SHA256];
	struct str file = str_make(bytes, size + HASH_SHA256);
	enum envelope_fault fault;
	struct envelope v;
	struct err e = {0};

	if (size > MOST)
		return 0;
	if (envelope_read(str_make(data, size), &v, &fault, &e))
		check_parts(&v, str_make(data, size));
	else
		fuzz_check(fault != ENVELOPE_FINE && e.kind == ERR_VAULT && e.text[0]);
	memcpy(bytes, data, size);
	hash_sha256(bytes + size, str_make(data, size));
	if (!envelope_read(file, &v, &fault, &e))
		return 0;
	check_parts(&v, file);
	check_closed(&v);
	check_sealed_again(&v, str_make(data, size));
	return 0;
}
