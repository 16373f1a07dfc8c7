/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each type of work counts. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/crew.h"
#include "vmm/guest/spawn.h"
#include "vmm/guest/worker-pages.h"

/* As a test's file says it. */
static struct work read_work(const char *text)
{
	struct place at = { "a.test", text, 1, 1, 1 };
	struct diag d = { 0 };
	struct work w;

	CHECK_INT(work_read_text(text, &at, &d, &w), 0);
	if (d.count)
		printf("# %s\n", str_text(&d.out));
	CHECK_INT(d.count, 0);
	diag_done(&d);
	return w;
}

static void reports_are_whole(bool warnings)
{
	for (size_t i = 0; i < crew.count; i++) {
		const struct worker_shared *sh = worker[i].shared;

		for (char **w = worker[i].warnings; w && *w; w++)
			printf("# %s\n", *w);
		CHECK(worker[i].over && worker[i].exit == CREW_OK);
		CHECK(atomic_load(&sh->units) > 0);
		CHECK(atomic_load(&sh->iterations) > 0);
		CHECK(sh->cpu_ns > worker[i].before.cpu_ns);
		CHECK(worker[i].end_ns > sh->start_at_ns);
		CHECK_INT(worker[i].segment_count, 1);
		CHECK(CPU_COUNT(&sh->segments.used[0]) > 0);
		CHECK(warnings || !worker[i].warnings);
	}
}

/* Have all done something, and has the last one been woken if @arg is not NULL?
 */
static bool all_did(const void *arg)
{
	const struct worker_shared *last = worker[crew.count - 1].shared;

	for (size_t i = 0; i < crew.count; i++) {
		if (atomic_load(&worker[i].shared->iterations) == 0 ||
		    atomic_load(&worker[i].shared->units) == 0)
			return false;
	}
	return !arg || last->wakes.count > 0;
}

/* Until all did, however busy the host is. */
static void run_until(const void *wakes)
{
	crew_start(&crew);
	while (!all_did(wakes))
		watch_until(&watch, clock_now_ns() + 5 * NS_PER_MS, NULL, NULL);
	crew_stop(&crew);
}

/* @n workers do it, and are stopped; of the last one wakes are counted. */
static void works(const char *text, size_t n, bool wakes)
{
	struct work work = read_work(text);

	spawn(&work, n);
	run_until(wakes ? &work : NULL);
	reports_are_whole(false);
	if (!wakes)
		CHECK_INT(worker[n - 1].shared->wakes.count, 0);
	free_all();
	work_done(&work);
}

#define WORKS(name, text, n, wakes)                                            \
	TEST(name##_works)                                                     \
	{                                                                      \
		works(text, n, wakes);                                         \
	}

WORKS(cpu_spin, "cpu-spin", 2, false)
WORKS(yield_heavy, "yield-heavy", 2, false)
WORKS(mixed, "mixed", 2, false)
WORKS(io_sync, "io-sync", 2, true)
WORKS(bursty, "bursty burst=1ms sleep=2ms", 2, true)
WORKS(pipe_io, "pipe-io spin=100", 4, true)
WORKS(futex_ping_pong, "futex-ping-pong spin=100", 4, true)
WORKS(cache_pressure, "cache-pressure size=64K stride=100", 2, false)
WORKS(cache_yield, "cache-yield", 2, true)
WORKS(cache_pipe, "cache-pipe spin=100", 4, true)
WORKS(futex_fan_out, "futex-fan-out fan=3", 8, true)
WORKS(sequence, "sequence phases=spin:1ms,sleep:1ms,yield:1ms,io:1ms", 2, true)
WORKS(fork_exit, "fork-exit", 2, true)
WORKS(affinity_churn, "affinity-churn", 2, true)
WORKS(fan_out_compute, "fan-out-compute fan=1 size=4K ops=1", 2, true)
WORKS(page_fault_churn, "page-fault-churn size=64K", 2, false)
WORKS(mutex_contention, "mutex-contention contenders=4 hold=100000 spin=1", 4,
      true)

static bool has_moved(const void *unused)
{
	(void)unused;
	return atomic_load(&worker[0].shared->migrations) >= 20;
}

/* A worker that moves, on a machine of these caches: the far ones of its moves.
 */
static uint64_t far_moves(cpu_set_t *llc, unsigned int count)
{
	struct work work = read_work("affinity-churn");
	struct why why;
	uint64_t far;

	prepare(&work, 1);
	machine.llc = llc;
	machine.llc_count = count;
	CHECK_INT(crew_spawn(&crew, &why), 0);
	crew_start(&crew);
	CHECK_INT(watch_until(&watch, clock_now_ns() + 60 * NS_PER_SEC,
			      has_moved, NULL),
		  WATCH_DONE);
	crew_stop(&crew);
	far = worker[0].shared->far_migrations;
	free_all();
	return far;
}

TEST(a_move_to_another_cache_is_far)
{
	cpu_set_t all, llc[2];

	sched_getaffinity(0, sizeof(all), &all);
	if (CPU_COUNT(&all) < 2)
		return; /* there is nowhere to move */
	CHECK_INT(far_moves(&all, 1), 0);
	/* Every other CPU is behind another cache. */
	CPU_ZERO(&llc[0]);
	for (int cpu = 0, n = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &all) && n++ % 2)
			CPU_SET(cpu, &llc[0]);
	}
	CPU_XOR(&llc[1], &all, &llc[0]);
	CHECK(far_moves(llc, 2) > 0);
	machine = (struct machine){ 0 };
}

