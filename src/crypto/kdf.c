#include "crypto/kdf.h"

#include <sys/mman.h>

#include "base/err.h"
#include "base/secret.h"
#include "crypto/headroom.h"
#include "crypto/scrypt.h"

static struct scrypt_cost cost(unsigned log_n)
{
	return (struct scrypt_cost){log_n, KDF_R, KDF_P};
}

size_t kdf_memory(unsigned log_n)
{
	return scrypt_memory(cost(log_n));
}

static size_t mib(size_t bytes)
{
	return bytes >> 20;
}

/* Asked first: where memory is overcommitted, mmap succeeds and the kernel kills us later. */
static void *take(size_t size, struct err *e)
{
	size_t left = headroom_bytes("");
	void *memory;

	if (left < size) {
		err_set(e, ERR_SYSTEM, "the passphrase needs %zu MiB of memory and only %zu MiB may be taken here: "
			"allow more, or use a key file instead", mib(size), mib(left));
		return NULL;
	}
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) {
		err_set(e, ERR_SYSTEM, "the passphrase needs %zu MiB of memory and the kernel gives none "
			"(though %zu MiB look available): allow more, or use a key file instead", mib(size), mib(left));
		return NULL;
	}
	madvise(memory, size, MADV_HUGEPAGE); /* a fifth faster; only advice */
	madvise(memory, size, MADV_DONTDUMP);
	return memory;
}

bool kdf_scrypt(void *out, size_t len, struct str passphrase, struct str salt, unsigned log_n, struct err *e)
{
	size_t size;
	void *memory;

	if (log_n < KDF_LOG_N_MIN || log_n > KDF_LOG_N_MAX)
		return err_set(e, ERR_LIMIT, "a scrypt cost of 2^%u is outside what is accepted, 2^%d to 2^%d",
			log_n, KDF_LOG_N_MIN, KDF_LOG_N_MAX);
	size = kdf_memory(log_n);
	memory = take(size, e);
	if (!memory)
		return false;
	scrypt_run(out, len, passphrase, salt, cost(log_n), memory);
	secret_wipe(memory, size);
	munmap(memory, size);
	return true;
}
