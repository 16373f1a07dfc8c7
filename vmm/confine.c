/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/confine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"
#include "tools/lib/why.h"
#include "tools/lib/words.h"
#include "vmm/confine-calls.h"
#include "vmm/landlock.h"

/* A network namespace without a network, by right or in a user namespace. */
static bool leave_network(void)
{
	return unshare(CLONE_NEWNET) == 0 ||
	       unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
}

/* Does the descriptor hold a lock? The kernel's own word, see proc(5). */
static bool holds_lock(int fdinfo, const char *name)
{
	auto_free char *text = NULL;

	return file_read_at(fdinfo, name, 4096, &text) > 0 &&
	       strstr(text, "\nlock:");
}

/*
 * Locks of whoever started us stay until the machine is gone, also when this
 * program is killed: the kernel closes its files before it kills QEMU.
 */
static int keep_locks(void)
{
	DIR *d = opendir("/proc/self/fdinfo");
	uint64_t fd;
	int r = 0;

	if (!d)
		return 0;
	for (struct dirent *e; r == 0 && (e = readdir(d));) {
		if (num_parse(e->d_name, 3, INT_MAX, &fd) == 0 &&
		    holds_lock(dirfd(d), e->d_name) &&
		    fcntl((int)fd, F_SETFD, 0) < 0)
			r = -errno;
	}
	closedir(d);
	return r;
}

static int keep_only(const int *keep, size_t count)
{
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return -errno;
	for (size_t i = 0; i < count; i++) {
		if (keep[i] > 2 && fcntl(keep[i], F_SETFD, 0) < 0)
			return -errno;
	}
	return keep_locks();
}

/* As it was opened, so it may be opened again. */
static int allow_kept(int rules, const int *keep, size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		int flags = fcntl(keep[i], F_GETFL);

		if (flags < 0)
			return -errno;
		r = landlock_allow(rules, keep[i],
				   (flags & O_ACCMODE) == O_RDONLY
					   ? LANDLOCK_USE_READ
					   : LANDLOCK_USE_WRITE);
	}
	return r;
}

/* Folders that are installed as one: bin beside lib and share; a build tree
 * has the firmware beside or below the program. */
static int allow_place(int rules, const char *program)
{
	auto_free char *path = realpath(program, NULL);
	char *slash = path ? strrchr(path, '/') : NULL;

	if (!slash || slash == path)
		return 0; /* exec will say what is wrong with it */
	*slash = '\0';
	int r = landlock_allow_path(rules, path, LANDLOCK_USE_READ);
	slash = strrchr(path, '/');
	if (r < 0 || !slash || slash == path)
		return r;
	if (strcmp(slash, "/bin") != 0) {
		*slash = '\0';
		return landlock_allow_path(rules, path, LANDLOCK_USE_READ);
	}
	for (const char *const *name =
		     (const char *const[]){ "lib", "lib64", "libexec", "share",
					    NULL };
	     r == 0 && *name; name++) {
		auto_str struct str beside = { 0 };

		*slash = '\0';
		str_addf(&beside, "%s/%s", path, *name);
		r = landlock_allow_path(rules, str_text(&beside),
					LANDLOCK_USE_READ);
	}
	return r;
}

/* LD_LIBRARY_PATH, part by part. */
static int allow_libraries(int rules)
{
	const char *all = getenv("LD_LIBRARY_PATH");
	auto_free char *copy = strdup(all ? all : "");
	char *rest = copy, *part;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (part = strsep(&rest, ":;"))) {
		if (*part)
			r = landlock_allow_path(rules, part, LANDLOCK_USE_READ);
	}
	return r;
}

