/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/release/newest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cache/net/http.h"
#include "tools/cache/release/mirror.h"
#include "tools/cache/release/recent.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/num.h"

#define LATEST_PATCH 8
#define MAX_PATCH    500
/* Of a version that there may be one day. */
#define MAX_NUMBER 9999
#define PROBE_S	   30
#define KEPT_S	   86400
#define MAX_KEPT   16

static bool is_maintained(const struct release *one)
{
	return one->is_version && !one->version.is_rc &&
	       (strcmp(one->moniker, "stable") == 0 ||
		strcmp(one->moniker, "longterm") == 0);
}

static int find_latest(const char *root, struct version *ret,
		       struct why *reterr_why)
{
	auto_releases struct releases all = { 0 };
	const struct release *best = NULL;
	int r = releases_load(root, &all, reterr_why);

	if (r < 0)
		return r;
	for (size_t i = 0; i < all.count; i++) {
		const struct release *one = &all.release[i];

		if (is_maintained(one) && one->version.patch >= LATEST_PATCH &&
		    (!best ||
		     version_compare(&one->version, &best->version) > 0))
			best = one;
	}
	if (!best)
		return why_set(reterr_why, -ENOENT,
			       "kernel 'latest': no stable or longterm release "
			       "has a patch number of %d or more; name a "
			       "version",
			       LATEST_PATCH);
	note("latest is Linux %s (%s)", best->text, best->moniker);
	*ret = best->version;
	return 0;
}

