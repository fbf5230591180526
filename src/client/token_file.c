#include "client/token_file.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/len.h"

static bool is_around(char c)
{
	return str_has(S(" \t\r\n"), c);
}

bool token_file_read(struct str path, enum file_check check, struct arena *a, struct str *token, bool *found, struct err *e)
{
	struct buf content = buf_in(a, TOKEN_FILE_MAX);
	struct str text;

	if (!file_read(path.at, check, &content, found, e))
		return false;
	for (text = buf_str(&content); text.len && is_around(*text.at);)
		text = str_from(text, 1);
	while (text.len && is_around(*str_from(text, len_sub(text.len, 1)).at))
		text = str_drop_last(text, 1);
	*token = text;
	return text.len > 0 || (found && !*found) || err_set(e, ERR_USAGE, "%.*s holds no token", STR(str_first(path, 160)));
}