static int allow_system(int rules)
{
	/* Programs, libraries and firmware; what libnuma and glibc look at. */
	static const char *const places[] = {
		"/usr",
		"/bin",
		"/lib",
		"/lib32",
		"/lib64",
		"/etc/ld.so.cache",
		"/etc/ld.so.preload",
		"/etc/alternatives",
		"/nix/store",
		"/gnu/store",
		"/sys/devices/system",
		"/sys/kernel/mm",
		"/proc/self",
		"/proc/meminfo",
		"/proc/cpuinfo",
		"/dev/urandom",
		"/dev/zero",
		NULL,
	};
	int r = 0;

	for (const char *const *p = places; r == 0 && *p; p++)
		r = landlock_allow_path(rules, *p, LANDLOCK_USE_READ);
	if (r == 0)
		r = landlock_allow_path(rules, "/dev/null",
					LANDLOCK_USE_DEVICE);
	if (r == 0)
		r = landlock_allow_path(rules, "/dev/kvm", LANDLOCK_USE_DEVICE);
	return r;
}

/* A kernel without Landlock is no failure: "ktstr-vm doctor" tells. */
static int restrict_files(const struct confine *c)
{
	auto_fd int rules = landlock_new();
	int r;

	if (rules < 0)
		return rules == -ENOSYS || rules == -EOPNOTSUPP ? 0 : rules;
	r = allow_system(rules);
	if (r == 0)
		r = allow_place(rules, c->program);
	if (r == 0)
		r = allow_libraries(rules);
	if (r == 0)
		r = allow_kept(rules, c->keep, c->keep_count);
	for (const char *const *p = c->read; r == 0 && p && *p; p++)
		r = landlock_allow_path(rules, *p, LANDLOCK_USE_READ);
	return r < 0 ? r : landlock_obey(rules);
}

int confine_enter(const struct confine *c, struct why *reterr_why)
{
	/* 1, not 0: the kernel then starts no program that collects cores,
	 * see core(5) and fs/coredump.c. */
	const struct rlimit no_core = { 1, 1 };
	int r = keep_only(c->keep, c->keep_count);

	if (r < 0)
		return why_set(reterr_why, r, "cannot close descriptors: %s",
			       strerror(-r));
	(void)leave_network();
	if (setrlimit(RLIMIT_CORE, &no_core) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return why_set(reterr_why, -errno,
			       "cannot give up privileges: %s",
			       strerror(errno));
	r = restrict_files(c);
	if (r < 0)
		return why_set(reterr_why, r,
			       "cannot restrict QEMU's files: %s",
			       strerror(-r));
	r = confine_calls();
	if (r < 0)
		return why_set(reterr_why, r,
			       "cannot restrict QEMU's system calls: %s",
			       strerror(-r));
	return 0;
}

int confine_environment(char ***ret)
{
	/* PATH is for wrappers that are scripts. */
	static const char *const names[] = { "PATH", "LD_LIBRARY_PATH", NULL };
	auto_words char **words = NULL;
	int r = 0;

	for (const char *const *name = names; r == 0 && *name; name++) {
		auto_str struct str word = { 0 };
		const char *value = getenv(*name);

		if (!value)
			continue;
		str_addf(&word, "%s=%s", *name, value);
		r = word.failed ? -ENOMEM : words_append(&words, word.text);
	}
	if (r == 0 && !words) /* an environment, though an empty one */
		r = words_append(&words, "PATH=/usr/bin:/bin");
	if (r == 0)
		*ret = take_ptr(words);
	return r;
}

int confine_lacks(struct why *reterr_why)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return why_set(reterr_why, -errno, "cannot fork: %s",
			       strerror(errno));
	if (pid == 0)
		_exit(leave_network() ? 0 : 1);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (landlock_version() == 0)
		return why_set(reterr_why, -ENOTSUP,
			       "the host's kernel has no Landlock, so QEMU may "
			       "read and write what you may");
	if (status != 0)
		return why_set(reterr_why, -ENOTSUP,
			       "QEMU gets no network namespace of its own; "
			       "sockets are refused to it all the same");
	return 0;
}

/* A child's exit status: there was no memory, or no descriptor, to ask. */
#define NOT_ASKED 125

int confine_qemu_has_sandbox(const char *qemu)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
		    dup2(null, 2) < 0)
			_exit(NOT_ASKED);
		execlp(qemu, qemu, "-sandbox", CONFINE_SANDBOX, "-version",
		       (char *)NULL);
		_exit(errno == ENOENT ? 127 : NOT_ASKED);
	}
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_ASKED)
		return -EAGAIN;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
