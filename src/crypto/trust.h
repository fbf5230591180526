/* trust: the roots that TLS believes, and where they came from.
 *
 * In this order, the first that is given decides: --ca-file, SSL_CERT_FILE, SSL_CERT_DIR, the
 * first of the system's bundles that holds a root, the roots embedded at build. --extra-ca
 * and NODE_EXTRA_CA_CERTS add to it. Nothing is read before trust_load, which the first
 * handshake asks for. A root is kept as two slices, its name and its key; the key is
 * decoded only when a presented chain names it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

struct err;

enum { TRUST_FILE_MAX = 4 * 1024 * 1024 };

/* How files are read, since this room may not. Both may write into a and return false with an
 * error that says why (ERR_SYSTEM; "PATH: No such file or directory"). */
struct trust_files {
	/* The whole of a file of at most TRUST_FILE_MAX bytes. */
	bool (*read)(void *self, struct str path, struct arena *a, struct str *content, struct err *e);
	/* The paths of all regular files in a folder (links to them count), in order of name. */
	bool (*list)(void *self, struct str path, struct arena *a, struct str **paths, size_t *n, struct err *e);
	void *self;
};

/* What flags and environment said; empty: not given. All must outlive the trust. */
struct trust_wish {
	struct str ca_file;       /* --ca-file */
	struct str ssl_cert_file; /* SSL_CERT_FILE */
	struct str ssl_cert_dir;  /* SSL_CERT_DIR, folders between colons */
	struct str extra_ca;      /* --extra-ca */
	struct str node_extra_ca; /* NODE_EXTRA_CA_CERTS */
};

struct trust_root {
	struct str name; /* the subject, in DER */
	struct str spki; /* the SubjectPublicKeyInfo, in DER */
	bool is_ca;      /* else it vouches for itself alone */
	bool constrained; /* it carries name constraints, so it vouches for nobody here */
	struct trust_root *next;
};

/* Zeroed before trust_init. */
struct trust {
	struct trust_wish wish;
	struct trust_files files;
	struct arena arena;
	struct trust_root *first;
	struct trust_root **last;
	size_t roots;   /* how many */
	size_t found;   /* certificates that were read, repeated ones too */
	size_t skipped; /* certificates that could not be read */
	char source[200]; /* "--ca-file ca.pem", "the roots built into keyfob", ... */
	bool loaded;
};

void trust_init(struct trust *t, struct trust_wish wish, struct trust_files files);
/* Reads the roots unless that is done. ERR_CONFIG naming the flag or variable and the file when
 * one that was named cannot be read or holds no certificate; a later call tries again. */
bool trust_load(struct trust *t, struct err *e);
/* Gives back all memory. Content with one that was never loaded. */
void trust_free(struct trust *t);

/* The first root called name (a DN in DER), or with after the next one behind it; NULL at the end. */
const struct trust_root *trust_find(const struct trust *t, struct str name, const struct trust_root *after);

/* Where the roots came from, for a person; "" before trust_load. */
struct str trust_source(const struct trust *t);
