/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <time.h>

#include "tools/lib/cleanup.h"

#define NS_PER_S	   1000000000ULL
#define INHERITED_FD	   100
#define INHERITED_FD_LEAST 10
#define OPEN_TRIES	   100
#define TICK_US		   50000

struct remote {
	uint32_t magic;
	const char *name, *reason;
};

/* Source: statfs(2), and linux/magic.h. */
static const struct remote remotes[] = {
	{ 0x6969, "NFS",
	  "its locks need a lock manager and may not cover flock" },
	{ 0xFF534D42, "CIFS", "its locks do not show in /proc/locks" },
	{ 0xFE534D42, "SMB2", "its locks do not show in /proc/locks" },
	{ 0x00C36400, "CephFS",
	  "its locks are not ordered between machines for us" },
	{ 0x6B414653, "AFS", "it does not know flock" },
	{ 0x65735546, "FUSE", "its server may not know flock" },
};

const char *lock_remote_name(int fd, const char **ret_reason)
{
	struct statfs st;

	if (fstatfs(fd, &st) < 0)
		return NULL; /* what we cannot see we do not refuse */
	for (size_t i = 0; i < sizeof(remotes) / sizeof(*remotes); i++) {
		if ((uint32_t)st.f_type != remotes[i].magic)
			continue;
		*ret_reason = remotes[i].reason;
		return remotes[i].name;
	}
	return NULL;
}

int lock_folder_open(const char *path, bool create, bool path_is_ours,
		     struct why *reterr_why)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	const char *name, *reason = NULL;

	if (path_is_ours)
		flags |= O_NOFOLLOW;
	if (create) {
		/* At once in its final mode: nobody meets a folder that is
		 * closed to him. */
		mode_t mask = umask(0);
		int r = mkdir(path, 01777) < 0 ? -errno : 0;

		umask(mask);
		if (r < 0 && r != -EEXIST)
			return why_set(reterr_why, r,
				       "cannot make lock folder '%s': %s", path,
				       strerror(-r));
	}
	auto_fd int fd = open(path, flags);
	if (fd < 0)
		return why_set(reterr_why, -errno,
			       "cannot open lock folder '%s': %s", path,
			       strerror(errno));
	name = lock_remote_name(fd, &reason);
	if (name)
		return why_set(reterr_why, -EREMOTEIO,
			       "lock folder '%s' is on %s: %s; use one on a "
			       "local file system (tmpfs, ext4, xfs, btrfs, "
			       "f2fs, bcachefs)",
			       path, name, reason);
	return take_fd(fd);
}

/* Open or create, which are two steps that others may come between. */
static int open_or_create(int folder, const char *name, bool create)
{
	const int flags =
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

	for (int i = 0; i < OPEN_TRIES; i++) {
		int fd = openat(folder, name, flags);
		mode_t mask;

		if (fd >= 0 || errno != ENOENT || !create)
			return fd < 0 ? -errno : fd;
		mask = umask(0);
		fd = openat(folder, name, flags | O_CREAT | O_EXCL, 0666);
		if (fd < 0)
			fd = -errno;
		umask(mask);
		if (fd != -EEXIST)
			return fd;
	}
	return -EBUSY;
}

static const char *open_trouble(int err)
{
	if (err == EBUSY)
		return "another program keeps it from us";
	if (err == ELOOP) /* O_NOFOLLOW */
		return "it is a symbolic link";
	return strerror(err);
}

int lock_file_open(int folder, const char *name, bool create,
		   struct why *reterr_why)
{
	auto_fd int fd = open_or_create(folder, name, create);
	struct stat st;

