/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/lib/str.h"

int msg_verbosity;

/*
 * Who is started with a closed standard stream gets its number for the next
 * file or pipe that he opens, and a message would then go into that. Nothing
 * can be written to these, as to a closed one, and commands do not get them.
 */
__attribute__((constructor)) static void keep_streams(void)
{
	static const char *const harmless[] = { "/dev/null", "/" };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int r = fcntl(fd, F_GETFD);

		/* The lowest free number is @fd. */
		for (size_t i = 0; r < 0 && i < 2; i++)
			r = open(harmless[i], O_RDONLY | O_CLOEXEC);
	}
}

/* A value that somebody else chose must not command the terminal. */
static void disarm(char *text)
{
	for (; *text; text++) {
		bool control = (unsigned char)*text < ' ' || *text == 0x7f;

		if (control && *text != '\n' && *text != '\t')
			*text = '?';
	}
}

/* At once: other programs write to the same standard error. */
KTSTR_PRINTF(1, 0)
static void put(const char *fmt, va_list ap)
{
	int saved = errno; /* for %m */
	char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	if (text)
		disarm(text);
	fprintf(stderr, "%s: %s\n", program_invocation_short_name,
		text ? text : "out of memory");
	free(text);
	errno = saved;
}

void warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(fmt, ap);
	va_end(ap);
}

void note(const char *fmt, ...)
{
	va_list ap;

	if (msg_verbosity < 0)
		return;
	va_start(ap, fmt);
	put(fmt, ap);
	va_end(ap);
}

void detail(const char *fmt, ...)
{
	va_list ap;

	if (msg_verbosity < 1)
		return;
	va_start(ap, fmt);
	put(fmt, ap);
	va_end(ap);
}

noreturn void die(enum exit_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(fmt, ap);
	va_end(ap);
	exit(code);
}

static void no_memory(void)
{
	die(EX_BROKEN, "out of memory");
}

void msg_end_without_memory(void)
{
	str_no_memory = no_memory;
}

void *memory_or_die(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		no_memory();
	return memory;
}

const char *text_or_die(const struct str *s)
{
	if (s->failed)
		no_memory();
	return str_text(s);
}

void msg_close_stdout(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		die(EX_BROKEN, "cannot write to standard output: %m");
}
