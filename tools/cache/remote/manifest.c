/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/remote/manifest.h"

#include <errno.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/source/source.h"
#include "tools/lib/cachekey.h"
#include "tools/lib/cleanup.h"

/* What is signed begins with it, so that it can be nothing else. */
#define SIGN_PREFIX "ktstr-cache entry 1\n"

/* Take user, password and query out of an address; in place. */
static void clean_address(char *text)
{
	char *host = strstr(text, "://"), *end, *at, *query;

	if (!host)
		return;
	host += 3;
	end = host + strcspn(host, "/?#");
	at = memrchr(host, '@', (size_t)(end - host));
	if (at)
		memmove(host, at + 1, strlen(at + 1) + 1);
	query = strchr(host, '?');
	if (query)
		memmove(query, query + strcspn(query, "#"),
			strlen(query + strcspn(query, "#")) + 1);
}

/* What becomes of the text @value that is called @name; a new reference. */
static json_t *scrub_text(const char *name, const char *value)
{
	size_t room = strlen(value) + 1;
	auto_free char *copy = memcpy(memory_or_die(room), value, room);

	if (*value == '/' && strcmp(name, "path") == 0)
		return json_string(strrchr(value, '/') + 1);
	if (*value == '/' || strstr(value, "file:/"))
		return json_null();
	clean_address(copy);
	return json_string(copy);
}

/* A copy of @value without what is this machine's; a new reference. */
static json_t *scrub(const char *name, const json_t *value, int depth)
{
	json_t *copy, *part;
	const char *key;
	size_t i;

	if (json_is_string(value))
		return scrub_text(name, json_string_value(value));
	if (depth == 0 || (!json_is_object(value) && !json_is_array(value)))
		return json_deep_copy(value);
	copy = json_is_array(value) ? json_array() : json_object();
	json_object_foreach((json_t *)value, key, part)
	{
		json_object_set_new(copy, key, scrub(key, part, depth - 1));
	}
	json_array_foreach(value, i, part)
	{
		json_array_append_new(copy, scrub(name, part, depth - 1));
	}
	return copy;
}