/* As root they all are granted; the kernel of a container may refuse some, and
 * then that is said. */
TEST(churns_say_what_they_are_refused)
{
	static const char *const text[] = { "nice-sweep", "policy-churn" };

	NEEDS_ROOT(); /* others may not leave the idle policy; init is root */
	for (size_t i = 0; i < 2; i++) {
		struct work work = read_work(text[i]);

		spawn(&work, 1);
		run_until(&work);
		reports_are_whole(true);
		CHECK(!worker[0].warnings ||
		      strstr(worker[0].warnings[0], "refused here"));
		free_all();
	}
}

/* @n processes that leave no time of the first CPU to others. */
static void spin(pid_t *pid, size_t n, const cpu_set_t *one)
{
	for (size_t i = 0; i < n; i++) {
		pid[i] = fork();
		CHECK(pid[i] >= 0);
		if (pid[i] == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			(void)sched_setaffinity(0, sizeof(*one), one);
			for (;;)
				continue;
		}
	}
}

/*
 * A process that does to @pid what it would do itself if it had looked for the
 * stop just before init made haste: it takes the idle policy, in its turn.
 */
static void be_late(pid_t pid)
{
	CHECK_INT(kill(pid, SIGSTOP), 0);
	pid_t late = fork();

	CHECK(late >= 0);
	if (late != 0)
		return; /* the watch takes its end */
	struct sched_param param = { .sched_priority = SPAWN_INIT_PRIORITY };
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)sched_setscheduler(0, SCHED_FIFO, &param);
	while (sched_getparam(pid, &param) == 0 &&
	       param.sched_priority != SPAWN_INIT_PRIORITY - 1)
		usleep(100);
	(void)kill(pid, SIGCONT);
	usleep(100); /* a tenth of the turn */
	param.sched_priority = 0;
	(void)sched_setscheduler(pid, SCHED_IDLE, &param);
	_exit(0);
}

/* On a full CPU the idle policy has hardly a share. */
static void stop_idle(bool late)
{
	struct work work = read_work("policy-churn spin=1000000");
	pid_t spinning[20];
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	spawn(&work, 1);
	CHECK_INT(sched_setaffinity(worker[0].child.pid, sizeof(one), &one), 0);
	crew_start(&crew);
	spin(spinning, 20, &one);
	while (sched_getscheduler(worker[0].child.pid) != SCHED_IDLE)
		watch_until(&watch, clock_now_ns() + NS_PER_MS, NULL, NULL);
	for (size_t i = 0; i < 20; i++)
		(void)setpriority(PRIO_PROCESS, (id_t)spinning[i], -20);
	if (late)
		be_late(worker[0].child.pid);
	crew_stop(&crew);
	for (size_t i = 0; i < 20; i++) {
		kill(spinning[i], SIGKILL);
		CHECK_INT(waitpid(spinning[i], NULL, 0), spinning[i]);
	}
	reports_are_whole(true);
	CHECK(!worker[0].warnings);
	free_all();
	work_done(&work);
}

