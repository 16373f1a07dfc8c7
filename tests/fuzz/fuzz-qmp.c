/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever a QEMU says on its monitor, and then closes it, must be an answer,
 * or a failure with one sentence. Events that came before are kept.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vmm/qmp.h"

/* What a socket holds at once, well within. */
#define SIZE_MAX_SENT 16384

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int r, const struct why *why)
{
	if (r > 0 || (r < 0 && (!*why->text || strlen(why->text) >= 200)))
		abort();
}

static void talk(struct qmp *q, int fd)
{
	struct why why = { .text = "" };
	json_t *value = NULL, *event;
	int r = qmp_begin(q, fd, -1, 1000, &why);

	check(r, &why);
	if (r == 0) {
		r = qmp_command(q, "query-status", NULL, 1000, &value, &why);
		check(r, &why);
		if ((r == 0) != (value != NULL))
			abort();
		json_decref(value);
	}
	r = qmp_wait_event(q, "STOP", 1000, &event, &why);
	check(r, &why);
	if (r == 0)
		json_decref(event);
	while ((event = qmp_take_event(q, NULL))) {
		if (!json_object_get(event, "event"))
			abort();
		json_decref(event);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qmp q = QMP_NONE;
	struct why why;
	int ours, theirs;

	if (size > SIZE_MAX_SENT || qmp_pair(&ours, &theirs, &why) < 0)
		return 0;
	/* It has said all, and reads what we say, so that we can go on. */
	if (send(theirs, data, size, MSG_NOSIGNAL) != (ssize_t)size ||
	    shutdown(theirs, SHUT_WR) < 0)
		abort();
	talk(&q, ours);
	qmp_done(&q);
	close(theirs);
	return 0;
}