	/* Its owner may have a lease on it. That is no lock on the file, and
	 * there is nothing that we could wait for. */
	if (fd == -EWOULDBLOCK)
		fd = -EBUSY;
	if (fd < 0)
		return why_set(reterr_why, fd, "cannot open lock file '%s': %s",
			       name, open_trouble(-fd));
	if (fstat(fd, &st) < 0)
		return why_set(reterr_why, -errno,
			       "cannot look at lock file '%s': %s", name,
			       strerror(errno));
	if (!S_ISREG(st.st_mode))
		return why_set(reterr_why, -EINVAL,
			       "lock file '%s' is not a regular file", name);
	return take_fd(fd);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void on_alarm(int number)
{
	(void)number; /* it ends the system call, no more */
}

/**
 * struct wish - a lock to wait for
 * @kind:  for flock(2)
 * @range: for fcntl(2), when not NULL
 */
struct wish {
	int fd, kind;
	struct flock *range;
};

static int take_blocking(const struct wish *w)
{
	int r = w->range ? fcntl(w->fd, F_OFD_SETLKW, w->range)
			 : flock(w->fd, w->kind);

	return r < 0 ? -errno : 0;
}

/* Neither call can time out, so that a signal interrupts it, again and again in
 * case one comes just before the call. Our parent may have blocked it. */
static int take_until(const struct wish *w, uint64_t deadline_ns)
{
	const struct itimerval ticks = { .it_interval = { 0, TICK_US },
					 .it_value = { 0, TICK_US } };
	const struct itimerval none = { 0 };
	struct sigaction action = { .sa_handler = on_alarm }, before;
	sigset_t alarm_only, mask;
	int r;

	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigaction(SIGALRM, &action, &before);
	sigprocmask(SIG_UNBLOCK, &alarm_only, &mask);
	setitimer(ITIMER_REAL, &ticks, NULL);
	do {
		r = take_blocking(w);
	} while (r == -EINTR && now_ns() < deadline_ns);
	setitimer(ITIMER_REAL, &none, NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGALRM, &before, NULL);
	return r == -EINTR ? -EWOULDBLOCK : r;
}

static int take_forever(const struct wish *w)
{
	int r;

	do {
		r = take_blocking(w);
	} while (r == -EINTR);
	return r;
}

int lock_file_take(int fd, int kind, uint64_t wait_ns)
{
	const struct wish wish = { .fd = fd, .kind = kind };
	uint64_t start_ns;

	if (flock(fd, kind | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK || wait_ns == 0)
		return -errno;
	if (wait_ns == LOCK_FILE_FOREVER)
		return take_forever(&wish);
	start_ns = now_ns();
	return take_until(&wish, start_ns + wait_ns > start_ns
					 ? start_ns + wait_ns
					 : UINT64_MAX);
}

int lock_byte_wait(int fd, unsigned int byte, uint64_t wait_ns)
{
	struct flock range = {
		.l_type = F_RDLCK,
		.l_whence = SEEK_SET,
		.l_start = byte,
		.l_len = 1,
	};
	const struct wish wish = { .fd = fd, .range = &range };
	int r = wait_ns == LOCK_FILE_FOREVER
			? take_forever(&wish)
			: take_until(&wish, now_ns() + wait_ns);

	range.l_type = F_UNLCK;
	if (r == 0)
		(void)fcntl(fd, F_OFD_SETLK, &range);
	return r;
}

bool lock_file_is_current(int folder, const char *name, int fd)
{
	struct stat named, opened;

	return fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstat(fd, &opened) == 0 && named.st_dev == opened.st_dev &&
	       named.st_ino == opened.st_ino;
}

int lock_file_inherit(int fd)
{
	int moved = fcntl(fd, F_DUPFD, INHERITED_FD);

	if (moved < 0 && errno == EINVAL) /* RLIMIT_NOFILE is less */
		moved = fcntl(fd, F_DUPFD, INHERITED_FD_LEAST);
	if (moved < 0)
		return errno == EINVAL ? -EMFILE : -errno;
	(void)futimens(fd, NULL); /* a courtesy; may be another user's file */
	(void)close(fd);
	return moved;
}
