/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/net/part.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"
#include "tools/lib/str.h"

/* A note is three lines: URL, validator, total. */
#define MAX_NOTE 2048

static int empty(struct part *p, struct why *reterr_why)
{
	p->at = 0;
	if (ftruncate(p->fd, 0) == 0)
		return 0;
	return why_set(reterr_why, -errno, "cannot truncate a download: %s",
		       strerror(errno));
}

/* Read the note; false when there is none that fits. */
static bool read_note(struct part *p)
{
	auto_free char *text = NULL;
	char *validator, *total;

	if (!p->path || file_read_at(AT_FDCWD, p->path, MAX_NOTE, &text) < 0)
		return false;
	validator = strchr(text, '\n');
	total = validator ? strchr(validator + 1, '\n') : NULL;
	if (!total)
		return false;
	*validator++ = '\0';
	*total++ = '\0';
	total[strcspn(total, "\n")] = '\0';
	if (strcmp(text, p->url) != 0 || !*validator ||
	    strlen(validator) >= sizeof(p->validator) ||
	    num_parse(total, 0, UINT64_MAX, &p->total) < 0)
		return false;
	memcpy(p->validator, validator, strlen(validator) + 1);
	return true;
}

int part_open(struct part *p, struct why *reterr_why)
{
	struct stat st;

	p->validator[0] = '\0';
	p->at = p->total = 0;
	if (fstat(p->fd, &st) < 0)
		return why_set(reterr_why, -errno, "cannot look at a file: %s",
			       strerror(errno));
	if (st.st_size > 0 && read_note(p) &&
	    (p->total == 0 || (uint64_t)st.st_size <= p->total)) {
		p->at = (uint64_t)st.st_size;
		return 0;
	}
	p->validator[0] = '\0';
	p->total = 0;
	return empty(p, reterr_why);
}

/*
 * No rename here: the file is empty, so that a note that was cut short means
 * nothing; and it is whole before the first byte of the file.
 */
static int write_note(const struct part *p, struct why *reterr_why)
{
	auto_str struct str note = { 0 };
	auto_fd int fd =
		open(p->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int r = fd < 0 ? -errno : 0;

	str_addf(&note, "%s\n%s\n%llu\n", p->url, p->validator,
		 (unsigned long long)p->total);
	if (r == 0 && note.failed)
		r = -ENOMEM;
	if (r == 0)
		r = file_write_all(fd, note.text, note.len);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r < 0)
		return why_set(reterr_why, r, "cannot write '%s': %s", p->path,
			       strerror(-r));
	return 0;
}

int part_restart(struct part *p, struct why *reterr_why)
{
	int r = empty(p, reterr_why);

	return r < 0 || !p->path ? r : write_note(p, reterr_why);
}
