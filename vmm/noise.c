/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/noise.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

/* What the host tells at one moment. */
struct sample {
	unsigned int count;
	struct noise_vcpu vcpu[NOISE_VCPUS_MAX];
	uint64_t wall_ns, steal_ns[CPU_SETSIZE];
	int64_t pressure_ns;
	bool has_steal;
};

static bool read_schedstat(int tasks, pid_t tid, struct noise_vcpu *v)
{
	auto_free char *text = NULL;
	char path[64];

	v->tid = tid;
	snprintf(path, sizeof(path), "%d/schedstat", tid);
	return file_read_at(tasks, path, 256, &text) >= 0 &&
	       sscanf(text, "%" SCNu64 " %" SCNu64, &v->run_ns, &v->wait_ns) ==
		       2;
}

/* The number of the guest's CPU that thread @tid is, 0 if it is all of them, or
 * -1. Source: QEMU accel/tcg/tcg-accel-ops-{rr,mttcg}.c. */
static int vcpu_of(int tasks, pid_t tid, bool *ret_all)
{
	auto_free char *name = NULL;
	unsigned int i;
	char path[64];

	snprintf(path, sizeof(path), "%d/comm", tid);
	if (file_read_at(tasks, path, 64, &name) < 0)
		return -1;
	*ret_all = strncmp(name, "ALL CPUs/", 9) == 0;
	if (*ret_all)
		return 0;
	if (sscanf(name, "CPU %u/", &i) != 1 || i >= NOISE_VCPUS_MAX)
		return -1;
	return (int)i;
}

/* The threads are all there before the guest's first instruction. */
static bool find_vcpus(int tasks, struct sample *s, struct noise *n)
{
	DIR *dir = fdopendir(dup(tasks));
	cpu_set_t set;

	if (!dir)
		return false;
	for (struct dirent *d; (d = readdir(dir));) {
		pid_t tid = (pid_t)strtol(d->d_name, NULL, 10);
		bool all = false;
		int i = tid > 0 ? vcpu_of(tasks, tid, &all) : -1;

		if (i < 0 || !read_schedstat(tasks, tid, &s->vcpu[i]))
			continue;
		if (s->count <= (unsigned int)i)
			s->count = (unsigned int)i + 1;
		if (sched_getaffinity(tid, sizeof(set), &set) == 0)
			CPU_OR(&n->cpus, &n->cpus, &set);
		n->one_thread |= all;
	}
	closedir(dir);
	return s->count > 0;
}

static void read_pressure(struct sample *s)
{
	auto_free char *text = NULL;
	uint64_t us;

	s->pressure_ns = -1;
	if (file_read_at(AT_FDCWD, "/proc/pressure/cpu", 4096, &text) >= 0 &&
	    sscanf(text, "some %*s %*s %*s total=%" SCNu64, &us) == 1)
		s->pressure_ns = (int64_t)us * 1000;
}

/* The eighth number of the lines "cpuN". */
static void read_steal(struct sample *s)
{
	auto_free char *text = NULL;
	uint64_t tick_ns = 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);

	if (file_read_at(AT_FDCWD, "/proc/stat", 1 << 20, &text) < 0)
		return;
	for (char *line = text; line && *line; line = strchr(line, '\n')) {
		uint64_t ticks;
		unsigned int cpu;

		line += *line == '\n';
		if (sscanf(line, "cpu%u %*u %*u %*u %*u %*u %*u %*u %" SCNu64,
			   &cpu, &ticks) != 2 ||
		    cpu >= CPU_SETSIZE)
			continue;
		s->steal_ns[cpu] = ticks * tick_ns;
		s->has_steal = true;
	}
}

static void begin(struct noise *n, const struct sample *s)
{
	n->has_first = true;
	n->wall_ns = n->pause_ns = 0;
	n->count = s->count;
	memcpy(n->first_vcpu, s->vcpu, sizeof(n->first_vcpu));
	n->first_wall_ns = s->wall_ns;
	n->first_pressure_ns = s->pressure_ns;
	memcpy(n->first_steal_ns, s->steal_ns, sizeof(n->first_steal_ns));
}

static void go_on(struct noise *n, const struct sample *s)
{
	for (unsigned int i = 0; i < n->count; i++) {
		const struct noise_vcpu *first = &n->first_vcpu[i];

		n->vcpu[i].run_ns = s->vcpu[i].run_ns - first->run_ns;
		n->vcpu[i].wait_ns = s->vcpu[i].wait_ns - first->wait_ns;
	}
	uint64_t before = n->wall_ns;

	n->wall_ns = s->wall_ns - n->first_wall_ns;
	if (n->wall_ns > before && n->wall_ns - before > n->pause_ns)
		n->pause_ns = n->wall_ns - before;
	n->pressure_ns =
		s->pressure_ns < 0 ? -1 : s->pressure_ns - n->first_pressure_ns;
	n->steal_ns = s->has_steal ? 0 : -1;
	for (int cpu = 0; s->has_steal && cpu < CPU_SETSIZE; cpu++) {
		int64_t stolen =
			(int64_t)(s->steal_ns[cpu] - n->first_steal_ns[cpu]);

		if (CPU_ISSET(cpu, &n->cpus) && stolen > n->steal_ns)
			n->steal_ns = stolen;
	}
}

void noise_sample(struct noise *n, pid_t pid, bool ready)
{
	struct sample s = { 0 };
	struct timespec now;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	auto_fd int tasks = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tasks < 0)
		return;
	if (!n->has_first && !find_vcpus(tasks, &s, n))
		return;
	for (unsigned int i = 0; n->has_first && i < n->count; i++) {
		pid_t tid = n->first_vcpu[i].tid;

		if (tid > 0 && !read_schedstat(tasks, tid, &s.vcpu[i]))
			return;
		s.count = i + 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	s.wall_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	read_pressure(&s);
	read_steal(&s);
	if (!n->has_first || (ready && !n->is_ready))
		begin(n, &s);
	n->is_ready |= ready;
	go_on(n, &s);
}

struct noise_sum noise_sum(const struct noise *n)
{
	struct noise_sum sum = { 0 };

	for (unsigned int i = 0; i < n->count; i++) {
		uint64_t wait = n->vcpu[i].wait_ns;

		sum.run_ns += n->vcpu[i].run_ns;
		sum.wait_ns += wait;
		if (wait <= sum.worst_wait_ns)
			continue;
		sum.worst_wait_ns = wait;
		sum.worst_vcpu = i;
	}
	return sum;
}
