/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/payload.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "vmm/guest/cgroup.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"
#include "vmm/guest/spawn.h"
#include "vmm/guest/worker.h"

/* For a process that is killed to be gone. */
#define DEATH_NS (5 * NS_PER_SEC)

static const char *const end_names[] = {
	[PAYLOAD_ENDED] = "ended",
	[PAYLOAD_KILLED] = "killed",
	[PAYLOAD_TIMEOUT] = "timeout",
};

/* What the child needs; @gate: nothing can be read before it may start. */
struct start {
	const char *path, *folder;
	char *const *argv;
	int gate, out, err;
	bool ext;
};

static noreturn void become(const struct start *s)
{
	static char search[] =
		"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:"
		"/include-files";
	static char home[] = "HOME=/tmp", term[] = "TERM=dumb";
	static char mark[] = "KTSTR_GUEST=1", libs[] = GUEST_LIBRARIES;
	static char *env[] = { search, home, term, mark, libs, NULL };
	struct sched_param plain = { 0 };
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;
	char byte;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (read(s->gate, &byte, 1) != 1)
		_exit(127);
	if ((!s->folder || chdir(s->folder) == 0) && dup2(in, 0) >= 0 &&
	    dup2(s->out, 1) >= 0 && dup2(s->err, 2) >= 0 &&
	    sched_setscheduler(0, s->ext ? WORKER_SCHED_EXT : SCHED_OTHER,
			       &plain) == 0)
		execve(s->path, s->argv, env);
	dprintf(2, "cannot run '%s': %s\n", s->argv[0], strerror(errno));
	_exit(127);
}

static bool is_running(const struct payload_run *p)
{
	return p->started_ns && !p->over;
}

static struct group *group_of(struct scenario *s, const struct payload_run *p)
{
	size_t at = 0;

	return p->def->cgroup ? scenario_next(s, p->def->cgroup, &at) : NULL;
}

/* Its processes go on only once it is where it belongs. */
static int let_go(struct scenario *s, const struct payload_run *p, int gate,
		  struct why *reterr_why)
{
	struct group *g = group_of(s, p);
	int r = 0;

	if (p->def->cgroup && !g)
		return why_set(reterr_why, -ENOENT, "no cgroup '%s'",
			       p->def->cgroup);
	if (g)
		r = group_open(g, reterr_why);
	if (g && r == 0)
		r = group_attach(g, p->child.pid, reterr_why);
	if (r == 0 && write(gate, "", 1) != 1)
		r = why_set(reterr_why, -errno, "cannot start payload '%s'",
			    p->def->name);
	return r;
}

static int start(struct scenario *s, struct payload_run *p,
		 struct why *reterr_why)
{
	auto_str struct str path = { 0 }, folder = { 0 };
	auto_fd int out = -1;
	auto_fd int err = -1;
	int gate[2] = { -1, -1 }, r;
	pid_t pid;

	work_program_guest(&p->def->run, &path);
	payload_folder(p->def, &folder);
	r = textlog_open(&p->log[0], p->name[0], &out);
	if (r == 0)
		r = textlog_open(&p->log[1], p->name[1], &err);
	if (r == 0 && pipe2(gate, O_CLOEXEC) < 0)
		r = -errno;
	if (r < 0)
		return why_set(reterr_why, r, "cannot make a pipe");
	p->log[0].max = p->log[1].max = PAYLOAD_OUTPUT_BYTES;
	pid = fork();
	if (pid == 0)
		become(&(struct start){
			str_text(&path),
			p->def->file_count ? str_text(&folder) : NULL,
			p->def->run.program, gate[0], out, err, s->ext });
	close(gate[0]);
	if (pid < 0) {
		r = why_set(reterr_why, -errno, "cannot fork for payload '%s'",
			    p->def->name);
	} else {
		children_add(&s->watch->children, &p->child, pid);
		p->started_ns = clock_now_ns();
		p->late_at = p->started_ns + p->def->timeout_ns;
		r = let_go(s, p, gate[1], reterr_why);
	}
	close(gate[1]);
	return r;
}

/* All that it left in its session dies, and its frame is sent. */
static void finish(struct scenario *s, struct payload_run *p)
{
	int status = p->child.status;
	uint64_t now = clock_now_ns(), dropped[2];
	struct str out = { 0 };

	/* It was faster than our signal. */
	if (p->how == PAYLOAD_TIMEOUT && WIFEXITED(status))
		p->how = PAYLOAD_ENDED;
	(void)kill(-p->child.pid, SIGKILL);
	for (int i = 0; i < 2; i++) {
		textlog_drain(&p->log[i], s->watch->channel);
		dropped[i] = p->log[i].dropped;
		/* The number is in the frame: a remark would be in the way of
		 * who reads this. */
		p->log[i].dropped = 0;
		textlog_close(&p->log[i], s->watch->channel);
	}
	p->over = true;
	json_open(&out, "payload");
	json_text(&out, "name", p->def->name);
	json_text(&out, "end", end_names[p->how]);
	json_number(&out, "signal",
		    WIFSIGNALED(status) ? (unsigned int)WTERMSIG(status) : 0);
	json_number(&out, "status",
		    WIFEXITED(status) ? (unsigned int)WEXITSTATUS(status) : 0);
	json_number(&out, "started_ns", p->started_ns);
	json_number(&out, "ran_ns", now - p->started_ns);
	json_number(&out, "cpu_ns", p->child.cpu_ns);
	json_number(&out, "dropped_stdout", dropped[0]);
	json_number(&out, "dropped_stderr", dropped[1]);
	channel_send(s->watch->channel, &out);
}