TEST(a_worker_of_the_idle_policy_is_stopped_at_once)
{
	NEEDS_ROOT();
	stop_idle(false);
}

TEST(a_worker_that_becomes_idle_behind_the_stop_is_stopped)
{
	NEEDS_ROOT();
	stop_idle(true);
}

/* The first of @n workers is killed: what it owes to others never comes. */
static void partner_dies(const char *text, size_t n)
{
	struct work work = read_work(text);

	spawn(&work, n);
	crew_start(&crew);
	watch_until(&watch, clock_now_ns() + 30 * NS_PER_MS, NULL, NULL);
	kill(worker[0].child.pid, SIGKILL);
	watch_until(&watch, clock_now_ns() + 30 * NS_PER_MS, NULL, NULL);
	/* Who hangs is killed, and is not CREW_OK. */
	crew_stop(&crew);
	CHECK_INT(worker[0].exit, CREW_KILLED);
	for (size_t i = 1; i < n; i++)
		CHECK_INT(worker[i].exit, CREW_OK);
	free_all();
}

TEST(no_death_of_a_partner_hangs_another)
{
	partner_dies("pipe-io", 2);
	partner_dies("futex-ping-pong", 2);
	partner_dies("cache-pipe", 2);
	partner_dies("futex-fan-out fan=3", 4);
	partner_dies("mutex-contention contenders=4 hold=1000000 spin=1", 4);
	partner_dies("fan-out-compute fan=2 size=1K", 3);
}

/* Held up as a scheduler would, a receiver knows since when it is late, however
 * many messages its sender has sent meanwhile. */
TEST(a_receiver_that_was_not_run_has_a_gap)
{
	struct work work = read_work("futex-fan-out fan=1 spin=1000");
	const struct worker_shared *sh;

	spawn(&work, 2);
	crew_start(&crew);
	while (!all_did(&work))
		watch_until(&watch, clock_now_ns() + 5 * NS_PER_MS, NULL, NULL);
	kill(worker[1].child.pid, SIGSTOP);
	watch_until(&watch, clock_now_ns() + 400 * NS_PER_MS, NULL, NULL);
	sh = worker[1].shared;
	/* More than the ring of the sender's times holds. */
	while (atomic_load(&worker[0].shared->sent) <
	       atomic_load(&sh->received) + 8)
		watch_until(&watch, clock_now_ns() + 5 * NS_PER_MS, NULL, NULL);
	kill(worker[1].child.pid, SIGCONT);
	crew_stop(&crew);
	CHECK(sh->max_gap_ns > 300 * NS_PER_MS);
	free_all();
}

TEST(the_pages_that_are_there_count)
{
	struct worker_shared *sh = calloc(1, sizeof(*sh));
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = 600 * page;
	unsigned char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t sum = 0;

	CHECK(sh && memory != MAP_FAILED);
	(void)madvise(memory, size, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < 300; i++)
		memory[2 * i * page] = 1;
	worker_read_pages(sh, memory, size);
	for (size_t i = 0; i < WORKER_NODES; i++)
		sum += sh->pages[i];
	/* Not every kernel can tell. */
	CHECK(!sh->has_pages || sum == 300);
	worker_read_pages(sh, NULL, 0);
	CHECK(!sh->has_pages && sh->pages[0] == 0);
	munmap(memory, size);
	free(sh);
}

TEST(what_a_worker_cannot_prepare_is_told)
{
	struct work work = read_work("exec /no/such/program");
	struct why why = { .text = "" };

	prepare(&work, 1);
	CHECK_INT(crew_spawn(&crew, &why), -EINVAL);
	CHECK(strstr(why.text, "cannot run '/no/such/program'"));
	crew_stop(&crew);
	free_all();
	work_done(&work);
}
