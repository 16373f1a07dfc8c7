/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/release/releases.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tools/cache/net/http.h"
#include "tools/cache/release/mirror.h"
#include "tools/cache/release/recent.h"
#include "tools/lib/cleanup.h"

#define MAX_BYTES   (4u << 20)
#define MAX_ROWS    1000
#define MAX_TEXT    100
#define TIMEOUT_S   30
#define FRESH_S	    600
#define RECENT_NAME "releases"

void releases_done(struct releases *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->release[i].moniker);
		free(r->release[i].text);
	}
	free(r->release);
	*r = (struct releases){ 0 };
}

/* The member called @name, if it is text of a sensible kind. */
static const char *text_of(const json_t *row, const char *name)
{
	const json_t *value = json_object_get(row, name);
	const char *text = json_string_value(value);

	if (!text || !*text || json_string_length(value) > MAX_TEXT)
		return NULL;
	for (const char *p = text; *p; p++) {
		if (*p < ' ' || *p > '~')
			return NULL;
	}
	return text;
}

/* Add one row, or count it as dropped. Return: 0 or -ENOMEM. */
static int add(struct releases *r, const json_t *row)
{
	const char *moniker = text_of(row, "moniker");
	const char *text = text_of(row, "version");
	struct release *one = &r->release[r->count];

	if (!moniker || !text) {
		r->dropped++;
		return 0;
	}
	one->moniker = strdup(moniker);
	one->text = strdup(text);
	one->is_eol = json_is_true(json_object_get(row, "iseol"));
	one->is_version = version_parse(text, &one->version) == 0;
	r->count++;
	return one->moniker && one->text ? 0 : -ENOMEM;
}

int releases_parse(const char *text, size_t len, struct releases *ret,
		   struct why *reterr_why)
{
	json_error_t error;
	json_t *all = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	const json_t *rows = json_object_get(all, "releases");
	auto_releases struct releases r = { 0 };
	size_t n = json_array_size(rows);
	int code = 0;

	if (!all)
		return why_set(reterr_why, -EBADMSG,
			       "releases.json:%d:%d: %.150s", error.line,
			       error.column, error.text);
	if (!json_is_array(rows) || n > MAX_ROWS)
		code = why_set(reterr_why, -EBADMSG,
			       "releases.json has no array 'releases' of at "
			       "most %d rows",
			       MAX_ROWS);
	if (code == 0 && n > 0) {
		r.release = calloc(n, sizeof(*r.release));
		code = r.release ? 0 : -ENOMEM;
	}
	for (size_t i = 0; code == 0 && i < n; i++)
		code = add(&r, json_array_get(rows, i));
	json_decref(all);
	if (code == -ENOMEM)
		return why_set(reterr_why, code, "out of memory");
	if (code < 0)
		return code;
	*ret = r;
	r = (struct releases){ 0 };
	return 0;
}

/* Parse what was fetched or kept; say once what is wrong with rows. */
static int take(const struct str *text, struct releases *ret,
		struct why *reterr_why)
{
	int r = releases_parse(str_text(text), text->len, ret, reterr_why);

	if (r == 0 && ret->dropped)
		warn("releases.json: %zu row%s without moniker or version, "
		     "ignoring %s",
		     ret->dropped, ret->dropped == 1 ? "" : "s",
		     ret->dropped == 1 ? "it" : "them");
	return r;
}

/* Fetch it and keep it. */
static int fetch(const char *root, struct releases *ret, struct why *reterr_why)
{
	auto_str struct str url = { 0 }, text = { 0 };
	struct http_request req = { .timeout_s = TIMEOUT_S,
				    .max_bytes = MAX_BYTES,
				    .tries = 2,
				    .what = "list of releases" };
	struct why why;
	int r;

	mirror_add_feed(&url);
	if (url.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	req.url = url.text;
	r = http_get(&req, &text, reterr_why);
	if (r == 0)
		r = take(&text, ret, reterr_why);
	if (r == 0 && recent_put(root, RECENT_NAME, &text, &why) < 0)
		warn("%s, ignoring it", why.text);
	return r;
}

int releases_load(const char *root, struct releases *ret,
		  struct why *reterr_why)
{
	auto_str struct str kept = { 0 };
	uint64_t age_s = 0;
	bool has = recent_get(root, RECENT_NAME, MAX_BYTES, &kept, &age_s);
	struct why why;
	char age[RECENT_AGE_SIZE];
	int r;

	if (has && age_s < FRESH_S && take(&kept, ret, NULL) == 0)
		return 0;
	r = fetch(root, ret, &why);
	if (r == 0)
		return 0;
	recent_age(age_s, age);
	if (!has || take(&kept, ret, NULL) < 0)
		return why_set(reterr_why, r, "the list of releases: %s",
			       why.text);
	warn("the list of releases is %s old: %s", age, why.text);
	return 0;
}

int releases_kept(const char *root, struct releases *ret)
{
	auto_str struct str kept = { 0 };
	uint64_t age_s;

	if (!recent_get(root, RECENT_NAME, MAX_BYTES, &kept, &age_s) ||
	    releases_parse(str_text(&kept), kept.len, ret, NULL) < 0)
		return -ENOENT;
	return 0;
}

bool releases_is_active(const struct releases *r, const char *version)
{
	static const char digits[] = "0123456789";
	size_t n = strspn(version, digits);
	char series[VERSION_SIZE];
	struct version v;

	/* "6.14.2-mine" and "6.99.7-fake" have a series, too. */
	if (version[n] == '.')
		n += 1 + strspn(version + n + 1, digits);
	if (r->count == 0 || n >= sizeof(series))
		return true;
	snprintf(series, sizeof(series), "%.*s", (int)n, version);
	if (version_parse(series, &v) < 0)
		return true;
	for (size_t i = 0; i < r->count; i++) {
		const struct release *one = &r->release[i];

		if (one->is_version && !one->is_eol &&
		    strcmp(one->moniker, "linux-next") != 0 &&
		    version_is_same_series(&one->version, &v))
			return true;
	}
	return false;
}

const struct release *releases_newest(const struct releases *r,
				      const struct version *v)
{
	const struct release *best = NULL;

	for (size_t i = 0; i < r->count; i++) {
		const struct release *one = &r->release[i];

		if (!one->is_version || one->version.is_rc ||
		    strcmp(one->moniker, "linux-next") == 0 ||
		    !version_is_same_series(&one->version, v))
			continue;
		if (!best || version_compare(&one->version, &best->version) > 0)
			best = one;
	}
	return best;
}
