/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ktstr-lock cpus and plan: a shared reservation of CPUs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/lockfile.h"
#include "tools/lock/lock.h"

#define NS_PER_S      1000000000ULL
#define PLAN_MUTEX_NS (2 * NS_PER_S)
#define ATTEMPTS      2
#define NO_LLC	      UINT32_MAX

/**
 * struct hold - locks taken for a plan
 * @llc:  descriptors, @count of them, room for one per LLC
 * @cpus: descriptor whose ranges are the CPUs
 */
struct hold {
	int *llc;
	unsigned int count;
	int cpus;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

unsigned int target_of(const struct request *req, const cpu_set_t *allowed)
{
	unsigned int count = (unsigned int)CPU_COUNT(allowed);

	if (req->cap > count)
		die(EX_USAGE,
		    "%u CPUs are wanted, %u are allowed to this process: ask "
		    "for fewer, widen its cpuset or affinity, or drop the cap",
		    req->cap, count);
	return req->cap ? req->cap : plan_default_target(count);
}

static int plan_of(const struct view *v, unsigned int target, struct plan *ret,
		   struct why *reterr_why)
{
	const struct plan_input in = {
		.host = &v->host,
		.allowed = v->allowed,
		.mems = v->mems,
		.target = target,
		.llc = v->llc,
		.users = v->users,
	};

	return plan_make(&in, ret, reterr_why);
}

static void release(struct hold *hold)
{
	for (unsigned int i = 0; i < hold->count; i++)
		(void)close(hold->llc[i]);
	hold->count = 0;
	if (hold->cpus >= 0)
		(void)close(hold->cpus);
	hold->cpus = -1;
}

/* Open and lock a file that nobody unlinks in between. */
static int take_file(int folder, const char *name, uint64_t wait_ns,
		     struct why *reterr_why)
{
	for (;;) {
		auto_fd int fd = lock_file_open(folder, name, /* create */ true,
						reterr_why);
		int r = fd < 0 ? fd : lock_file_take(fd, LOCK_SH, wait_ns);

		if (r < 0 && fd >= 0)
			why_set(reterr_why, r, "cannot lock '%s': %s", name,
				strerror(-r));
		if (r < 0)
			return r;
		if (lock_file_is_current(folder, name, fd))
			return take_fd(fd);
	}
}

/* Say which CPUs we use: a shared lock on one byte for each, in the file's
 * open description, so that it lasts as long as one descriptor is open. */
static int mark_cpus(int fd, const cpu_set_t *cpus)
{
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		const struct flock range = {
			.l_type = F_RDLCK,
			.l_whence = SEEK_SET,
			.l_start = cpu,
			.l_len = 1,
		};

		if (CPU_ISSET(cpu, cpus) && fcntl(fd, F_OFD_SETLK, &range) < 0)
			return -errno;
	}
	return 0;
}

/* All locks of @plan in ascending order, without waiting, or none. */
static int take_plan(const struct view *v, const struct plan *plan,
		     struct hold *hold, unsigned int *reterr_busy,
		     struct why *reterr_why)
{
	int r = 0;

	for (unsigned int i = 0; i < v->host.llc_count; i++) {
		unsigned int id = v->host.llc[i].id;
		struct llc_name name = llc_name(id);

		if (!CPU_ISSET(id, &plan->llcs))
			continue;
		r = take_file(v->folder, name.text, /* wait_ns */ 0,
			      reterr_why);
		if (r < 0) {
			*reterr_busy = i;
			break;
		}
		hold->llc[hold->count++] = r;
	}
	if (r >= 0)
		r = hold->cpus = lock_file_open(v->folder, CPU_USE_FILE,
						/* create */ true, reterr_why);
	if (r >= 0) {
		r = mark_cpus(hold->cpus, &plan->cpus);
		if (r < 0)
			why_set(reterr_why, r, "cannot lock '%s': %s",
				CPU_USE_FILE, strerror(-r));
	}
	if (r < 0)
		release(hold);
	return r < 0 ? r : 0;
}

