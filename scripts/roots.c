/* roots: writes the roots that are built into the binary, as C, to standard output.
 *
 * usage: roots VERSION PATH, where PATH is a folder of *.crt files or one PEM bundle.
 * It runs where the binary is built and shares the readers of src/crypto. The order is that of the file names,
 * so the same package gives the same bytes. Roots with name constraints are left
 * out, because a name and a key cannot say what they are constrained to. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/pem.h"

enum { MEMORY = 64 * 1024 * 1024, FILE_LIMIT = 16 * 1024 * 1024, CERT_LIMIT = 64 * 1024 };

static _Noreturn void die(const char *what, const char *where)
{
	fprintf(stderr, "roots: %s: %s\n", where, what);
	exit(1);
}

static struct str read_file(struct arena *a, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct buf content = buf_in(a, FILE_LIMIT);
	char *at;
	size_t room;
	size_t n = 1;

	if (!file)
		die("it cannot be opened", path);
	while (n && buf_space(&content, 4096, &at, &room)) {
		n = fread(at, 1, room, file);
		buf_grew(&content, n);
	}
	if (content.full || ferror(file))
		die("it is too large or cannot be read", path);
	fclose(file);
	return buf_str(&content);
}

/* Appends the name and the key of every root in a file; returns how many. */
static size_t add_file(struct buf *out, struct arena scratch, const char *path)
{
	struct str text = read_file(&scratch, path);
	struct buf der = buf_in(&scratch, CERT_LIMIT);
	struct str label;
	struct cert c;
	size_t n = 0;

	while (pem_next(&text, &label, &der, NULL)) {
		if (!str_same(label, S("CERTIFICATE")) || !cert_read(buf_str(&der), &c, NULL) || !c.is_ca || c.constrained) {
			fprintf(stderr, "roots: %s: left out\n", path);
			continue;
		}
		buf_add(out, c.subject);
		buf_add(out, c.spki);
		n++;
	}
	return n;
}

static int is_root(const struct dirent *entry)
{
	return str_ends(str_of(entry->d_name), S(".crt"));
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static size_t add_all(struct buf *out, struct arena scratch, const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_root, by_bytes);
	size_t count = 0;

	if (n < 0)
		return add_file(out, scratch, path);
	for (int i = 0; i < n; i++) {
		char file[4096];

		snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
		count += add_file(out, scratch, file);
	}
	return count;
}

static void write_c(struct str bytes, size_t count, const char *version)
{
	printf("#include \"crypto/roots.h\"\n\nstatic const unsigned char bytes[] = {");
	for (size_t i = 0; i < bytes.len; i++)
		printf("%s%u,", i % 32 ? "" : "\n\t", (unsigned)(unsigned char)bytes.at[i]);
	printf("\n};\n\nconst struct roots roots_embedded = {bytes, sizeof bytes, %zu, \"%s\"};\n", count, version);
}

int main(int argc, char *argv[])
{
	struct arena kept;
	struct arena scratch;
	struct buf out;
	size_t count;

	if (argc != 3)
		die("usage: roots VERSION PATH", "two arguments are needed");
	if (!arena_new(&kept, MEMORY) || !arena_new(&scratch, MEMORY))
		die("there is no memory", argv[2]);
	out = buf_in(&kept, 0);
	count = add_all(&out, scratch, argv[2]);
	if (count == 0 || out.full)
		die("no roots found: install ca-certificates, or make CA_BUNDLE=file.pem", argv[2]);
	write_c(buf_str(&out), count, argv[1]);
	return 0;
}
