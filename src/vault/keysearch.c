#include "vault/keysearch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "sys/file.h"
#include "sys/tty.h"
#include "sys/world.h"

/* More than any good content, so that what is too long is seen to be. */
enum { READ_MAX = KEYSEARCH_PASSPHRASE_MAX + 8 };

void keysearch_wipe(struct keysearch_secret *s)
{
	secret_wipe(s, sizeof *s);
}

/* Whatever went wrong with a key is the vault's business; Ctrl-C stays what it is. */
static bool fail(struct err *e)
{
	if (e && e->kind != ERR_STOPPED)
		e->kind = ERR_VAULT;
	return false;
}

static struct str without_line_break(struct str text)
{
	if (str_ends(text, S("\r\n")))
		return str_drop_last(text, 2);
	return str_ends(text, S("\n")) ? str_drop_last(text, 1) : text;
}

static void name_source(struct keysearch_secret *out, const char *from, struct str path)
{
	snprintf(out->from, sizeof out->from, "%s%s%.*s", from, *from && path.len ? " " : "", STR(path));
}

static bool keep(struct keysearch_secret *out, enum keysearch_kind kind, struct str bytes)
{
	out->kind = kind;
	out->len = bytes.len;
	memcpy(out->bytes, bytes.at, bytes.len);
	return true;
}

static bool keep_key(struct keysearch_secret *out, struct str text, bool raw_allowed, struct err *e)
{
	char decoded[KEYSEARCH_KEY + 4];
	struct buf key = buf_over(decoded, sizeof decoded);
	bool ok;

	if (raw_allowed && text.len == KEYSEARCH_KEY)
		return keep(out, KEYSEARCH_IS_KEY, text);
	ok = b64_decode(&key, without_line_break(text)) && key.len == KEYSEARCH_KEY;
	if (ok)
		keep(out, KEYSEARCH_IS_KEY, buf_str(&key));
	secret_wipe(decoded, sizeof decoded);
	return ok || err_set(e, ERR_VAULT, "%s holds no key: it must be %s%d random bytes as base64 (44 characters)", out->from,
		raw_allowed ? "32 random bytes, or " : "", KEYSEARCH_KEY);
}

static bool keep_passphrase(struct keysearch_secret *out, struct str text, struct err *e)
{
	text = without_line_break(text);
	if (text.len == 0)
		return err_set(e, ERR_VAULT, "%s is empty: a vault is not protected by an empty passphrase", out->from);
	if (text.len > KEYSEARCH_PASSPHRASE_MAX)
		return err_set(e, ERR_VAULT, "%s is longer than %d bytes", out->from, KEYSEARCH_PASSPHRASE_MAX);
	return keep(out, KEYSEARCH_IS_PASSPHRASE, text);
}

bool keysearch_passphrase(struct str text, const char *from, struct keysearch_secret *out, struct err *e)
{
	*out = (struct keysearch_secret){0};
	name_source(out, from, S(""));
	return keep_passphrase(out, text, e);
}

/* The content of a file, as a key or as a passphrase. */
static bool read_as(enum keysearch_kind kind, struct str path, enum file_check check, struct keysearch_secret *out,
	struct err *e)
{
	char name[4096], memory[READ_MAX];
	struct buf text = buf_over(memory, sizeof memory);
	bool ok;

	if (snprintf(name, sizeof name, "%.*s", STR(path)) >= (int)sizeof name)
		return err_set(e, ERR_VAULT, "the path of the key file is too long");
	ok = file_read(name, check, &text, NULL, e) || fail(e);
	if (ok && kind == KEYSEARCH_IS_KEY)
		ok = keep_key(out, buf_str(&text), true, e);
	else if (ok)
		ok = keep_passphrase(out, buf_str(&text), e);
	secret_wipe(memory, sizeof memory);
	return ok;
}

bool keysearch_key_file(struct str path, bool is_private, struct keysearch_secret *out, struct err *e)
{
	*out = (struct keysearch_secret){0};
	name_source(out, "", path);
	return read_as(KEYSEARCH_IS_KEY, path, is_private ? FILE_PRIVATE : FILE_TRUSTED, out, e);
}

