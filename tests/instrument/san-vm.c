/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * san-vm.c - what the sanitizer of a guest has found becomes a report of the
 * build.
 *
 * In a guest a finding is a line on the console and the end of one process,
 * which may be a worker whose test expects a failure. This stands in place of
 * gate_check() in ktstr-vm, which is called when a machine has ended.
 */
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/vm/gate.h"

/* "vmm/guest/main.c:68:14: runtime error: ...", with colours in between. */
#define FINDING "^.*\\.[ch]:[0-9]+:[0-9]+:.* runtime error: .*$"

void __real_gate_check(const struct machine_config *c,
		       const struct machine_result *m);
void __wrap_gate_check(const struct machine_config *c,
		       const struct machine_result *m);

/* The kernel may have written zeroes. */
static char *read_console(int fd)
{
	struct stat st;
	ssize_t len;
	char *text;

	if (fd < 0 || fstat(fd, &st) < 0)
		return NULL;
	text = malloc((size_t)st.st_size + 1);
	len = text ? pread(fd, text, (size_t)st.st_size, 0) : 0;
	for (ssize_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
	if (text)
		text[len < 0 ? 0 : len] = '\0';
	return text;
}

static void report(const char *line, size_t len)
{
	char path[sizeof(INSTRUMENT_DIR) + 64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/san/report.guest.%d", INSTRUMENT_DIR,
		 (int)getpid());
	f = fopen(path, "ae");
	if (!f)
		abort();
	fprintf(f, "in a guest: %.*s\n", (int)len, line);
	if (fclose(f) != 0)
		abort();
}

void __wrap_gate_check(const struct machine_config *c,
		       const struct machine_result *m)
{
	auto_free char *console = read_console(c->console_fd);
	regmatch_t match;
	regex_t finding;

	if (regcomp(&finding, FINDING, REG_EXTENDED | REG_NEWLINE) != 0)
		abort();
	for (const char *at = console;
	     at && regexec(&finding, at, 1, &match, 0) == 0; at += match.rm_eo)
		report(at + match.rm_so, (size_t)(match.rm_eo - match.rm_so));
	regfree(&finding);
	__real_gate_check(c, m);
}
