/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vmm/guest/json.h"
#include "vmm/splat.h"

#define SPLAT_LINES 48
#define NOTE_LINES  24
/*
 * Records read in one go. Each takes some 50 us under TCG, and init looks ten
 * times a second (WATCH_POLL_NS), so a program that writes into /dev/kmsg
 * without end costs about a tenth of one CPU. At the end all are read that the
 * kernel's buffer may hold: 4096 for its default size of 128 KiB, see
 * kernel/printk/printk.c.
 */
#define RECORDS_MAX 128
#define DRAINS_MAX  40

bool kmsg_select(struct kmsg_follow *follow, unsigned int level,
		 const char *text)
{
	if (splat_of(level, text) != SPLAT_NONE) {
		*follow = (struct kmsg_follow){ SPLAT_LINES, false };
		return true;
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

/* Complaints have room of their own, which what explains them cannot take. */
static bool has_room(const struct kmsg *k, bool is_splat)
{
	return k->sent < KMSG_FRAMES_MAX + (is_splat ? KMSG_SPLATS_MAX : 0U);
}

/*
 * "4,339,5140900,-;text\n KEY=value\n": facility and level, number, time, see
 * Documentation/ABI/testing/dev-kmsg. Facility 0 is the kernel's, which no
 * program can write with.
 */
static void take(struct kmsg *k, struct channel *c, char *record)
{
	char *text = strchr(record, ';');
	struct str out = { 0 };
	unsigned int priority;
	uint64_t number, at_us;

	if (!text || sscanf(record, "%u,%" SCNu64 ",%" SCNu64, &priority,
			    &number, &at_us) != 3)
		return;
	/* No kernel counts so far, and no reader of our frames. */
	if (number >= INT64_MAX || at_us > INT64_MAX / 1000)
		return;
	/* Those between were overwritten before we came. */
	if (number >= k->next) {
		k->overrun += number - k->next;
		k->next = number + 1;
	}
	text++;
	text[strcspn(text, "\n")] = '\0';
	if (priority >> 3 != 0 || !kmsg_select(&k->follow, priority & 7, text))
		return;
	if (!has_room(k, splat_of(priority & 7, text) == SPLAT_TELLS)) {
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

/* Return: true when there is nothing more. */
static bool drain(struct kmsg *k, struct channel *c)
{
	char record[8192];
	ssize_t n;

	for (int i = 0; k->fd >= 0 && i < RECORDS_MAX; i++) {
		n = read(k->fd, record, sizeof(record) - 1);
		/* EPIPE: the next one's number tells how many are lost. */
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			return true;
		record[n] = '\0';
		take(k, c, record);
	}
	return k->fd < 0;
}

void kmsg_drain(struct kmsg *k, struct channel *c)
{
	(void)drain(k, c);
}

void kmsg_close(struct kmsg *k, struct channel *c)
{
	struct str out = { 0 };
	bool all = false;

	/* Who prints faster than we read is not followed for ever. */
	for (int i = 0; i < DRAINS_MAX && !all; i++)
		all = drain(k, c);
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
	if (k->overrun == 0 && k->dropped == 0 && all)
		return;
	json_open(&out, "kmsg-lost");
	json_number(&out, "overrun", k->overrun);
	json_number(&out, "dropped", k->dropped);
	json_flag(&out, "unread", !all);
	channel_send(c, &out);
}
