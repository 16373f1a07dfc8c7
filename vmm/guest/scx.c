/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/scx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"

/* A file of one line; "" when it cannot be read. */
static void read_text(int root, const char *name, char *ret)
{
	auto_free char *text = NULL;

	*ret = '\0';
	if (file_read_at(root, name, 4096, &text) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	snprintf(ret, SCX_TEXT_SIZE, "%.*s", SCX_TEXT_SIZE - 1, text);
}

void scx_read(const char *root, struct scx *ret)
{
	auto_fd int dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char number[SCX_TEXT_SIZE];

	*ret = (struct scx){ .present = dir >= 0 };
	if (dir < 0)
		return;
	read_text(dir, "state", ret->state);
	read_text(dir, "root/ops", ret->ops);
	read_text(dir, "enable_seq", number);
	ret->counted = num_parse(number, 0, UINT64_MAX, &ret->enable_seq) >= 0;
	if (!ret->counted)
		ret->enable_seq = 0;
	read_text(dir, "switch_all", number);
	ret->switch_all = strcmp(number, "1") == 0;
}

uint64_t scx_rejected(const char *root)
{
	auto_fd int dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char number[SCX_TEXT_SIZE];
	uint64_t n;

	if (dir < 0)
		return 0;
	read_text(dir, "nr_rejected", number);
	return num_parse(number, 0, UINT64_MAX, &n) < 0 ? 0 : n;
}

/* One "NAME COUNT" in each line. */
int scx_bypasses(const char *root, uint64_t *ret)
{
	static const char name[] = "SCX_EV_BYPASS_ACTIVATE ";
	auto_fd int dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_free char *text = NULL;
	char *at;

	if (dir < 0 || file_read_at(dir, "root/events", 65536, &text) < 0)
		return -ENOENT;
	at = strstr(text, name);
	if (!at)
		return -ENOENT;
	at += sizeof(name) - 1;
	at[strcspn(at, "\n")] = '\0';
	return num_parse(at, 0, UINT64_MAX, ret) < 0 ? -ENOENT : 0;
}

bool scx_is_attached(const struct scx *s)
{
	return strcmp(s->state, "enabled") == 0 && *s->ops != '\0';
}

bool scx_is_settled(const struct scx *s, const struct scx *before)
{
	return scx_is_attached(s) &&
	       (!s->counted || s->enable_seq != before->enable_seq);
}
