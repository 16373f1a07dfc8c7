/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/perf.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "vmm/accel.h"
#include "vmm/perf-memory.h"

static const char *const names[PERF_FEATURES] = { "pinning",  "service-cpu",
						  "realtime", "hugepages",
						  "binding",  "cpu-pm",
						  "dedicated" };

const char *perf_name(enum perf_feature f)
{
	return names[f];
}

const char *perf_missing(const struct perf *p, enum perf_feature f)
{
	return perf_has(p, f) ? NULL : p->missing[f].text;
}

/* Read one CPU's number; moves @text behind it. -1: there is none. */
static int take_cpu(const char **text)
{
	char *end;
	long cpu;

	if (!isdigit((unsigned char)**text))
		return -1;
	cpu = strtol(*text, &end, 10);
	*text = end;
	return cpu < CPU_SETSIZE ? (int)cpu : -1;
}

/* Numbers with commas between, in the order of the guest's CPUs. */
static int read_pinning(const char *text, struct perf *p)
{
	const char *at = text;

	for (;;) {
		int cpu = take_cpu(&at);

		if (cpu < 0 || p->vcpu_count >= NOISE_VCPUS_MAX)
			return -EINVAL;
		p->vcpu[p->vcpu_count++] = cpu;
		if (*at != ',')
			return *at ? -EINVAL : 0;
		at++;
	}
}

/*
 * A CPU that an idle guest never leaves (cpu-pm) is lost to all others on it,
 * so none may be there twice, nor be one that the threads cannot be put on.
 */
static int check_cpus(const struct perf *p, struct why *reterr_why)
{
	cpu_set_t allowed, seen;

	CPU_ZERO(&seen);
	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return why_set(reterr_why, -EINVAL,
			       "cannot read our own CPUs: %s", strerror(errno));
	for (unsigned int i = 0; i <= p->vcpu_count; i++) {
		int cpu = i < p->vcpu_count ? p->vcpu[i] : p->service;

		if (cpu < 0)
			continue;
		if (!CPU_ISSET(cpu, &allowed))
			return why_set(reterr_why, -EINVAL,
				       "KTSTR_PINNING and KTSTR_SERVICE_CPU "
				       "name CPU %d, on which we may not run",
				       cpu);
		if (CPU_ISSET(cpu, &seen))
			return why_set(reterr_why, -EINVAL,
				       "KTSTR_PINNING and KTSTR_SERVICE_CPU "
				       "name CPU %d twice",
				       cpu);
		CPU_SET(cpu, &seen);
	}
	return 0;
}

static int read_reservation(const struct machine_config *c, const char *pinning,
			    const char *service, struct perf *p,
			    struct why *reterr_why)
{
	unsigned int want = topology_cpus(&c->topology);

	if (read_pinning(pinning, p) < 0)
		return why_set(reterr_why, -EINVAL,
			       "KTSTR_PINNING '%s' is not a list of CPU "
			       "numbers with commas between",
			       pinning);
	if (p->vcpu_count != want)
		return why_set(reterr_why, -EINVAL,
			       "KTSTR_PINNING has %u CPUs, the machine has %u: "
			       "reserve them with its own --topology",
			       p->vcpu_count, want);
	p->service = -1;
	if (service) {
		const char *at = service;

		p->service = take_cpu(&at);
		if (p->service < 0 || *at)
			return why_set(reterr_why, -EINVAL,
				       "KTSTR_SERVICE_CPU '%s' is not the "
				       "number of a CPU",
				       service);
	} else {
		why_set(&p->missing[PERF_SERVICE], 0,
			"KTSTR_SERVICE_CPU is not set");
	}
	return check_cpus(p, reterr_why);
}

/*
 * Before Linux 6.12 the kernel suspends real-time threads for a part of each
 * second, even where nothing else wants the CPU: a guest whose CPUs are busy,
 * or never leave it (cpu-pm), would stand still for 50 ms in each second.
 * Source: Linux Documentation/scheduler/sched-rt-group.rst; kernel/sched/rt.c.
 */
static void check_realtime(struct perf *p)
{
	auto_free char *runtime = NULL;
	struct utsname u;
	int major = 0, minor = 0;

	if (uname(&u) == 0)
		(void)sscanf(u.release, "%d.%d", &major, &minor);
	if (major > 6 || (major == 6 && minor >= 12))
		return;
	if (file_read_at(AT_FDCWD, "/proc/sys/kernel/sched_rt_runtime_us", 64,
			 &runtime) >= 0 &&
	    *runtime != '-') /* -1: they never are */
		why_set(&p->missing[PERF_REALTIME], 0,
			"the host's kernel suspends real-time threads now and "
			"then; 'sysctl kernel.sched_rt_runtime_us=-1' ends "
			"that");
}

static void check_kvm(const struct machine_config *c, struct perf *p)
{
	if (c->accel != ACCEL_KVM) {
		why_set(&p->missing[PERF_CPU_PM], 0, "the machine has no KVM");
		why_set(&p->missing[PERF_DEDICATED], 0,
			"the machine has no KVM");
	} else if (!accel_kvm_keeps_idle()) {
		why_set(&p->missing[PERF_CPU_PM], 0,
			"this KVM cannot leave an idle CPU in its guest");
	}
}

