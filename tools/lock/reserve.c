/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Look, plan, take the locks of the plan; wait for what is in the way. */
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
#define NS_PER_MS     1000000ULL
#define PLAN_MUTEX_NS (2 * NS_PER_S)
#define LOOK_AGAIN_NS (500 * NS_PER_MS)
#define ATTEMPTS      2
#define NAMED_MAX     3

/**
 * struct taken - locks taken for a plan
 * @llc:  descriptors, @count of them, room for one per LLC
 * @uses: descriptor whose bytes are the CPUs
 */
struct taken {
	int *llc;
	unsigned int count;
	int uses;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void release(struct taken *taken)
{
	for (unsigned int i = 0; i < taken->count; i++)
		(void)close(taken->llc[i]);
	taken->count = 0;
	if (taken->uses >= 0)
		(void)close(taken->uses);
	taken->uses = -1;
}

/* Open and lock a file that nobody unlinks in between. */
static int take_file(int folder, const char *name, int kind, uint64_t wait_ns,
		     struct why *reterr_why)
{
	for (int i = 0; i < LOCK_FILE_TRIES; i++) {
		auto_fd int fd = lock_file_open(folder, name, /* create */ true,
						reterr_why);
		int r = fd < 0 ? fd : lock_file_take(fd, kind, wait_ns);

		if (r < 0 && fd >= 0)
			why_set(reterr_why, r, "cannot lock '%s': %s", name,
				strerror(-r));
		if (r < 0)
			return r;
		if (lock_file_is_current(folder, name, fd))
			return take_fd(fd);
	}
	return why_set(reterr_why, -EIO,
		       "lock file '%s' is removed again and again, or cannot "
		       "be looked at",
		       name);
}

/* All locks of @plan in ascending order, without waiting, or none. */
static int take_plan(const struct view *v, const struct plan *plan,
		     struct taken *taken, struct blocked *reterr_blocked,
		     struct why *reterr_why)
{
	int r = 0, cpu = -1;

	*reterr_blocked = (struct blocked){ 0 };
	for (unsigned int i = 0; i < v->host.llc_count; i++) {
		unsigned int id = v->host.llc[i].id;
		bool alone = CPU_ISSET(id, &plan->alone);

		if (!alone && !CPU_ISSET(id, &plan->llcs))
			continue;
		r = take_file(v->folder, llc_name(id).text,
			      alone ? LOCK_EX : LOCK_SH, /* wait_ns */ 0,
			      reterr_why);
		if (r < 0) {
			CPU_SET(id, &reterr_blocked->llcs);
			break;
		}
		taken->llc[taken->count++] = r;
	}
	if (r >= 0)
		r = taken->uses = uses_take(v->folder, plan, &cpu, reterr_why);
	if (cpu >= 0)
		CPU_SET(cpu, &reterr_blocked->cpus);
	if (r < 0)
		release(taken);
	return r < 0 ? r : 0;
}

/* What refused itself to us is held, whatever /proc/locks tells. */
static void add_refused(const struct blocked *refused, struct view *v)
{
	CPU_OR(&v->uses.windowed, &v->uses.windowed, &refused->cpus);
	for (unsigned int i = 0; i < v->host.llc_count; i++) {
		if (CPU_ISSET(v->host.llc[i].id, &refused->llcs))
			v->llc[i].exclusive = true;
	}
}

/**
 * attempt() - look, plan and take, one process at a time
 * @refused: of the attempt before
 *
 * Were it not for the mutex, all that start at the same moment would see the
 * same unused CPU. Whoever cannot have it soon goes on without: a stopped
 * process must not stop the others.
 */
static int attempt(const struct request *req, struct view *v,
		   const struct blocked *refused, struct plan *plan,
		   struct taken *taken, struct blocked *reterr_blocked,
		   struct why *reterr_why)
{
	int r = view_open_folder(req, /* create */ true, v, reterr_why);
	if (r < 0)
		return r;

	auto_fd int mutex = lock_file_open(v->folder, USES_FILE,
					   /* create */ true, reterr_why);
	if (mutex < 0)
		return mutex;
	(void)lock_file_take(mutex, LOCK_EX, PLAN_MUTEX_NS);
	r = view_read_locks(v, reterr_why);
	if (r < 0)
		return r;
	add_refused(refused, v);
	r = view_plan(req, v, plan, reterr_blocked, reterr_why);
	if (r < 0)
		return r;
	return take_plan(v, plan, taken, reterr_blocked, reterr_why);
}

/* "LLC 0 ('/run/lock/ktstr/llc-0.lock') is held by ..." */
static void describe_llc(const struct view *v, unsigned int id, struct str *out)
{
	struct llc_name name = llc_name(id);

	str_addf(out, "LLC %u ('%s/%s') is held by ", id, v->path, name.text);
	auto_fd int fd = lock_file_open(v->folder, name.text,
					/* create */ false, NULL);
	if (fd >= 0)
		holders_describe(out, fd);
	else
		str_add(out, "nobody any more");
}

/* Who holds the LLC of @cpu. */
static void describe_sharers(const struct view *v, unsigned int cpu,
			     struct str *out)
{
	for (unsigned int i = 0; i < v->host.llc_count; i++) {
		if (!CPU_ISSET(cpu, &v->host.llc[i].cpus))
			continue;
		auto_fd int fd = lock_file_open(
			v->folder, llc_name(v->host.llc[i].id).text,
			/* create */ false, NULL);
		if (fd >= 0)
			holders_describe(out, fd);
	}
}

/* "CPUs 0-3 are in windows of pid 12 (sleep 60)" */
static void describe_cpus(const struct view *v, const cpu_set_t *cpus,
			  struct str *out)
{
	auto_free struct uses_holder *holder = NULL;
	unsigned int named = 0;
	pid_t last = 0;
	size_t count = 0;

