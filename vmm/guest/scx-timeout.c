/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/scx-timeout.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "vmm/guest/btf.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/spawn.h"

#define BTF_FILE "/sys/kernel/btf/vmlinux"
#define BTF_MAX	 (64U << 20)

/* Exit codes of the process. */
enum { SET, NEVER_SEEN, NO_TRACE, NO_WRITE };

/* What is looked for: a value of the type @id with the time at @at. */
struct target {
	uint32_t id, at, ms;
};

static int find_target(struct target *t)
{
	auto_free char *data = NULL;
	uint32_t ignored, data_at, time_at;
	int len = file_read_at(AT_FDCWD, BTF_FILE, BTF_MAX, &data), r;
	struct btf_view view = { data, len < 0 ? 0 : (size_t)len };

	if (len < 0)
		return len;
	r = btf_member(&view, "bpf_struct_ops_sched_ext_ops", "data", &t->id,
		       &data_at);
	if (r == 0)
		r = btf_member(&view, "sched_ext_ops", "timeout_ms", &ignored,
			       &time_at);
	if (r == 0)
		t->at = data_at + time_at;
	return r;
}

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(__NR_bpf, cmd, attr, sizeof(*attr));
}

/* The number after "map_id:" in what /proc tells of a descriptor, or 0. */
static uint32_t map_id_of(pid_t pid, uint32_t fd)
{
	auto_free char *text = NULL;
	char path[64];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%u", (int)pid, fd);
	if (file_read_at(AT_FDCWD, path, 4096, &text) < 0)
		return 0;
	at = strstr(text, "map_id:");
	return at ? (uint32_t)strtoul(at + 7, NULL, 10) : 0;
}

/* Has that map values of the kernel's type @id? */
static bool is_of_type(uint32_t map, uint32_t id)
{
	struct bpf_map_info info = { 0 };
	union bpf_attr attr = { .map_id = map };
	auto_fd int fd = (int)bpf(BPF_MAP_GET_FD_BY_ID, &attr);

	if (fd < 0)
		return false;
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0 &&
	       info.btf_vmlinux_value_type_id == id;
}

/* @pid is about to call bpf(2): is it that call, and was the time changed? */
static bool change(pid_t pid, uint64_t attr_at, const struct target *t)
{
	union bpf_attr attr = { 0 };
	char path[32];
	uint32_t map;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	auto_fd int memory = open(path, O_RDWR | O_CLOEXEC);
	if (memory < 0 || pread(memory, &attr, 32, (off_t)attr_at) != 32)
		return false;
	map = map_id_of(pid, attr.map_fd);
	if (!map || !is_of_type(map, t->id))
		return false;
	if (pwrite(memory, &t->ms, sizeof(t->ms),
		   (off_t)(attr.value + t->at)) != sizeof(t->ms))
		_exit(NO_WRITE);
	return true;
}

/* A thread stands still at the begin or end of a system call. */
static bool is_set_at(pid_t pid, const struct target *t)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0)
		return false;
	return info.op == PTRACE_SYSCALL_INFO_ENTRY &&
	       info.entry.nr == __NR_bpf &&
	       info.entry.args[0] == BPF_MAP_UPDATE_ELEM &&
	       change(pid, info.entry.args[1], t);
}

/* All its threads and children, call by call, until that one comes. */
static noreturn void follow(const struct target *t)
{
	int status, signal;
	pid_t who;

	while ((who = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status))
			continue;
		signal = WSTOPSIG(status);
		if (signal == (SIGTRAP | 0x80) && is_set_at(who, t)) {
			(void)ptrace(PTRACE_DETACH, who, 0, 0);
			_exit(SET);
		}
		/* Stops of ptrace's own are no signals of the program's. */
		if (signal == (SIGTRAP | 0x80) || status >> 16)
			signal = 0;
		(void)ptrace(PTRACE_SYSCALL, who, 0, signal);
	}
	_exit(NEVER_SEEN);
}

static noreturn void trace(const struct target *t, int pid_pipe, int begin)
{
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
		       PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		       PTRACE_O_TRACEEXEC;
	pid_t pid;

	if (read(pid_pipe, &pid, sizeof(pid)) != sizeof(pid))
		_exit(NEVER_SEEN);
	if (ptrace(PTRACE_SEIZE, pid, 0, options) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0)
		_exit(NO_TRACE);
	/* It waits for this, and stops first. */
	close(begin);
	follow(t);
}

static void close_all(struct scx_timeout *t)
{
	cleanup_fd(&t->gate);
	cleanup_fd(&t->pid_pipe);
	t->gate = t->pid_pipe = -1;
}

int scx_timeout_begin(struct scx_timeout *t, struct watch *w, uint64_t ns,
		      struct why *reterr_why)
{
	struct target target = { .ms = (uint32_t)((ns + NS_PER_MS - 1) /
						  NS_PER_MS) };
	int gate[2], pids[2];
	pid_t pid;

	*t = (struct scx_timeout)SCX_TIMEOUT_NONE;
	if (find_target(&target) < 0)
		return why_set(reterr_why, -ENOSYS,
			       "'" BTF_FILE "' does not tell where the time of "
			       "a scheduler's watchdog is, so 'watchdog' "
			       "cannot be set");
	if (pipe2(gate, O_CLOEXEC) < 0 || pipe2(pids, O_CLOEXEC) < 0)
		return why_set(reterr_why, -errno, "cannot make a pipe");
	pid = fork();
	if (pid < 0)
		return why_set(reterr_why, -errno, "cannot fork");
	if (pid == 0) {
		close(pids[1]);
		trace(&target, pids[0], gate[1]);
	}
	/* The gate opens when that process opens it, or ends. */
	close(gate[1]);
	close(pids[0]);
	t->gate = gate[0];
	t->pid_pipe = pids[1];
	children_add(&w->children, &t->child, pid);
	return 0;
}

void scx_timeout_of(struct scx_timeout *t, pid_t pid)
{
	/* Not heard, it ends, and scx_timeout_end() tells. */
	if (t->pid_pipe >= 0 &&
	    write(t->pid_pipe, &pid, sizeof(pid)) != sizeof(pid))
		spawn_kill(&t->child);
	close_all(t);
}

void scx_timeout_drop(struct scx_timeout *t, struct watch *w)
{
	if (t->child.pid <= 0)
		return;
	close_all(t);
	spawn_kill(&t->child);
	(void)watch_until(w, clock_now_ns() + 2 * NS_PER_SEC, watch_child_ended,
			  &t->child);
	children_forget(&w->children, &t->child);
}

int scx_timeout_end(struct scx_timeout *t, struct watch *w,
		    struct why *reterr_why)
{
	static const char *const why[] = {
		[NEVER_SEEN] = "its program did not hand over a map of struct "
			       "sched_ext_ops",
		[NO_TRACE] = "its program cannot be traced",
		[NO_WRITE] = "its program's memory cannot be written to",
	};
	int code = NEVER_SEEN;

	if (t->child.pid <= 0)
		return 0;
	(void)watch_until(w, clock_now_ns() + NS_PER_SEC, watch_child_ended,
			  &t->child);
	if (t->child.ended && WIFEXITED(t->child.status))
		code = WEXITSTATUS(t->child.status);
	scx_timeout_drop(t, w);
	if (code == SET)
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "the scheduler's watchdog was not set: %s",
		       why[code <= NO_WRITE ? code : NEVER_SEEN]);
}
