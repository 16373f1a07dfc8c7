/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vmm/guest/json.h"

#define SPLAT_LINES 48
#define NOTE_LINES  24
/* Records read in one go; all that the kernel's buffer holds are ten times it.
 */
#define RECORDS_MAX 1024

bool kmsg_select(struct kmsg_follow *follow, const char *text)
{
	/* What a splat begins with, see lib/bug.c, kernel/panic.c,
	 * kernel/rcu/tree_stall.h, kernel/watchdog.c, kernel/hung_task.c. */
	static const char *const splat[] = {
		"WARNING: ",   "BUG: ",		 "kernel BUG at ",
		"Oops: ",      "rcu: INFO: ",	 "INFO: rcu",
		"INFO: task ", "Kernel panic",	 "general protection fault",
		"soft lockup", "detected stall", "self-detected stall",
		"UBSAN: ",
	};

	for (size_t i = 0; i < sizeof(splat) / sizeof(splat[0]); i++) {
		if (strstr(text, splat[i])) {
			*follow = (struct kmsg_follow){ SPLAT_LINES, false };
			return true;
		}
	}
	/* mm/oom_kill.c; what it prints before is known by its effect. */
	if (strncmp(text, "Out of memory: ", 15) == 0) {
		*follow = (struct kmsg_follow){ 0 };
		return true;
	}
	if (strncmp(text, "sched_ext:", 10) == 0) {
		*follow = (struct kmsg_follow){ NOTE_LINES, true };
		return true;
	}
	if (follow->lines == 0)
		return false;
	follow->lines--;
	if (strstr(text, "---[ end trace"))
		follow->lines = 0;
	if (!follow->indented || *text == ' ')
		return true;
	follow->lines = 0;
	return false;
}

int kmsg_open(struct kmsg *k)
{
	*k = (struct kmsg){ .fd = open("/dev/kmsg",
				       O_RDONLY | O_NONBLOCK | O_CLOEXEC) };
	return k->fd < 0 ? -errno : 0;
}

/* "4,339,5140900,-;text\n KEY=value\n", see Documentation/ABI/testing/dev-kmsg
 */
static void take(struct kmsg *k, struct channel *c, char *record)
{
	char *text = strchr(record, ';');
	struct str out = { 0 };
	unsigned int priority;
	uint64_t at_us;

	if (!text || sscanf(record, "%u,%*u,%" SCNu64, &priority, &at_us) != 2)
		return;
	text++;
	text[strcspn(text, "\n")] = '\0';
	if (!kmsg_select(&k->follow, text))
		return;
	if (k->sent == KMSG_FRAMES_MAX) {
		k->dropped++;
		return;
	}
	k->sent++;
	json_open(&out, "kmsg");
	json_number(&out, "level", priority & 7);
	json_text(&out, "text", text);
	json_number(&out, "at_ns", at_us * 1000);
	channel_send(c, &out);
}

void kmsg_drain(struct kmsg *k, struct channel *c)
{
	char record[8192];
	ssize_t n;

	for (int i = 0; k->fd >= 0 && i < RECORDS_MAX; i++) {
		n = read(k->fd, record, sizeof(record) - 1);
		/* EPIPE: messages were overwritten before we read them. */
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			return;
		record[n] = '\0';
		take(k, c, record);
	}
}

void kmsg_close(struct kmsg *k, struct channel *c)
{
	struct str out = { 0 };
	char text[64];

	for (int i = 0; i < 10; i++)
		kmsg_drain(k, c);
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
	if (k->dropped == 0)
		return;
	snprintf(text, sizeof(text), "[%u messages more were dropped]",
		 k->dropped);
	json_open(&out, "kmsg");
	json_number(&out, "level", 4);
	json_text(&out, "text", text);
	channel_send(c, &out);
}
