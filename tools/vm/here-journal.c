/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/here-journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/words.h"
#include "vmm/sysctl.h"

#define FOLDER	    "/run/ktstr"
#define JOURNAL_MAX (1 << 20)

/* Is the file that was locked still the one of that name? */
static bool is_there(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

/* Put back what the text of @name says, if nobody has it locked. */
static void sweep_one(int folder, const char *name)
{
	auto_fd int fd = openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	auto_words char **list = NULL;
	auto_free char *text = NULL;
	char *rest, *line;
	struct why why;

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || !is_there(fd) ||
	    file_read_at(folder, name, JOURNAL_MAX, &text) < 0)
		return;
	for (rest = text; (line = strsep(&rest, "\n"));) {
		if (*line && words_append(&list, line) < 0)
			return;
	}
	if (sysctl_set_all(list, &why) == 0)
		(void)unlinkat(folder, name, 0);
}

static void sweep(void)
{
	DIR *d = opendir(FOLDER);

	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));) {
		if (strncmp(e->d_name, "sysctl-", 7) == 0)
			sweep_one(dirfd(d), e->d_name);
	}
	closedir(d);
}

/* A file with our lock, which no sweeper has taken before us. */
static int open_journal(struct here_journal *j, struct why *reterr_why)
{
	int r = file_make_folders(FOLDER, reterr_why);

	while (r == 0) {
		free(j->path);
		j->path = strdup(FOLDER "/sysctl-XXXXXX");
		if (!j->path)
			return why_set(reterr_why, -ENOMEM, "out of memory");
		j->fd = mkostemp(j->path, O_CLOEXEC);
		if (j->fd < 0)
			return why_set(reterr_why, -errno,
				       "cannot make a file in '" FOLDER "'");
		if (flock(j->fd, LOCK_EX) == 0 && is_there(j->fd))
			return 0;
		cleanup_fd(&j->fd);
	}
	return r;
}

static int write_down(struct here_journal *j, struct why *reterr_why)
{
	auto_str struct str text = { 0 };
	int r;

	for (char **line = j->before; line && *line; line++)
		str_addf(&text, "%s\n", *line);
	r = text.failed ? -ENOMEM
			: file_write_all(j->fd, str_text(&text), text.len);
	return r < 0 ? why_set(reterr_why, r, "cannot write '%s'", j->path) : 0;
}

int here_journal_begin(struct here_journal *j, char *const *sysctl,
		       struct why *reterr_why)
{
	struct why ignored;
	int r;

	*j = (struct here_journal)HERE_JOURNAL_NONE;
	sweep();
	if (!sysctl || !*sysctl)
		return 0;
	r = sysctl_read_all(sysctl, &j->before, reterr_why);
	if (r == 0)
		r = open_journal(j, reterr_why);
	if (r == 0)
		r = write_down(j, reterr_why);
	if (r == 0)
		r = sysctl_set_all(sysctl, reterr_why);
	if (r < 0)
		(void)here_journal_end(j, &ignored);
	return r;
}

int here_journal_end(struct here_journal *j, struct why *reterr_why)
{
	int r = 0;

	if (j->path) {
		r = sysctl_set_all(j->before, reterr_why);
		if (r == 0)
			(void)unlink(j->path);
	}
	if (j->fd >= 0)
		cleanup_fd(&j->fd);
	words_free(j->before);
	free(j->path);
	*j = (struct here_journal)HERE_JOURNAL_NONE;
	return r;
}
