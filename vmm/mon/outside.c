/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/mon/outside.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

/* What the kernel takes in one call. */
#define PIECES_MAX 1024

/* "  0000-ffff (prio 0, ram): ram0 @0000 KVM" */
static bool parse_range(const char *line, struct mon_range *ret)
{
	uint64_t first, last;
	unsigned int block;
	int priority;

	if (sscanf(line, " %" SCNx64 "-%" SCNx64 " (prio %d, ram): ram%u",
		   &first, &last, &priority, &block) != 4 ||
	    last < first)
		return false;
	*ret = (struct mon_range){ first, last - first + 1, 0 };
	return true;
}

unsigned int mon_outside_parse(const char *tree,
			       struct mon_range ret[MON_RANGES_MAX])
{
	static const char view[] = "AS \"memory\"";
	const char *line = strstr(tree, view);
	unsigned int n = 0;

	while (line && n < MON_RANGES_MAX) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
		/* The next view begins. */
		if (!line || strncmp(line, "FlatView", 8) == 0)
			break;
		n += parse_range(line, &ret[n]);
	}
	return n;
}

/* What QEMU's monitor for people answers. Return: as qmp_command(). */
static int ask(struct qmp *q, const char *command, char *text, size_t size,
	       struct why *reterr_why)
{
	json_t *answer = NULL;
	int r = qmp_command(q, "human-monitor-command",
			    json_pack("{ss}", "command-line", command), QMP_MS,
			    &answer, reterr_why);

	if (r == 0)
		snprintf(text, size, "%s",
			 json_is_string(answer) ? json_string_value(answer)
						: "");
	json_decref(answer);
	return r;
}

static int find_range(struct mon_range *m, struct qmp *q,
		      struct why *reterr_why)
{
	char command[64], text[256];
	const char *at;
	int r;

	snprintf(command, sizeof(command), "gpa2hva 0x%" PRIx64, m->pa);
	r = ask(q, command, text, sizeof(text), reterr_why);
	if (r < 0)
		return r;
	at = strstr(text, " is 0x");
	if (!at || sscanf(at, " is %" SCNx64, &m->at) != 1)
		return why_set(reterr_why, -ENOTSUP,
			       "QEMU does not say where it has the guest's "
			       "memory: '%.80s'",
			       text);
	return 0;
}

int mon_outside_find(struct mon_outside *ret, struct qmp *q, pid_t pid,
		     struct why *reterr_why)
{
	struct mon_outside o = { .pid = pid };
	char tree[65536];
	int r = ask(q, "info mtree -f", tree, sizeof(tree), reterr_why);

	if (r < 0)
		return r;
	o.ranges = mon_outside_parse(tree, o.range);
	if (o.ranges == 0)
		return why_set(reterr_why, -ENOTSUP,
			       "QEMU does not tell of the guest's memory");
	for (unsigned int i = 0; r == 0 && i < o.ranges; i++)
		r = find_range(&o.range[i], q, reterr_why);
	if (r == 0)
		*ret = o;
	return r;
}

/* Where QEMU has @len bytes from @pa on; 0: nowhere, or not in one piece. */
static uint64_t find(const struct mon_outside *o, uint64_t pa, uint32_t len)
{
	for (unsigned int i = 0; i < o->ranges; i++) {
		const struct mon_range *m = &o->range[i];

		if (pa - m->pa < m->len && len <= m->len - (pa - m->pa))
			return m->at + (pa - m->pa);
	}
	return 0;
}

static int read_some(const struct mon_outside *o, const struct mon_piece *piece,
		     size_t count)
{
	struct iovec here[PIECES_MAX], there[PIECES_MAX];
	size_t wanted = 0;
	ssize_t n;

	for (size_t i = 0; i < count; i++) {
		uint64_t at = find(o, piece[i].pa, piece[i].len);

		if (!at)
			return -EFAULT;
		here[i] = (struct iovec){ piece[i].to, piece[i].len };
		/* QEMU's. NOLINTNEXTLINE(performance-no-int-to-ptr) */
		there[i].iov_base = (void *)(uintptr_t)at;
		there[i].iov_len = piece[i].len;
		wanted += piece[i].len;
	}
	n = process_vm_readv(o->pid, here, count, there, count, 0);
	if (n < 0)
		return -errno;
	return (size_t)n == wanted ? 0 : -EFAULT;
}

int mon_outside_read(void *outside, const struct mon_piece *piece, size_t count)
{
	const struct mon_outside *o = outside;
	int r = 0;

	for (size_t at = 0; r == 0 && at < count; at += PIECES_MAX) {
		size_t left = count - at;

		r = read_some(o, piece + at,
			      left < PIECES_MAX ? left : PIECES_MAX);
	}
	return r;
}