/**
 * attempt() - look, plan and take, one process at a time
 *
 * Were it not for the mutex, all that start at the same moment would see the
 * same unused CPU. Whoever cannot have it soon goes on without: a stopped
 * process must not stop the others.
 */
static int attempt(const struct request *req, struct view *v,
		   unsigned int refused, struct plan *plan, struct hold *hold,
		   unsigned int *reterr_busy, struct why *reterr_why)
{
	int r = view_read_locks(req, /* create */ true, v, reterr_why);
	if (r < 0)
		return r;

	auto_fd int mutex = lock_file_open(v->folder, CPU_USE_FILE,
					   /* create */ true, reterr_why);
	if (mutex < 0)
		return mutex;
	(void)lock_file_take(mutex, LOCK_EX, PLAN_MUTEX_NS);
	r = view_read_locks(req, /* create */ true, v, reterr_why);
	if (r < 0)
		return r;
	if (refused != NO_LLC)
		v->llc[refused].exclusive = true;
	r = plan_of(v, target_of(req, &v->allowed), plan, reterr_why);
	if (r < 0)
		return r;
	return take_plan(v, plan, hold, reterr_busy, reterr_why);
}

/* "LLC 0 ('/run/lock/ktstr/llc-0.lock') is held by ..." */
static void describe_busy(const struct view *v, unsigned int llc,
			  struct str *out)
{
	struct llc_name name = llc_name(v->host.llc[llc].id);

	str_addf(out, "LLC %u ('%s/%s') is held by ", v->host.llc[llc].id,
		 v->path, name.text);
	auto_fd int fd = lock_file_open(v->folder, name.text,
					/* create */ false, NULL);
	if (fd >= 0)
		holders_describe(out, fd);
}

/* Wait until LLC @llc can be shared; it is released again for the next plan. */
static void wait_for(const struct request *req, const struct view *v,
		     unsigned int llc, uint64_t start_ns, bool *said)
{
	struct llc_name name = llc_name(v->host.llc[llc].id);
	uint64_t wait_ns = req->wait_ns, spent_ns = now_ns() - start_ns;
	auto_str struct str holders = { 0 };
	struct why why;
	int fd;

	if (wait_ns != LOCK_FILE_FOREVER)
		wait_ns = wait_ns > spent_ns ? wait_ns - spent_ns : 0;
	describe_busy(v, llc, &holders);
	if (wait_ns == 0)
		die((enum exit_code)req->conflict_code,
		    "no plan for %u CPUs: %s; see 'ktstr-lock list'",
		    target_of(req, &v->allowed), str_text(&holders));
	if (!*said)
		note("%s; waiting", str_text(&holders));
	*said = true;
	fd = take_file(v->folder, name.text, wait_ns, &why);
	if (fd >= 0)
		(void)close(fd);
	else if (fd != -EWOULDBLOCK)
		die(EX_BROKEN, "%s", why.text);
}

static void reserve(const struct request *req, struct view *v,
		    struct plan *plan, struct hold *hold)
{
	uint64_t start_ns = now_ns();
	unsigned int refused = NO_LLC, tries = 0;
	bool said = false;

	for (;;) {
		unsigned int busy = NO_LLC;
		struct why why;
		int r = attempt(req, v, refused, plan, hold, &busy, &why);

		if (r == 0)
			return;
		if (r != -EWOULDBLOCK)
			die(EX_BROKEN, "%s", why.text);
		refused = busy;
		if (++tries < ATTEMPTS)
			continue;
		wait_for(req, v, busy, start_ns, &said);
		refused = NO_LLC;
		tries = 0;
	}
}

