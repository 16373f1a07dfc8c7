/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/git/git-url.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cache/git/git.h"
#include "tools/lib/cleanup.h"

#define MAX_URL 2048
#define MAX_REF 200
/* All but the NUL. */
#define COMMIT_DIGITS (GIT_HASH_SIZE - 1)

void git_url_done(struct git_url *u)
{
	free(u->url);
	free(u->ref);
	free(u->name);
	*u = (struct git_url){ 0 };
}

bool git_url_is_commit(const char *ref)
{
	return strlen(ref) == COMMIT_DIGITS &&
	       strspn(ref, "0123456789abcdef") == COMMIT_DIGITS;
}

bool git_url_is_local(const char *url)
{
	return *url == '/' || strncmp(url, "file://", 7) == 0;
}

/* Where the path of a URL begins: behind the host. */
static const char *path_of(const char *url)
{
	const char *scheme = strstr(url, "://");
	const char *colon = strchr(url, ':');
	const char *slash = strchr(url, '/');

	if (scheme) {
		slash = strchr(scheme + 3, '/');
		return slash ? slash : url + strlen(url);
	}
	/* HOST:PATH, where no slash is before the colon. */
	return colon && (!slash || colon < slash) ? colon : url;
}

/* Split @text in two, at the place that the header tells. */
static int split(const char *text, struct git_url *u)
{
	const char *at = strrchr(text, '#');

	if (!at)
		at = strrchr(path_of(text), '@');
	u->url = at ? strndup(text, (size_t)(at - text)) : strdup(text);
	u->ref = strdup(at ? at + 1 : "HEAD");
	return u->url && u->ref ? 0 : -ENOMEM;
}

/* Say why @spec is none. Return: -EINVAL. */
static int refuse(const char *spec, struct why *why, const char *reason)
{
	return why_set(why, -EINVAL, "kernel '%.300s': %s", spec, reason);
}

static bool has_control(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text <= ' ' || *text == 127)
			return true;
	}
	return false;
}

/* What is before "://", if git speaks it without another program. */
static bool is_scheme(const char *url, size_t len)
{
	static const char *const names[] = { "https", "http", "git", "ssh",
					     "file" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == len && strncmp(url, names[i], len) == 0)
			return true;
	}
	return false;
}

/*
 * USER:PASSWORD@ before the path? It would be in logs and process lists. A
 * user's name alone is a token as often as not, but with ssh.
 */
static bool has_secret(const char *url)
{
	const char *host = strstr(url, "://"), *end = path_of(url);
	const char *at;

	if (!host)
		return false;
	at = memrchr(host + 3, '@', (size_t)(end - host - 3));
	return at && (strncmp(url, "http", 4) == 0 ||
		      memchr(host + 3, ':', (size_t)(at - host - 3)));
}

static int check_url(const char *spec, const char *url, struct why *why)
{
	const char *scheme = strstr(url, "://");

	/* First of all, for the others repeat it. */
	if (has_secret(url))
		return refuse(
			"git+...", why,
			"the URL has a user, a password or a token in it, "
			"which others could read; let git's credential.helper "
			"keep it");
	if (!*url)
		return refuse(spec, why, "there is no URL before the ref");
	if (strlen(url) > MAX_URL)
		return refuse(spec, why, "the URL is too long");
	if (*url == '-')
		return refuse(spec, why, "a URL may not begin with '-'");
	if (has_control(url))
		return refuse(spec, why,
			      "a blank or a control character may "
			      "not be in a URL");
	if (strstr(url, "::"))
		return refuse(spec, why,
			      "a URL that names a program is not taken");
	if (scheme && !is_scheme(url, (size_t)(scheme - url)))
		return refuse(spec, why,
			      "a URL is https, http, git, ssh or file, or a "
			      "path");
	if (scheme && scheme[3] == '-')
		return refuse(spec, why, "a host may not begin with '-'");
	return 0;
}

/* Source: git's Documentation/git-check-ref-format.txt. */
static int check_ref(const char *spec, const char *ref, struct why *why)
{
	size_t n = strlen(ref);

	if (n == 0)
		return refuse(spec, why, "there is no ref behind the URL");
	if (n > MAX_REF)
		return refuse(spec, why, "the ref is too long");
	if (*ref == '-' || *ref == '/' || *ref == '.' || has_control(ref) ||
	    strpbrk(ref, "~^:?*[\\") || strstr(ref, "..") ||
	    strstr(ref, "//") || strstr(ref, "/.") || strstr(ref, "@{") ||
	    ref[n - 1] == '/' || ref[n - 1] == '.' ||
	    (n >= 5 && strcmp(ref + n - 5, ".lock") == 0))
		return refuse(spec, why,
			      "what is behind the URL is no name of a branch, "
			      "tag or commit");
	return 0;
}

/* Make a path absolute, so that it means the same everywhere. */
static int make_absolute(const char *spec, struct git_url *u, struct why *why)
{
	const char *path =
		strncmp(u->url, "file://", 7) == 0 ? u->url + 7 : u->url;
	char *real;

	real = realpath(path, NULL);
	if (!real && errno == ENOENT)
		return why_set(why, -ENOENT,
			       "kernel '%.300s': there is no '%.150s'", spec,
			       path);
	if (!real)
		return why_set(why, -errno, "kernel '%.300s': %s", spec,
			       strerror(errno));
	if (path == u->url) {
		free(u->url);
		u->url = real;
	} else {
		free(real);
	}
	return 0;
}

/* The name of the repository, for people. */
static char *name_of(const char *url)
{
	size_t n = strlen(url), end;
	char *name;

	while (n > 0 && url[n - 1] == '/')
		n--;
	/* The repository of a work tree has the name of the tree. */
	if (n > 5 && strncmp(url + n - 5, "/.git", 5) == 0)
		n -= 5;
	else if (n > 4 && strncmp(url + n - 4, ".git", 4) == 0)
		n -= 4;
	end = n;
	while (n > 0 && !strchr("/:", url[n - 1]))
		n--;
	name = strndup(url + n, end - n);
	for (char *p = name; p && *p; p++) {
		if (!isascii(*p) ||
		    (!isalnum((unsigned char)*p) && !strchr(".-_+", *p)))
			*p = '_';
	}
	return name;
}

int git_url_parse(const char *spec, struct git_url *ret, struct why *reterr_why)
{
	auto_git_url struct git_url u = { 0 };
	int r = split(spec + strlen("git+"), &u);
	size_t digits;

	if (r < 0)
		return why_set(reterr_why, r, "out of memory");
	r = check_url(spec, u.url, reterr_why);
	if (r == 0)
		r = check_ref(spec, u.ref, reterr_why);
	if (r == 0 && (*u.url == '/' || *u.url == '.' ||
		       strncmp(u.url, "file://", 7) == 0))
		r = make_absolute(spec, &u, reterr_why);
	else if (r == 0 && path_of(u.url) == u.url)
		r = refuse(spec, reterr_why,
			   "it is no URL; a path begins with '/' or '.'");
	if (r < 0)
		return r;
	digits = strspn(u.ref, "0123456789abcdefABCDEF");
	for (char *p = u.ref; digits == COMMIT_DIGITS && !u.ref[digits] && *p;
	     p++)
		*p = (char)tolower((unsigned char)*p);
	u.name = name_of(u.url);
	if (!u.name)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	*ret = u;
	u = (struct git_url){ 0 };
	return 0;
}