bool keysearch_passphrase_file(struct str path, struct keysearch_secret *out, struct err *e)
{
	*out = (struct keysearch_secret){0};
	name_source(out, "", path);
	return read_as(KEYSEARCH_IS_PASSPHRASE, path, FILE_TRUSTED, out, e);
}

/* The value of a variable that is set. One that is set to nothing is an accident (a secret that a CI job
 * was not given), and going on as if it were not there would make a new vault with another key. */
static bool variable(const struct keysearch *k, const char *name, struct str *value, struct err *e)
{
	const char *text = k->world->env(k->world, name);

	*value = str_of(text);
	if (text && !*text)
		return err_set(e, ERR_VAULT, "$%s is set but empty: give it its value, or unset it", name);
	return true;
}

static bool from_option(const struct keysearch *k, struct keysearch_secret *out, struct err *e)
{
	struct str path = k->world->options.key_file;

	if (!path.len)
		return true;
	name_source(out, "--key-file", path);
	return read_as(KEYSEARCH_IS_KEY, path, FILE_TRUSTED, out, e);
}

/* The two variables that name a file. */
static bool from_file_variable(const struct keysearch *k, const char *name, enum keysearch_kind kind,
	struct keysearch_secret *out, struct err *e)
{
	struct str path;
	char from[64];

	if (!variable(k, name, &path, e))
		return false;
	if (!path.at)
		return true;
	snprintf(from, sizeof from, "$%s", name);
	name_source(out, from, path);
	return read_as(kind, path, FILE_TRUSTED, out, e);
}

static bool from_key_file(const struct keysearch *k, struct keysearch_secret *out, struct err *e)
{
	return from_file_variable(k, "KEYFOB_KEY_FILE", KEYSEARCH_IS_KEY, out, e);
}

static bool from_passphrase_file(const struct keysearch *k, struct keysearch_secret *out, struct err *e)
{
	return from_file_variable(k, "KEYFOB_PASSPHRASE_FILE", KEYSEARCH_IS_PASSPHRASE, out, e);
}

/* The descriptor stays open, since the key may be looked for again, but no child gets it. A file is
 * left at the place where it was found. */
static bool read_descriptor(int fd, struct keysearch_secret *out, struct err *e)
{
	char memory[READ_MAX];
	struct buf text = buf_over(memory, sizeof memory);
	off_t start = lseek(fd, 0, SEEK_CUR);
	bool ok;

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	ok = file_read_fd(fd, out->from, &text, e) || fail(e);
	if (start >= 0)
		lseek(fd, start, SEEK_SET);
	if (ok && !text.len)
		ok = err_set(e, ERR_VAULT, "%s is at its end: a pipe gives the key only once", out->from);
	ok = ok && keep_key(out, buf_str(&text), true, e);
	secret_wipe(memory, sizeof memory);
	return ok;
}

/* --- What can be had only once ------------------------------------------------------------------ */

static bool recall(struct world *w, struct keysearch_secret *out)
{
	if (!w->key || strcmp(w->key->from, out->from) != 0)
		return false;
	*out = *w->key;
	return true;
}

/* Without room for it, it is asked for again. */
static void remember(struct world *w, const struct keysearch_secret *found)
{
	if (!w->key)
		w->key = malloc(sizeof *w->key);
	if (w->key)
		*w->key = *found;
}

void keysearch_forget(struct world *w)
{
	if (w->key)
		keysearch_wipe(w->key);
	free(w->key);
	w->key = NULL;
}

/* --- The places ----------------------------------------------------------------------------------- */