static void inherit(struct hold *hold)
{
	int r = 0;

	for (unsigned int i = 0; r >= 0 && i < hold->count; i++)
		r = hold->llc[i] = lock_file_inherit(hold->llc[i]);
	if (r >= 0)
		r = hold->cpus = lock_file_inherit(hold->cpus);
	if (r < 0)
		die(EX_BROKEN, "cannot leave the locks open: %s", strerror(-r));
}

static void say_nodes(const struct view *v, const struct plan *plan)
{
	auto_str struct str llcs = { 0 };
	const char *comma = "";

	if (CPU_COUNT(&plan->mems) < 2)
		return;
	for (unsigned int i = 0; i < v->host.llc_count; i++) {
		const struct host_llc *llc = &v->host.llc[i];

		if (!CPU_ISSET(llc->id, &plan->llcs))
			continue;
		str_addf(&llcs, "%s%u (node %u)", comma, llc->id, llc->node);
		comma = ", ";
	}
	note("LLCs [%s] take memory of %d NUMA nodes: latency may be higher",
	     str_text(&llcs), CPU_COUNT(&plan->mems));
}

/**
 * unreserved() - the cases in which nothing is planned
 * @ret_cpus: what is allowed, empty under bypass: then nothing is restricted
 * @ret_jobs: how many CPUs are allowed
 *
 * Return: true when @v was not read.
 */
static bool unreserved(const struct request *req, struct view *v,
		       cpu_set_t *ret_cpus, unsigned int *ret_jobs)
{
	cpu_set_t mems;
	struct why why;
	int r;

	if (!req->bypass) {
		r = view_read(req, v, &why);
		if (r == 0)
			return false;
		if (r != -ENODATA)
			die(EX_BROKEN, "%s", why.text);
		if (req->cap)
			die(EX_BROKEN, "cannot keep to %u CPUs: %s", req->cap,
			    why.text);
		warn("no CPUs are reserved: %s", why.text);
	}
	r = allowed_read(req, ret_cpus, &mems, &why);
	if (r < 0)
		die(EX_BROKEN, "%s", why.text);
	*ret_jobs = (unsigned int)CPU_COUNT(ret_cpus);
	if (req->bypass)
		CPU_ZERO(ret_cpus);
	return true;
}

int do_cpus(const struct request *req)
{
	struct hold hold = { .cpus = -1 };
	struct plan plan;
	struct view v;
	cpu_set_t cpus;
	unsigned int jobs;

	if (unreserved(req, &v, &cpus, &jobs)) {
		export_plan(&cpus, NULL, jobs);
		become_jobs(req, jobs);
	}
	hold.llc = calloc(v.host.llc_count, sizeof(*hold.llc));
	if (!hold.llc)
		die(EX_BROKEN, "out of memory");
	reserve(req, &v, &plan, &hold);
	inherit(&hold);
	say_nodes(&v, &plan);
	jobs = (unsigned int)CPU_COUNT(&plan.cpus);
	export_plan(&plan.cpus, &plan.mems, jobs);
	become_jobs(req, jobs);
}

static void print_list(const char *name, const cpu_set_t *set)
{
	auto_str struct str text = { 0 };

	cpulist_format(&text, set);
	printf("%s=%s\n", name, str_text(&text));
}

int do_plan(const struct request *req)
{
	struct plan plan = { 0 };
	unsigned int jobs;
	struct view v;
	struct why why;
	int r;

	if (!unreserved(req, &v, &plan.cpus, &jobs)) {
		r = view_read_locks(req, /* create */ false, &v, &why);
		if (r == 0)
			r = plan_of(&v, target_of(req, &v.allowed), &plan,
				    &why);
		if (r < 0)
			die(EX_BROKEN, "%s", why.text);
		jobs = (unsigned int)CPU_COUNT(&plan.cpus);
		say_nodes(&v, &plan);
		view_done(&v);
	}
	print_list("KTSTR_CPUS", &plan.cpus);
	print_list("KTSTR_MEMS", &plan.mems);
	printf("KTSTR_JOBS=%u\n", jobs);
	return EX_PASS;
}