	str_add(out, CPU_COUNT(cpus) == 1 ? "CPU " : "CPUs ");
	cpulist_format(out, cpus);
	str_add(out, CPU_COUNT(cpus) == 1 ? " is in a window of "
					  : " are in windows of ");
	auto_fd int fd = lock_file_open(v->folder, USES_FILE,
					/* create */ false, NULL);
	if (fd >= 0)
		count = uses_holders(fd, &holder);
	for (size_t i = 0; i < count && named < NAMED_MAX; i++) {
		if (holder[i].first < USES_WINDOW ||
		    holder[i].first >= USES_ALONE || holder[i].pid == last)
			continue;
		last = holder[i].pid;
		str_addf(out, "%spid %d (", named++ ? ", " : "", last);
		holders_command(out, last);
		str_add(out, ")");
	}
	if (named == 0) {
		/* Another user's descriptors are not for us to see, but whoever
		 * has a window shares its LLC. */
		str_add(out, "one of those who share the LLC: ");
		describe_sharers(v, (unsigned int)cpulist_first(cpus), out);
	}
}

void view_describe(const struct view *v, const struct blocked *blocked,
		   struct str *out)
{
	unsigned int named = 0, more = 0;

	for (unsigned int i = 0; i < v->host.llc_count; i++) {
		unsigned int id = v->host.llc[i].id;

		if (!CPU_ISSET(id, &blocked->llcs))
			continue;
		if (named == NAMED_MAX) {
			more++;
			continue;
		}
		str_add(out, named++ ? "; " : "");
		describe_llc(v, id, out);
	}
	if (more)
		str_addf(out, "; and %u more", more);
	if (CPU_COUNT(&blocked->cpus) == 0)
		return;
	str_add(out, named ? "; " : "");
	describe_cpus(v, &blocked->cpus, out);
}

/* Until the first of what is in the way may be free, but not for long: what
 * frees something else, or who holds it now, shows only by another look. */
static int wait_for(const struct request *req, const struct view *v,
		    const struct blocked *blocked, uint64_t wait_ns,
		    struct why *reterr_why)
{
	int llc = cpulist_first(&blocked->llcs);
	int cpu = cpulist_first(&blocked->cpus);
	int fd;

	if (wait_ns > LOOK_AGAIN_NS)
		wait_ns = LOOK_AGAIN_NS;
	if (cpu >= 0 && (llc < 0 || req->kind == PLAN_WINDOW))
		return uses_wait(v->folder, USES_WINDOW + (unsigned int)cpu,
				 wait_ns, reterr_why);
	if (llc < 0)
		return -EWOULDBLOCK;
	fd = take_file(v->folder, llc_name((unsigned int)llc).text,
		       req->kind == PLAN_EXCLUSIVE ? LOCK_EX : LOCK_SH, wait_ns,
		       reterr_why);
	if (fd >= 0)
		(void)close(fd);
	return fd < 0 ? fd : 0;
}

/**
 * struct wait - how long we wait, and what was said about it
 */
struct wait {
	uint64_t start_ns;
	char *said;
};

/* Say who is waited for, when it is somebody else than before; wait. */
static void wait_turn(const struct request *req, const struct view *v,
		      const struct blocked *blocked, const struct why *why,
		      struct wait *wait)
{
	uint64_t left_ns = req->wait_ns, spent_ns = now_ns() - wait->start_ns;
	auto_str struct str text = { 0 };
	struct why trouble;
	int r;

	if (left_ns != LOCK_FILE_FOREVER)
		left_ns = left_ns > spent_ns ? left_ns - spent_ns : 0;
	view_describe(v, blocked, &text);
	if (left_ns == 0)
		die((enum exit_code)req->conflict_code,
		    "%s: %s; see 'ktstr-lock list'", why->text,
		    str_text(&text));
	if (!wait->said || strcmp(wait->said, str_text(&text)) != 0)
		note("%s: %s; waiting", why->text, str_text(&text));
	free(wait->said);
	wait->said = str_take(&text);
	r = wait_for(req, v, blocked, left_ns, &trouble);
	if (r < 0 && r != -EWOULDBLOCK)
		die(EX_BROKEN, "%s", trouble.text);
}

static void inherit(struct taken *taken)
{
	int r = 0;

	for (unsigned int i = 0; r >= 0 && i < taken->count; i++)
		r = taken->llc[i] = lock_file_inherit(taken->llc[i]);
	if (r >= 0)
		r = taken->uses = lock_file_inherit(taken->uses);
	if (r < 0)
		die(EX_BROKEN, "cannot leave the locks open: %s", strerror(-r));
}

void reserve(const struct request *req, struct view *v, struct plan *ret)
{
	auto_free int *llc = calloc(v->host.llc_count, sizeof(*llc));
	struct taken taken = { .llc = llc, .uses = -1 };
	struct wait wait = { .start_ns = now_ns() };
	struct blocked refused = { 0 }, blocked = { 0 };
	unsigned int tries = 0;
	struct why why;

	if (!llc)
		die(EX_BROKEN, "out of memory");
	for (;;) {
		int r = attempt(req, v, &refused, ret, &taken, &blocked, &why);

		if (r == 0)
			break;
		if (r != -EWOULDBLOCK && v->folder >= 0)
			die(EX_BROKEN, "%s; the lock folder is '%s'", why.text,
			    v->path);
		if (r != -EWOULDBLOCK)
			die(EX_BROKEN, "%s", why.text);
		refused = blocked;
		if (++tries < ATTEMPTS)
			continue;
		wait_turn(req, v, &blocked, &why, &wait);
		refused = (struct blocked){ 0 };
		tries = 0;
	}
	free(wait.said);
	inherit(&taken);
}
