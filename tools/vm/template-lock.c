/* SPDX-License-Identifier: GPL-2.0-or-later */
/* template-lock.c - the lock of who makes a template. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/holders.h"
#include "tools/lib/lockfile.h"
#include "tools/lib/str.h"
#include "tools/vm/template-store.h"

#define NS_PER_SECOND 1000000000ULL
/* How often the lock's file may be removed while we open it. */
#define TRIES 10
/* How many holders are looked at. */
#define HOLDERS_MAX 16
/* How long we wait before we look who holds the lock; and whether a signal has
 * come, which is blocked and interrupts nothing. */
#define LOOK_S	    5
#define LOOKS_PER_S 5

/* One that we cannot look at is not ours. */
static bool is_ours(pid_t pid)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	return stat(path, &st) == 0 && st.st_uid == geteuid();
}

/*
 * Is the lock held by other users alone? The user is in the key, so none of
 * them makes this template; but in a shared cache they may open the file. Who
 * cannot be seen, as in another container, may be ours.
 */
static bool is_strangers(int fd)
{
	pid_t pid[HOLDERS_MAX];
	size_t count = holders_find(NULL, fd, pid, HOLDERS_MAX);

	for (size_t i = 0; i < count && i < HOLDERS_MAX; i++) {
		if (is_ours(pid[i]))
			return false;
	}
	return count > 0;
}

static bool has_news(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

/* Wait for the lock on @fd as long as one of ours, or nobody we know of, has
 * it, and @stop_fd is silent. */
static int wait_while_ours(int fd, const struct template_wait *wait,
			   bool *ret_strangers)
{
	const unsigned int looks = wait->seconds * LOOKS_PER_S;

	*ret_strangers = false;
	for (unsigned int i = 1; i <= looks; i++) {
		int r = lock_file_take(fd, LOCK_EX,
				       NS_PER_SECOND / LOOKS_PER_S);

		if (r != -EWOULDBLOCK)
			return r;
		if (has_news(wait->stop_fd))
			return -EINTR;
		if (i % (LOOK_S * LOOKS_PER_S) == 0 && is_strangers(fd)) {
			*ret_strangers = true;
			break;
		}
	}
	return -EWOULDBLOCK;
}

/* Take the lock on @fd; say once for whom we wait. */
static int take(int fd, const char *key, const struct template_wait *wait,
		struct why *reterr_why)
{
	auto_str struct str who = { 0 };
	bool strangers = false;
	int r = lock_file_take(fd, LOCK_EX, 0);

	if (r == -EWOULDBLOCK) {
		holders_describe(&who, fd);
		note("waiting for template %s, which is being made by %s", key,
		     str_text(&who));
		r = wait_while_ours(fd, wait, &strangers);
	}
	if (r == -EWOULDBLOCK && strangers)
		return why_set(reterr_why, -EBUSY,
			       "the lock of template %s is held by %s, of "
			       "another user",
			       key, str_text(&who));
	if (r == -EWOULDBLOCK)
		return why_set(reterr_why, -EBUSY,
			       "template %s has not been made in %u s by %s",
			       key, wait->seconds, str_text(&who));
	if (r == -EINTR)
		return why_set(reterr_why, r, "stopped by a signal");
	if (r < 0)
		return why_set(reterr_why, r, "cannot lock template %s: %s",
			       key, strerror(-r));
	return 0;
}

int template_lock(const char *root, const char *key,
		  const struct template_wait *wait, struct why *reterr_why)
{
	char name[TEMPLATE_KEY_SIZE + 8];
	auto_fd int folder =
		lock_folder_open(root, /* create */ false,
				 /* path_is_ours */ false, reterr_why);
	if (folder < 0)
		return folder;
	snprintf(name, sizeof(name), "%s.lock", key);
	for (int i = 0; i < TRIES; i++) {
		auto_fd int fd = lock_file_open(folder, name, /* create */ true,
						reterr_why);
		int r = fd < 0 ? fd : take(fd, key, wait, reterr_why);

		if (r < 0)
			return r;
		if (lock_file_is_current(folder, name, fd))
			return take_fd(fd);
	}
	return why_set(reterr_why, -EBUSY,
		       "the lock of template %s is removed again and again",
		       key);
}

void template_unlock(const char *root, const char *key, int fd)
{
	auto_str struct str path = { 0 };
	struct stat open_one, st;

	str_addf(&path, "%s/%s.lock", root, key);
	if (fstat(fd, &open_one) == 0 && stat(str_text(&path), &st) == 0 &&
	    open_one.st_ino == st.st_ino)
		(void)unlink(str_text(&path));
}