static bool from_descriptor(const struct keysearch *k, struct keysearch_secret *out, struct err *e)
{
	struct str text;
	uint64_t number;

	if (!variable(k, "KEYFOB_KEY_FD", &text, e))
		return false;
	if (!text.at)
		return true;
	name_source(out, "$KEYFOB_KEY_FD", str_first(text, 10));
	if (recall(k->world, out))
		return true;
	if (!str_to_u64(text, &number) || number > 1 << 20 || fcntl((int)number, F_GETFD) < 0)
		return err_set(e, ERR_VAULT, "%s is not the number of an open descriptor", out->from);
	if (!read_descriptor((int)number, out, e))
		return false;
	remember(k->world, out);
	return true;
}

static bool from_key(const struct keysearch *k, struct keysearch_secret *out, struct err *e)
{
	struct str text;

	if (!variable(k, "KEYFOB_KEY", &text, e))
		return false;
	name_source(out, "$KEYFOB_KEY", S(""));
	return !text.at || keep_key(out, text, false, e);
}

static bool from_passphrase(const struct keysearch *k, struct keysearch_secret *out, struct err *e)
{
	struct str text;

	if (!variable(k, "KEYFOB_PASSPHRASE", &text, e))
		return false;
	name_source(out, "$KEYFOB_PASSPHRASE", S(""));
	return !text.at || keep_passphrase(out, text, e);
}

/* A folder that we may not even search holds nothing for us: it is as if the file were not there. */
static bool from_place(struct str path, enum file_check check, struct keysearch_secret *out, struct err *e)
{
	char name[4096];

	if (snprintf(name, sizeof name, "%.*s", STR(path)) >= (int)sizeof name || !file_stamp(name).there)
		return true;
	name_source(out, "", path);
	return read_as(KEYSEARCH_IS_KEY, path, check, out, e);
}

/* systemd's LoadCredential. */
static bool from_credentials(const struct keysearch *k, struct keysearch_secret *out, struct err *e)
{
	const char *folder = k->world->env(k->world, "CREDENTIALS_DIRECTORY");
	char path[4096];

	if (!folder || !*folder)
		return true;
	snprintf(path, sizeof path, "%s/keyfob.key", folder);
	return from_place(str_of(path), FILE_TRUSTED, out, e);
}

/* Where Docker, Podman and Kubernetes put a secret. */
static bool from_mounted(const struct keysearch *k, struct keysearch_secret *out, struct err *e)
{
	return from_place(k->mounted.len ? k->mounted : S("/run/secrets/keyfob_key"), FILE_TRUSTED, out, e);
}

static bool from_beside(const struct keysearch *k, struct keysearch_secret *out, struct err *e)
{
	return from_place(k->beside, FILE_PRIVATE, out, e);
}

static bool from_person(const struct keysearch *k, struct keysearch_secret *out, struct err *e)
{
	char memory[READ_MAX * 4];
	struct buf answer = buf_over(memory, sizeof memory);
	bool ok;

	if (!k->may_ask || !k->world->tty || !k->world->tty->present)
		return true;
	name_source(out, "the passphrase that was typed", S(""));
	if (recall(k->world, out))
		return true;
	ok = tty_ask_secret(k->world->tty, S("Passphrase of the vault: "), &answer, e) || fail(e);
	ok = ok && keep_passphrase(out, buf_str(&answer), e);
	secret_wipe(memory, sizeof memory);
	if (ok)
		remember(k->world, out);
	return ok;
}

bool keysearch(const struct keysearch *k, struct keysearch_secret *out, struct err *e)
{
	static bool (*const order[])(const struct keysearch *k, struct keysearch_secret *out, struct err *e) = {
		from_option, from_key_file, from_descriptor, from_key, from_passphrase_file, from_passphrase,
		from_credentials, from_mounted, from_beside, from_person,
	};

	*out = (struct keysearch_secret){0};
	for (size_t i = 0; i < sizeof order / sizeof *order && out->kind == KEYSEARCH_NONE; i++)
		if (!order[i](k, out, e)) {
			keysearch_wipe(out);
			return false;
		}
	return true;
}

bool keysearch_beside(const struct keysearch *k, struct keysearch_secret *out, struct err *e)
{
	*out = (struct keysearch_secret){0};
	return from_beside(k, out, e);
}