/* One that a scheduler starves must get a CPU to die. */
static void shoot(struct payload_run *p, enum payload_end how)
{
	p->how = how;
	p->late_at = UINT64_MAX;
	spawn_kill(&p->child);
	(void)kill(-p->child.pid, SIGKILL);
}

/* Called at each turn of init's wait. Return: when to come again at the latest.
 */
static uint64_t look_after(void *arg)
{
	struct scenario *s = arg;
	uint64_t now = clock_now_ns(), next = UINT64_MAX;

	for (size_t i = 0; i < s->test->payload_count; i++) {
		struct payload_run *p = &s->payload[i];

		if (!is_running(p))
			continue;
		if (p->child.ended) {
			finish(s, p);
			continue;
		}
		if (now >= p->late_at)
			shoot(p, PAYLOAD_TIMEOUT);
		if (p->late_at < next)
			next = p->late_at;
	}
	return next;
}

static bool is_over(const void *p)
{
	return !is_running(p);
}

static int stop(struct scenario *s, struct payload_run *p,
		struct why *reterr_why)
{
	uint64_t end = clock_now_ns() + DEATH_NS;

	shoot(p, PAYLOAD_KILLED);
	while (is_running(p) && clock_now_ns() < end)
		(void)watch_until(s->watch, end, is_over, p);
	return is_running(p)
		       ? why_set(reterr_why, -EIO,
				 "payload '%s' cannot be killed", p->def->name)
		       : 0;
}

int payloads_prepare(struct scenario *s)
{
	size_t count = s->test->payload_count;
	struct watch *w = s->watch;

	if (count == 0)
		return 0;
	s->payload = calloc(count, sizeof(*s->payload));
	if (!s->payload)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct payload_run *p = &s->payload[i];

		p->def = &s->test->payload[i];
		for (int k = 0; k < 2; k++) {
			p->log[k].fd = -1;
			snprintf(p->name[k], sizeof(p->name[k]),
				 "payload/%s/%d", p->def->name, k + 1);
			w->more[w->more_count++] = &p->log[k];
		}
	}
	w->tick = look_after;
	w->tick_arg = s;
	return 0;
}

void payloads_free(struct scenario *s)
{
	for (size_t i = 0; s->payload && i < s->test->payload_count; i++)
		children_forget(&s->watch->children, &s->payload[i].child);
	if (s->payload)
		s->watch->tick = NULL;
	s->watch->more_count = 0;
	free(s->payload);
	s->payload = NULL;
}

int payloads_start(struct scenario *s, struct why *reterr_why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->test->payload_count; i++) {
		if (!s->payload[i].def->by_op)
			r = start(s, &s->payload[i], reterr_why);
	}
	return r;
}

void payloads_wait(struct scenario *s)
{
	for (size_t i = 0; i < s->test->payload_count; i++) {
		if (!s->watch->was_lost)
			(void)watch_until(s->watch, UINT64_MAX, is_over,
					  &s->payload[i]);
	}
}

static bool is_empty(const void *group)
{
	const struct group *g = group;
	auto_free char *events = NULL;

	if (cgroup_read(g->name, "cgroup.events", &events, NULL) < 0)
		return true;
	return strstr(events, "populated 1") == NULL;
}

/* One that made a session of its own is in the cgroup still, which could not
 * be removed. */
static void empty(struct scenario *s, const struct payload_run *p)
{
	struct group *g = group_of(s, p);
	struct why why;

	if (!g || is_empty(g))
		return;
	(void)cgroup_write(g->name, "cgroup.kill", "1", &why);
	(void)watch_until(s->watch, clock_now_ns() + DEATH_NS, is_empty, g);
}

int payloads_end(struct scenario *s, struct why *reterr_why)
{
	int r = 0;

	for (size_t i = 0; i < s->test->payload_count; i++) {
		struct payload_run *p = &s->payload[i];

		if (is_running(p) && r == 0)
			r = stop(s, p, reterr_why);
	}
	return r;
}

void payloads_empty(struct scenario *s)
{
	for (size_t i = 0; i < s->test->payload_count; i++) {
		if (s->payload[i].started_ns)
			empty(s, &s->payload[i]);
	}
}

static struct payload_run *find(struct scenario *s, const struct op *op)
{
	for (size_t i = 0; i < s->test->payload_count; i++) {
		if (strcmp(s->payload[i].def->name, op->payload) == 0)
			return &s->payload[i];
	}
	return NULL;
}

int op_payload(struct scenario *s, const struct op *op, struct str *in_force,
	       struct why *reterr_why)
{
	struct payload_run *p = find(s, op);
	int r = 0;

	if (!p)
		return why_set(reterr_why, -ENOENT, "no payload '%s'",
			       op->payload);
	if (op->kind == OP_RUN_PAYLOAD)
		r = start(s, p, reterr_why);
	else if (op->kind == OP_WAIT_PAYLOAD)
		(void)watch_until(s->watch, UINT64_MAX, is_over, p);
	else if (is_running(p))
		r = stop(s, p, reterr_why);
	str_addf(in_force, "%s: %s", op->payload,
		 is_running(p) ? "running" : "over");
	return r;
}
