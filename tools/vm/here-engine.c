/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/here-engine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/msg.h"
#include "vmm/guest/here.h"
#include "vmm/wire.h"

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int memory_file(const char *name, uint64_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		die(EX_BROKEN, "cannot make a memory file: %m");
	return fd;
}

static int test_file(const char *text)
{
	int fd = memory_file("ktstr-test", 0);
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			die(EX_BROKEN, "cannot write a memory file: %m");
		text += n;
		len -= (size_t)n;
	}
	(void)lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Both away from the numbers that they shall have, then there. */
static bool place_files(int test, int channel)
{
	test = fcntl(test, F_DUPFD_CLOEXEC, 10);
	channel = fcntl(channel, F_DUPFD_CLOEXEC, 10);
	return test >= 0 && channel >= 0 && dup2(test, HERE_TEST_FD) >= 0 &&
	       dup2(channel, HERE_CHANNEL_FD) >= 0;
}

/* In the cgroup from its first instruction on; with nothing of our
 * environment. */
static noreturn void become(const struct here_job *job, pid_t parent, int test,
			    int channel)
{
	char seed[32], procs[PATH_MAX], *env[] = { NULL };
	char *argv[] = { (char *)job->init,
			 (char *)"--host",
			 job->variant->test.name,
			 seed,
			 (char *)job->cgroup,
			 (char *)(job->ext ? "1" : "0"),
			 NULL };
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EX_BROKEN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	snprintf(seed, sizeof(seed), "%" PRIu64, job->seed);
	snprintf(procs, sizeof(procs), "%s/engine/cgroup.procs", job->cgroup);
	if (file_write_at(AT_FDCWD, procs, "0") < 0 ||
	    !place_files(test, channel))
		die(EX_BROKEN, "cannot prepare the engine: %m");
	execve(job->init, argv, env);
	die(EX_BROKEN, "cannot run '%s': %m", job->init);
}

/* Wait for @pid, or kill it. */
static void wait_for(pid_t pid, unsigned int timeout_s,
		     struct machine_result *ret)
{
	double begin = now_s(), left;
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, pid, 0),
			      .events = POLLIN };
	int status = 0;

	if (end.fd < 0)
		die(EX_BROKEN, "cannot wait for the engine: %m");
	ret->end = END_EXIT;
	for (;;) {
		left = begin + timeout_s - now_s();
		if (left <= 0) {
			ret->end = END_TIMEOUT;
			(void)kill(pid, SIGKILL);
			left = 10;
		}
		if (poll(&end, 1, (int)(left * 1000) + 1) > 0 ||
		    ret->end == END_TIMEOUT)
			break;
	}
	close(end.fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	ret->seconds = now_s() - begin;
	ret->status = WEXITSTATUS(status);
	if (ret->end != END_TIMEOUT && WIFSIGNALED(status)) {
		ret->end = END_SIGNAL;
		ret->status = WTERMSIG(status);
	}
}

/* The engine could be wrong about how much there is, but not hurt us. */
static void read_channel(int fd, struct outcome *o)
{
	struct wire_channel *header;
	uint64_t written;

	header = mmap(NULL, WIRE_CHANNEL_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	if (header == MAP_FAILED)
		die(EX_BROKEN, "cannot map the channel: %m");
	written = atomic_load(&header->written);
	if (written > WIRE_CHANNEL_ROOM)
		written = WIRE_CHANNEL_ROOM;
	o->channel = malloc(written + 1);
	if (!o->channel)
		die(EX_BROKEN, "out of memory");
	memcpy(o->channel, (char *)header + WIRE_CHANNEL_AT, written);
	o->channel[written] = '\0';
	o->channel_len = written;
	munmap(header, WIRE_CHANNEL_BYTES);
	if (facts_read(o->channel, o->channel_len, &o->facts) < 0)
		die(EX_BROKEN, "out of memory");
}

void here_engine(const struct here_job *job, struct outcome *o)
{
	auto_fd int test = test_file(job->variant->test_text);
	auto_fd int channel = memory_file("ktstr-channel", WIRE_CHANNEL_BYTES);
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		die(EX_BROKEN, "cannot fork: %m");
	if (pid == 0)
		become(job, parent, test, channel);
	wait_for(pid, job->timeout_s, &o->machine);
	read_channel(channel, o);
}
