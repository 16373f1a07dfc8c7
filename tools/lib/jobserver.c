/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/jobserver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/num.h"

#define FIFO_PREFIX "fifo:"

void jobserver_auth_done(struct jobserver_auth *auth)
{
	free(auth->fifo);
	auth->fifo = NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word of @at, as it is written; NULL at the end. */
static const char *next_word(const char **at, size_t *ret_len)
{
	const char *start = *at, *end;

	while (is_blank(*start))
		start++;
	for (end = start; *end && !is_blank(*end); end++) {
		if (end[0] == '\\' && end[1] != '\0')
			end++;
	}
	*at = end;
	*ret_len = (size_t)(end - start);
	return *ret_len ? start : NULL;
}

/* The value behind "--jobserver-auth=", as it is written, or NULL. */
static const char *auth_value(const char *word, size_t *len)
{
	static const char *const option[] = { "--jobserver-auth=",
					      "--jobserver-fds=" };

	for (size_t i = 0; i < sizeof(option) / sizeof(*option); i++) {
		size_t n = strlen(option[i]);

		if (*len < n || memcmp(word, option[i], n) != 0)
			continue;
		*len -= n;
		return word + n;
	}
	return NULL;
}

static bool is_end(const char *word, size_t len)
{
	return len == 2 && memcmp(word, "--", 2) == 0;
}

static char *unquote(const char *value, size_t len)
{
	char *text = calloc(len + 1, 1);
	size_t n = 0;

	for (size_t i = 0; text && i < len; i++) {
		bool pair = i + 1 < len &&
			    (value[i] == '\\' ||
			     (value[i] == '$' && value[i + 1] == '$'));

		text[n++] = value[i += pair];
	}
	return text;
}

/* One descriptor. Return: 0, -EBADF when it is negative, or -EINVAL. */
static int parse_fd(const char *text, int *ret)
{
	bool negative = *text == '-';
	uint64_t n;

	if (num_parse(text + negative, 0, INT_MAX, &n) < 0)
		return -EINVAL;
	*ret = (int)n;
	return negative ? -EBADF : 0;
}

static int parse_value(char *value, struct jobserver_auth *ret,
		       struct why *reterr_why)
{
	struct jobserver_auth auth = { .read = -1, .write = -1 };
	size_t prefix = strlen(FIFO_PREFIX);
	char *comma = strchr(value, ',');
	int r = -EINVAL, w = -EINVAL;

	if (strncmp(value, FIFO_PREFIX, prefix) == 0 && value[prefix]) {
		auth.fifo = strdup(value + prefix);
		if (!auth.fifo)
			return why_set(reterr_why, -ENOMEM, "out of memory");
		*ret = auth;
		return 0;
	}
	if (comma) {
		*comma = '\0';
		r = parse_fd(value, &auth.read);
		w = parse_fd(comma + 1, &auth.write);
		*comma = ',';
	}
	if (r == -EINVAL || w == -EINVAL)
		return why_set(reterr_why, -EINVAL,
			       "'--jobserver-auth=%.200s' in MAKEFLAGS is "
			       "neither R,W nor fifo:PATH",
			       value);
	if (r < 0 || w < 0)
		return why_set(reterr_why, -EBADF,
			       "make keeps its jobserver from this recipe");
	/* A pipe has two ends; we hand on one of our own under their numbers.
	 */
	if (auth.read == auth.write)
		return why_set(reterr_why, -EINVAL,
			       "'--jobserver-auth=%.200s' in MAKEFLAGS names "
			       "one descriptor for both ends of a pipe",
			       value);
	*ret = auth;
	return 0;
}

int jobserver_parse(const char *makeflags, struct jobserver_auth *ret,
		    struct why *reterr_why)
{
	const char *at = makeflags ? makeflags : "", *word, *last = NULL;
	size_t len, last_len = 0;

	while ((word = next_word(&at, &len)) && !is_end(word, len)) {
		const char *value = auth_value(word, &len);

		if (value) {
			last = value;
			last_len = len;
		}
	}
	if (!last)
		return why_set(reterr_why, -ENOENT,
			       "MAKEFLAGS names no jobserver");

	auto_free char *value = unquote(last, last_len);
	if (!value)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	return parse_value(value, ret, reterr_why);
}

/* "-j" or "-j12" */
static bool is_jobs(const char *word, size_t len)
{
	return len >= 2 && word[0] == '-' && word[1] == 'j' &&
	       strspn(word + 2, "0123456789") >= len - 2;
}

/* A backslash at the very end stands for itself, unless something follows. */
static bool ends_open(const char *word, size_t len)
{
	size_t n = 0;

	while (n < len && word[len - 1 - n] == '\\')
		n++;
	return n % 2 == 1;
}

void jobserver_rewrite(struct str *out, const char *makeflags,
		       unsigned int jobs, int read, int write)
{
	const char *at = makeflags, *word;
	bool options = true;
	size_t len;

	while ((word = next_word(&at, &len))) {
		size_t n = len;

		if (options && (is_jobs(word, len) || auth_value(word, &n)))
			continue;
		if (options && is_end(word, len)) {
			str_addf(out, " -j%u --jobserver-auth=%d,%d", jobs,
				 read, write);
			options = false;
		}
		/* Letters without a dash are flags only at the very start. */
		if (word != makeflags || is_end(word, len))
			str_add(out, " ");
		str_add_bytes(out, word, len);
		if (!*at && ends_open(word, len))
			str_add(out, "\\");
	}
	if (options)
		str_addf(out, " -j%u --jobserver-auth=%d,%d", jobs, read,
			 write);
}

/* A second description of the pipe at @path, which is ours alone. */
static int open_end(const char *path, int mode, struct why *reterr_why)
{
	struct stat st;

	auto_fd int fd = open(path, mode | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return why_set(reterr_why, -errno,
			       "cannot open make's jobserver '%s': %s", path,
			       strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return why_set(reterr_why, -EINVAL,
			       "'%s', make's jobserver, is no named pipe",
			       path);
	return take_fd(fd);
}

/* Are these the ends of one pipe? Closed ones may have been opened again by
 * somebody who knows nothing of make. */
static bool is_pipe(const struct jobserver_auth *auth)
{
	int from = fcntl(auth->read, F_GETFL), to = fcntl(auth->write, F_GETFL);
	struct stat a, b;

	return from >= 0 && to >= 0 && (from & O_ACCMODE) != O_WRONLY &&
	       (to & O_ACCMODE) != O_RDONLY && fstat(auth->read, &a) == 0 &&
	       fstat(auth->write, &b) == 0 && S_ISFIFO(a.st_mode) &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int jobserver_open(const struct jobserver_auth *auth, struct jobserver *ret,
		   struct why *reterr_why)
{
	const char *from = auth->fifo, *to = auth->fifo;
	char read_path[32], write_path[32];

	if (!auth->fifo) {
		if (!is_pipe(auth))
			return why_set(reterr_why, -EBADF,
				       "make's jobserver is not open to this "
				       "recipe");
		snprintf(read_path, sizeof(read_path), "/proc/self/fd/%d",
			 auth->read);
		snprintf(write_path, sizeof(write_path), "/proc/self/fd/%d",
			 auth->write);
		from = read_path;
		to = write_path;
	}
	/* In this order: a writer that does not wait needs a reader. */
	auto_fd int read_fd = open_end(from, O_RDONLY, reterr_why);
	if (read_fd < 0)
		return read_fd;
	auto_fd int write_fd = open_end(to, O_WRONLY, reterr_why);
	if (write_fd < 0)
		return write_fd;
	ret->read = take_fd(read_fd);
	ret->write = take_fd(write_fd);
	ret->held = 0;
	return 0;
}

unsigned int jobserver_take(struct jobserver *j, unsigned int want)
{
	unsigned int before = j->held, room = JOBSERVER_TOKENS_MAX - before;

	if (j->read < 0)
		return 0;
	for (want = want < room ? want : room; want > 0;) {
		ssize_t n = read(j->read, j->token + j->held, want);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		j->held += (unsigned int)n;
		want -= (unsigned int)n;
	}
	return j->held - before;
}

unsigned int jobserver_give_back(struct jobserver *j)
{
	unsigned int lost;

	while (j->held > 0) {
		ssize_t n = write(j->write, j->token, j->held);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		j->held -= (unsigned int)n;
		memmove(j->token, j->token + n, j->held);
	}
	lost = j->held;
	j->held = 0;
	cleanup_fd(&j->read);
	cleanup_fd(&j->write);
	j->read = j->write = -1;
	return lost;
}