/* Is the tarball of @v there? Return: 1, 0, or an error of http_head(). */
static int probe(const struct version *v, struct why *reterr_why)
{
	auto_str struct str url = { 0 };
	struct http_request req = { .timeout_s = PROBE_S, .quiet = true };
	int r;

	mirror_add_tarball(&url, v);
	if (url.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	req.url = url.text;
	r = http_head(&req, reterr_why);
	/* Some mirrors answer with a page that says that there is none. */
	if (r == -ENOENT || r == -EBADMSG)
		return 0;
	return r < 0 ? r : 1;
}

/*
 * The highest patch number that is there: double until one is missing, then
 * halve the gap. All below the highest are there.
 *
 * Return: 1 with v->patch set, 0 when there is none, or -errno.
 */
static int probe_series(struct version *v, struct why *reterr_why)
{
	uint64_t have = 0, lack = MAX_PATCH + 1, next = 1;
	int r;

	while (lack - have > 1) {
		v->patch = next;
		r = probe(v, reterr_why);
		if (r < 0)
			return r;
		if (r > 0)
			have = next;
		else
			lack = next;
		next = lack > MAX_PATCH && 2 * have <= MAX_PATCH
			       ? 2 * have
			       : have + (lack - have) / 2;
	}
	v->patch = have;
	return have > 0 ? 1 : probe(v, reterr_why);
}

/* What was found out before, and when. */
static bool recall(const char *root, const char *name, struct version *v,
		   uint64_t *ret_age_s)
{
	auto_str struct str text = { 0 };

	return recent_get(root, name, MAX_KEPT, &text, ret_age_s) &&
	       num_parse(str_text(&text), 0, MAX_PATCH, &v->patch) == 0;
}

/* The newest release of a series that the list does not have. */
static int find_old(const char *root, const char *spec, struct version *v,
		    struct why *reterr_why)
{
	auto_str struct str name = { 0 }, text = { 0 };
	char age[RECENT_AGE_SIZE];
	struct version old = *v;
	uint64_t age_s = 0;
	struct why why;
	bool has;
	int r;

	str_addf(&name, "series-%s", spec);
	has = recall(root, str_text(&name), &old, &age_s);
	r = has && age_s < KEPT_S ? 1 : probe_series(v, &why);
	if (r == 0)
		return why_set(reterr_why, -ENOENT,
			       "kernel '%s': there is no release of it", spec);
	if (r < 0 && !has)
		return why_set(reterr_why, r, "kernel '%s': %s", spec,
			       why.text);
	if (r < 0) {
		recent_age(age_s, age);
		warn("the newest %s was found %s ago: %s", spec, age, why.text);
	}
	if (has && (r < 0 || age_s < KEPT_S)) {
		v->patch = old.patch;
		return 0;
	}
	str_addf(&text, "%llu", (unsigned long long)v->patch);
	if (recent_put(root, str_text(&name), &text, &why) < 0)
		warn("%s, ignoring it", why.text);
	return 0;
}

static int find_series(const char *root, const char *spec, struct version *v,
		       struct why *reterr_why)
{
	auto_releases struct releases all = { 0 };
	const struct release *best = NULL;
	char series[VERSION_SIZE];
	struct why why;
	int r = releases_load(root, &all, &why);

	version_format(v, series);
	if (r < 0)
		warn("%s; looking for the tarballs of %s", why.text, series);
	else
		best = releases_newest(&all, v);
	v->has_patch = true;
	if (best)
		v->patch = best->version.patch;
	else
		r = find_old(root, series, v, reterr_why);
	for (size_t i = 0; r == -ENOENT && i < all.count; i++) {
		const struct release *one = &all.release[i];

		if (one->is_version && one->version.is_rc &&
		    version_is_same_series(&one->version, v))
			return why_set(reterr_why, r,
				       "kernel '%s' is not released yet; say "
				       "'%s' for its pre-release",
				       spec, one->text);
	}
	if (best || r == 0)
		note("newest %s is Linux %s.%llu", series, series,
		     (unsigned long long)v->patch);
	return best ? 0 : r;
}

static bool is_too_large(const struct version *v)
{
	return v->major > MAX_NUMBER || v->minor > MAX_NUMBER ||
	       v->patch > MAX_NUMBER || v->rc > MAX_NUMBER;
}

int newest_release(const char *root, const char *spec, struct version *ret,
		   struct why *reterr_why)
{
	struct version v;
	int r;

	if (strcmp(spec, "latest") == 0) {
		r = find_latest(root, &v, reterr_why);
	} else {
		r = version_parse(spec, &v);
		if (r == -ERANGE || (r == 0 && is_too_large(&v)))
			return why_set(reterr_why, -EINVAL,
				       "kernel '%s': a number is too large",
				       spec);
		if (r < 0)
			return why_set(reterr_why, -EINVAL,
				       "kernel '%s': that is no version", spec);
		if (version_is_series(&v))
			r = find_series(root, spec, &v, reterr_why);
	}
	if (r < 0)
		return r;
	if (v.is_rc && v.patch > 0)
		return why_set(reterr_why, -EINVAL,
			       "kernel '%s': there are no tarballs of "
			       "pre-releases of stable releases",
			       spec);
	/* So that it stands for itself when it is a spec again. */
	v.has_patch = !v.is_rc;
	*ret = v;
	return 0;
}

static int order(const void *a, const void *b)
{
	return version_compare(a, b);
}

/* Keep one of those that are alike. Return: how many are left. */
static size_t drop_doubles(struct version *v, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || version_compare(&v[kept - 1], &v[i]) != 0)
			v[kept++] = v[i];
	}
	return kept;
}

int newest_in_range(const char *root, const char *range, struct version **ret,
		    struct why *reterr_why)
{
	auto_releases struct releases all = { 0 };
	const struct release *beyond = NULL;
	auto_free struct version *found = NULL;
	struct version from, to;
	size_t n = 0;
	int r = version_range(range, &from, &to, reterr_why);

	if (r == 0)
		r = releases_load(root, &all, reterr_why);
	if (r < 0)
		return r;
	found = calloc(all.count + 1, sizeof(*found));
	if (!found)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < all.count; i++) {
		const struct release *one = &all.release[i];

		if (!is_maintained(one) ||
		    version_compare(&one->version, &from) < 0)
			continue;
		if (version_compare(&one->version, &to) <= 0) {
			found[n] = one->version;
			found[n++].has_patch = true;
		} else if (version_is_series(&to) &&
			   version_is_same_series(&one->version, &to)) {
			beyond = one;
		}
	}
	if (beyond)
		note("range '%s' ends with %s.0, so %s is not in it", range,
		     strstr(range, "..") + 2, beyond->text);
	if (n == 0)
		return why_set(reterr_why, -ENOENT,
			       "range '%s' has no stable or longterm release "
			       "in it",
			       range);
	qsort(found, n, sizeof(*found), order);
	n = drop_doubles(found, n);
	*ret = take_ptr(found);
	return (int)n;
}
