/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vmm/machine.h"

/* To wait for QEMU, which writes to memory; a host that gives it no CPU must
 * not lose a machine that took minutes to boot. */
#define SAVE_MS 600000

/* Events, so that nobody has to ask again and again; RAM stays in its files. */
static int prepare(struct qmp *q, unsigned int ms, struct why *reterr_why)
{
	int r = qmp_command(q, "migrate-set-capabilities",
			    json_pack("{s:[{s:s,s:b},{s:s,s:b}]}",
				      "capabilities", "capability", "events",
				      "state", 1, "capability",
				      "x-ignore-shared", "state", 1),
			    ms, NULL, reterr_why);

	if (r < 0)
		return r;
	return qmp_command(q, "migrate-set-parameters",
			   json_pack("{s:i}", "announce-rounds", 0), ms, NULL,
			   reterr_why);
}

/* From the command until QEMU says how it went. */
static int transfer(struct qmp *q, const char *name, const char *uri,
		    const char *verb, unsigned int ms, struct why *reterr_why)
{
	int r = qmp_command(q, name, json_pack("{s:s}", "uri", uri), ms, NULL,
			    reterr_why);
	json_t *event = NULL;

	while (r == 0) {
		r = qmp_wait_event(q, "MIGRATION", ms, &event, reterr_why);
		if (r < 0)
			return r;
		const char *status = json_string_value(json_object_get(
			json_object_get(event, "data"), "status"));
		bool done = status && strcmp(status, "completed") == 0;
		bool failed = status && strcmp(status, "failed") == 0;
		json_decref(event);
		if (done)
			return 0;
		if (failed)
			r = why_set(reterr_why, -EREMOTEIO,
				    "QEMU cannot %s the state of the devices",
				    verb);
	}
	return r;
}

int state_save(struct qmp *q, int fd, unsigned int ms, struct why *reterr_why)
{
	int r = prepare(q, ms, reterr_why);

	if (r == 0)
		r = qmp_send_fd(q, "state", fd, ms, reterr_why);
	return r < 0 ? r
		     : transfer(q, "migrate", "fd:state", "save", ms,
				reterr_why);
}

int state_load(struct qmp *q, int fd, unsigned int ms, struct why *reterr_why)
{
	char uri[32];
	int r = prepare(q, ms, reterr_why);

	snprintf(uri, sizeof(uri), "fd:%d", fd);
	return r < 0 ? r
		     : transfer(q, "migrate-incoming", uri, "load", ms,
				reterr_why);
}

int machine_save(struct qmp *q, int fd, struct why *reterr_why)
{
	return state_save(q, fd, SAVE_MS, reterr_why);
}
