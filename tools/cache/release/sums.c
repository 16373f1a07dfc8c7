/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/release/sums.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/program.h"
#include "tools/lib/utf8.h"

#define HEX_DIGITS   (HASH_HEX_SIZE - 1)
#define MAX_OUTPUT   (16u << 20)
#define SHOWN_CHARS  150
#define CANNOT_START 127

/* The file that a line of sha256sum(1) names, or NULL; @ret_len bytes. */
static const char *named(const char *line, size_t len, size_t *ret_len)
{
	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (len < HEX_DIGITS + 3 ||
	    strspn(line, "0123456789abcdef") != HEX_DIGITS ||
	    line[HEX_DIGITS] != ' ' || !strchr(" *", line[HEX_DIGITS + 1]))
		return NULL;
	*ret_len = len - HEX_DIGITS - 2;
	return line + HEX_DIGITS + 2;
}

int sums_find(const char *text, const char *name, char ret[HASH_HEX_SIZE])
{
	const char *found = NULL;

	for (size_t len, n = 0; *text; text += len + (text[len] == '\n')) {
		const char *file;

		len = strcspn(text, "\n");
		file = named(text, len, &n);
		if (!file || n != strlen(name) || memcmp(file, name, n) != 0)
			continue;
		if (found && memcmp(found, text, HEX_DIGITS) != 0)
			return -EBADMSG;
		found = text;
	}
	if (!found)
		return -ENOENT;
	memcpy(ret, found, HEX_DIGITS);
	ret[HEX_DIGITS] = '\0';
	return 0;
}

/* In the child: become gpgv. Only calls that are safe after fork(2). */
static void become(const char *program, const char *keyring, pid_t parent,
		   const int fd[3])
{
	char *const args[] = { (char *)"gpgv",
			       (char *)"--keyring",
			       (char *)keyring,
			       (char *)"--output",
			       (char *)"-",
			       (char *)"-",
			       NULL };
	char *const env[] = { (char *)"LC_ALL=C", NULL };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent && dup2(fd[0], 0) >= 0 && dup2(fd[1], 1) >= 0 &&
	    dup2(fd[2], 2) >= 0)
		execve(program, args, env);
	_exit(CANNOT_START);
}

/* Run it to its end. Return: its exit status, or -errno. */
static int run(const char *program, const char *keyring, const int fd[3])
{
	pid_t parent = getpid();
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (pid == 0)
		become(program, keyring, parent, fd);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* All that is in a memory file. Return: 0 or -errno. */
static int read_back(int fd, struct str *ret)
{
	char buf[4096];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, buf, sizeof(buf), at)) > 0 && at < MAX_OUTPUT) {
		str_add_bytes(ret, buf, (size_t)n);
		at += n;
	}
	if (n < 0)
		return -errno;
	return ret->failed ? -ENOMEM : 0;
}

/* gpgv's verdict: the last of its lines, without its name before it. */
static void verdict(struct str *out, int fd)
{
	auto_str struct str all = { 0 };
	const char *text, *line;
	size_t len;

	(void)read_back(fd, &all);
	while (all.len > 0 && all.text[all.len - 1] == '\n')
		all.text[--all.len] = '\0';
	text = str_text(&all);
	line = strrchr(text, '\n') ? strrchr(text, '\n') + 1 : text;
	if (strncmp(line, "gpgv: ", 6) == 0)
		line += 6;
	len = strlen(line);
	utf8_add_line(out, line, len, SHOWN_CHARS);
}

int sums_verify(const struct str *text, const char *keyring, struct str *ret,
		struct why *reterr_why)
{
	auto_free char *ring = realpath(keyring, NULL);
	auto_free char *program = program_find("gpgv");
	auto_str struct str said = { 0 };
	int r;

	if (!ring)
		return why_set(reterr_why, -errno, "KTSTR_KEYRING '%s': %s",
			       keyring, strerror(errno));
	if (!program)
		return why_set(reterr_why, -ENOENT,
			       "KTSTR_KEYRING is set, but there is no gpgv to "
			       "check signatures with: install gpgv");
	auto_fd int in = memfd_create("sums", MFD_CLOEXEC);
	auto_fd int out = memfd_create("signed", MFD_CLOEXEC);
	auto_fd int err = memfd_create("said", MFD_CLOEXEC);
	if (in < 0 || out < 0 || err < 0)
		return why_set(reterr_why, -errno,
			       "cannot make a file in memory: %s",
			       strerror(errno));
	r = file_write_all(in, str_text(text), text->len);
	if (r == 0 && lseek(in, 0, SEEK_SET) < 0)
		r = -errno;
	if (r == 0)
		r = run(program, ring, (const int[3]){ in, out, err });
	if (r < 0)
		return why_set(reterr_why, r, "cannot run '%s': %s", program,
			       strerror(-r));
	verdict(&said, err);
	if (r > 0)
		return why_set(reterr_why, -EBADMSG,
			       "the signature of sha256sums.asc is not good: "
			       "%s (gpgv, status %d)",
			       str_text(&said), r);
	detail("sha256sums.asc: %s", str_text(&said));
	r = read_back(out, ret);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read gpgv's answer: %s",
			       strerror(-r));
	return 0;
}