int perf_prepare(const struct machine_config *c, const char *pinning,
		 const char *service, struct perf *ret, struct why *reterr_why)
{
	struct perf p = { .service = -1 };
	int r = read_reservation(c, pinning, service, &p, reterr_why);

	if (r < 0)
		return r;
	check_realtime(&p);
	check_kvm(c, &p);
	/* Where a CPU of the guest never sleeps, QEMU would not get it. */
	if (p.service < 0 && perf_has(&p, PERF_CPU_PM))
		why_set(&p.missing[PERF_CPU_PM], 0,
			"the rest of QEMU has no CPU of its own");
	perf_find_nodes(c, &p);
	*ret = p;
	return 0;
}

void perf_take_memory(struct machine_config *c)
{
	struct perf *p = c->perf;

	perf_take_hugepages(c, p);
	if (!perf_has(p, PERF_HUGEPAGES))
		return;
	c->ram_fds = p->ram_fds;
	c->ram_count = p->ram_count;
	c->ram_shared = true;
}

/* Put a thread on @cpu alone, and look whether it is there. */
static int pin(pid_t tid, int cpu)
{
	cpu_set_t want, have;

	CPU_ZERO(&want);
	CPU_SET(cpu, &want);
	if (sched_setaffinity(tid, sizeof(want), &want) < 0 ||
	    sched_getaffinity(tid, sizeof(have), &have) < 0)
		return -errno;
	return CPU_EQUAL(&want, &have) ? 0 : -EXDEV;
}

static void place_vcpu(struct perf *p, unsigned int i, pid_t tid)
{
	struct sched_param first = { .sched_priority = 1 };
	int r = pin(tid, p->vcpu[i]);

	if (r < 0)
		why_set(&p->missing[PERF_PINNING], 0,
			"CPU %u of the guest cannot be put on CPU %d: %s", i,
			p->vcpu[i],
			r == -EXDEV ? "it may run on others, too"
				    : strerror(-r));
	/* Elsewhere it would keep others from running. */
	if (r < 0 && perf_has(p, PERF_REALTIME))
		why_set(&p->missing[PERF_REALTIME], 0,
			"it is for CPUs of their own, and there is no pinning");
	if (perf_has(p, PERF_REALTIME) &&
	    sched_setscheduler(tid, SCHED_FIFO, &first) < 0)
		why_set(&p->missing[PERF_REALTIME], 0,
			"SCHED_FIFO: %s; it takes CAP_SYS_NICE or 'ulimit -r 1'",
			strerror(errno));
}

static bool is_vcpu(const pid_t *tids, unsigned int count, pid_t tid)
{
	for (unsigned int i = 0; i < count; i++) {
		if (tids[i] == tid)
			return true;
	}
	return false;
}

/* Later threads inherit it from these. */
static void place_others(struct perf *p, pid_t pid, const pid_t *tids,
			 unsigned int count)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	DIR *dir = opendir(path);
	for (struct dirent *d; dir && (d = readdir(dir));) {
		pid_t tid = (pid_t)strtol(d->d_name, NULL, 10);
		int r = tid > 0 && !is_vcpu(tids, count, tid)
				? pin(tid, p->service)
				: 0;

		/* A thread may end while we look. */
		if (r < 0 && r != -ESRCH)
			why_set(&p->missing[PERF_SERVICE], 0,
				"a thread of QEMU cannot be put on CPU %d: %s",
				p->service, strerror(-r));
	}
	if (dir)
		closedir(dir);
}

/* The threads in the order of the guest's CPUs; numbers may have gaps. */
static unsigned int read_threads(const json_t *cpus, pid_t *tids)
{
	unsigned int count = 0;
	json_int_t last = -1;

	while (count < NOISE_VCPUS_MAX) {
		const json_t *next = NULL;
		json_int_t best = 0;

		for (size_t i = 0; i < json_array_size(cpus); i++) {
			const json_t *cpu = json_array_get(cpus, i);
			json_int_t at = json_integer_value(
				json_object_get(cpu, "cpu-index"));

			if (at > last && (!next || at < best)) {
				next = cpu;
				best = at;
			}
		}
		if (!next)
			break;
		tids[count++] = (pid_t)json_integer_value(
			json_object_get(next, "thread-id"));
		last = best;
	}
	return count;
}

int perf_place(void *perf, struct qmp *q, pid_t pid, struct why *reterr_why)
{
	struct perf *p = perf;
	pid_t tids[NOISE_VCPUS_MAX];
	json_t *cpus = NULL;
	int r = qmp_command(q, "query-cpus-fast", NULL, QMP_MS, &cpus,
			    reterr_why);

	if (r < 0)
		return r;
	unsigned int count = read_threads(cpus, tids);
	json_decref(cpus);
	if (count != p->vcpu_count)
		return why_set(reterr_why, -EBADMSG,
			       "QEMU tells of %u CPUs, the machine has %u",
			       count, p->vcpu_count);
	for (unsigned int i = 0; i < count; i++)
		place_vcpu(p, i, tids[i]);
	if (perf_has(p, PERF_SERVICE))
		place_others(p, pid, tids, count);
	return 0;
}

json_t *perf_json(const struct perf *p)
{
	json_t *list = json_array();

	for (int f = 0; f < PERF_FEATURES; f++) {
		const char *why = perf_missing(p, (enum perf_feature)f);

		json_array_append_new(list, json_pack("{s:s,s:b,s:s?}", "name",
						      names[f], "used",
						      why == NULL, "why", why));
	}
	return list;
}

void perf_done(struct perf *p)
{
	while (p->ram_count > 0)
		close(p->ram_fds[--p->ram_count]);
}
