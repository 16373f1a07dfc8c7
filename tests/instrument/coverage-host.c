/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coverage-host.c - the counters that a COVERAGE=1 guest has sent become files.
 *
 * This stands in place of frame_read() in ktstr-vm. What coverage-guest.c sends
 * goes to a folder of its own below O/guest-runs, which gets its name run-*
 * when all has come; the reader of the report is given an empty piece of a log
 * instead.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmm/frame.h"

#define RUNS  INSTRUMENT_DIR "/guest-runs"
#define BEGIN "{\"t\":\"coverage\""

int __real_frame_read(const char **text, const char *end, uint64_t *seq,
		      struct frame *ret, struct why *reterr_why);
int __wrap_frame_read(const char **text, const char *end, uint64_t *seq,
		      struct frame *ret, struct why *reterr_why);

/* Of the guest whose counters are coming, or "". */
static char folder[sizeof(RUNS) + 16];

static void make_folders(char *path)
{
	for (char *slash = path + sizeof(RUNS); (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		(void)mkdir(path, 0777);
		*slash = '/';
	}
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void write_piece(int fd, const char *hex, off_t at)
{
	size_t len = strlen(hex) / 2;
	char *data = malloc(len + 1);

	for (size_t i = 0; data && i < len; i++)
		data[i] =
			(char)(digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]));
	if (data && pwrite(fd, data, len, at) != (ssize_t)len)
		perror(RUNS);
	free(data);
}

/* All has come: from now on it counts. */
static void publish(void)
{
	char name[sizeof(folder)];

	snprintf(name, sizeof(name), "%s", folder);
	memcpy(name + sizeof(RUNS), "run", 3);
	if (*folder && rename(folder, name) < 0)
		perror(name);
	*folder = '\0';
}

static void take(const struct frame *raw)
{
	json_t *frame = json_loadb(raw->data, raw->len, 0, NULL);
	const char *file = json_string_value(json_object_get(frame, "file"));
	const char *hex = json_string_value(json_object_get(frame, "hex"));
	char path[PATH_MAX];

	if (!file || !hex || strstr(file, "/../")) {
		publish();
		json_decref(frame);
		return;
	}
	(void)mkdir(RUNS, 0777);
	if (!*folder) {
		snprintf(folder, sizeof(folder), "%s", RUNS "/new-XXXXXX");
		if (!mkdtemp(folder))
			perror(RUNS);
	}
	snprintf(path, sizeof(path), "%s%s", folder, file);
	make_folders(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0) {
		write_piece(fd, hex,
			    json_integer_value(json_object_get(frame, "at")));
		close(fd);
	}
	json_decref(frame);
}

int __wrap_frame_read(const char **text, const char *end, uint64_t *seq,
		      struct frame *ret, struct why *reterr_why)
{
	static const char nothing[] =
		"{\"t\":\"log\",\"name\":\"coverage\",\"text\":\"\"}";
	int r = __real_frame_read(text, end, seq, ret, reterr_why);

	if (r == 1 && ret->stream == 0 && ret->len > strlen(BEGIN) &&
	    memcmp(ret->data, BEGIN, strlen(BEGIN)) == 0) {
		take(ret);
		ret->data = nothing;
		ret->len = strlen(nothing);
	}
	return r;
}