int manifest_make(const struct entry *e, char **ret, struct why *reterr_why)
{
	auto_free char *text = NULL, *line = NULL;
	json_t *meta = scrub("", e->meta, /* depth */ 8);

	json_object_del(meta, "source_vmlinux_size");
	json_object_del(meta, "source_vmlinux_mtime_secs");
	if (meta)
		text = json_dumps(meta, JSON_INDENT(2) | JSON_SORT_KEYS);
	json_decref(meta);
	if (!text || asprintf(&line, "%s\n", text) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (strlen(line) > MANIFEST_MAX_BYTES)
		return why_set(reterr_why, -EFBIG,
			       "the metadata of entry '%s' is too large",
			       e->key);
	*ret = take_ptr(line);
	return 0;
}

/* Has a text in it control characters, or is it nested too deep? */
static bool is_clean(const json_t *value, int depth)
{
	const char *key, *text = json_string_value(value);
	json_t *part;
	size_t i;

	for (; text && *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	}
	if (depth == 0)
		return !json_is_object(value) && !json_is_array(value);
	json_object_foreach((json_t *)value, key, part)
	{
		json_t *name = json_string(key);
		bool clean = is_clean(name, 1) && is_clean(part, depth - 1);

		json_decref(name);
		if (!clean)
			return false;
	}
	json_array_foreach(value, i, part)
	{
		if (!is_clean(part, depth - 1))
			return false;
	}
	return true;
}

/* May @name be one of an entry's files? */
static bool is_file_name(const struct entry *e, const char *name)
{
	if (strcmp(name, "vmlinux") == 0 || strcmp(name, "vmlinux.btf") == 0 ||
	    strcmp(name, "config") == 0 ||
	    strcmp(name, entry_text(e, "image_name")) == 0)
		return true;
	if (strncmp(name, PROGRAMS, strlen(PROGRAMS)) != 0 ||
	    strlen(name) > 200)
		return false;
	name += strlen(PROGRAMS) - 1;
	while (*name == '/') {
		auto_free char *part =
			strndup(name + 1, strcspn(name + 1, "/"));

		if (!part || key_check(part, NULL) < 0)
			return false;
		name += 1 + strlen(part);
	}
	return true;
}

/* Is @file a size and a SHA-256? Its size is added to @total. */
static bool is_file(const json_t *file, uint64_t *total)
{
	const json_t *size = json_object_get(file, "size");
	const char *hash = json_string_value(json_object_get(file, "sha256"));
	json_int_t n = json_integer_value(size);

	if (!json_is_integer(size) || n < 0 ||
	    (uint64_t)n > ENTRY_MAX_BYTES - *total)
		return false;
	*total += (uint64_t)n;
	return hash && strlen(hash) == HASH_HEX_SIZE - 1 &&
	       strspn(hash, "0123456789abcdef") == HASH_HEX_SIZE - 1;
}

KTSTR_PRINTF(3, 4)
static int refuse(struct why *why, const struct entry *e, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return why_set(why, -EBADMSG, "it is no entry '%s': %s", e->key, text);
}

static int check_files(const struct entry *e, struct why *reterr_why)
{
	json_t *files = json_object_get(e->meta, "files"), *file;
	const char *image = entry_text(e, "image_name"), *name;
	uint64_t total = 0;

	if (key_check(image, NULL) < 0 || strcmp(image, "vmlinux") == 0 ||
	    strcmp(image, "vmlinux.btf") == 0 || strcmp(image, "config") == 0 ||
	    strcmp(image, "bpf") == 0 || strcmp(image, ENTRY_METADATA) == 0)
		return refuse(reterr_why, e, "the boot image has no good name");
	if (!json_object_get(files, image) || !json_object_get(files, "config"))
		return refuse(reterr_why, e,
			      "it has no boot image, or no configuration");
	if (json_object_size(files) > ENTRY_MAX_FILES)
		return refuse(reterr_why, e, "it has more than %d files",
			      ENTRY_MAX_FILES);
	json_object_foreach(files, name, file)
	{
		if (!is_file_name(e, name))
			return refuse(reterr_why, e,
				      "the file '%.60s' is none of an entry's",
				      name);
		if (!is_file(file, &total))
			return refuse(reterr_why, e,
				      "'%.60s' has no SHA-256, or is too large",
				      name);
	}
	return 0;
}

int manifest_check(const char *text, size_t len, const char *key,
		   struct entry *ret, struct why *reterr_why)
{
	auto_entry struct entry e = { .key = strdup(key) };
	char arch[16];
	int r;

	if (!e.key)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	entry_parse(&e, text, len);
	if (e.error_kind)
		return refuse(reterr_why, &e, "%s (%s)", e.error.text,
			      e.error_kind);
	if (!is_clean(e.meta, /* depth */ 8))
		return refuse(reterr_why, &e,
			      "its metadata has control characters");
	r = source_arch(arch, reterr_why);
	if (r < 0)
		return r;
	if (strcmp(entry_text(&e, "arch"), arch) != 0)
		return refuse(reterr_why, &e, "it is for %.16s, not for %s",
			      entry_text(&e, "arch"), arch);
	if (key_check(entry_text(&e, "label"), NULL) < 0)
		return refuse(reterr_why, &e, "its label is no file name");
	r = check_files(&e, reterr_why);
	if (r < 0)
		return r;
	*ret = e;
	e = (struct entry){ 0 };
	return 0;
}

bool manifest_has_programs(const struct entry *e)
{
	const char *name;
	json_t *file;

	json_object_foreach(json_object_get(e->meta, "files"), name, file)
	{
		if (strncmp(name, PROGRAMS, strlen(PROGRAMS)) == 0)
			return true;
	}
	return false;
}

void manifest_sign(const char *sign_key, const char *text, size_t len,
		   char ret[HASH_HEX_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx state;

	hmac_sha256_set_key(&state, strlen(sign_key),
			    (const uint8_t *)sign_key);
	hmac_sha256_update(&state, strlen(SIGN_PREFIX),
			   (const uint8_t *)SIGN_PREFIX);
	hmac_sha256_update(&state, len, (const uint8_t *)text);
	hmac_sha256_digest(&state, sizeof(digest), digest);
	explicit_bzero(&state, sizeof(state));
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(ret + 2 * i, 3, "%02x", digest[i]);
}
