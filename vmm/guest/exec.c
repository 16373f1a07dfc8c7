/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/exec.h"

#include <sys/wait.h>

#include "tools/lib/cleanup.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"
#include "vmm/guest/rng.h"
#include "vmm/guest/spawn.h"

#define DELAY_MAX_NS (NS_PER_SEC / 1000)

/* A sleep would end at the kernel's next tick, whatever the seed. */
static void delay(uint64_t ns)
{
	uint64_t until = clock_now_ns() + ns;

	while (clock_now_ns() < until)
		continue;
}

void exec_send_status(struct channel *c, int status)
{
	struct str frame = { 0 };

	json_open(&frame, "exec");
	json_number(&frame, "status",
		    WIFSIGNALED(status) ? 128u + (unsigned int)WTERMSIG(status)
					: (unsigned int)WEXITSTATUS(status));
	channel_send(c, &frame);
}

int exec_run(struct watch *w, const struct regions *regions, char *const *argv,
	     uint64_t seed, struct why *reterr_why)
{
	struct child child = { 0 };
	auto_fd int in = -1;
	auto_fd int out = -1;
	auto_fd int err = -1;
	int r = textlog_open(&w->log[1], "stdout", &out);

	if (r == 0)
		r = textlog_open(&w->log[2], "stderr", &err);
	if (r == 0)
		r = input_open(&w->input, regions, &in);
	if (r < 0)
		return why_set(reterr_why, r, "cannot make a pipe");
	w->log[1].exact = w->log[2].exact = true;
	delay(rng_below(&seed, DELAY_MAX_NS));
	channel_send_event(w->channel, "start", argv[0]);
	r = spawn_program(w, argv, in, out, err, &child, reterr_why);
	if (r < 0)
		return r;
	if (in >= 0)
		close(take_fd(in));
	close(take_fd(out));
	close(take_fd(err));
	if (watch_until(w, UINT64_MAX, watch_child_ended, &child) !=
	    WATCH_DONE) {
		spawn_kill(&child);
		watch_until(w, clock_now_ns() + 2 * NS_PER_SEC,
			    watch_child_ended, &child);
	}
	input_close(&w->input);
	textlog_close(&w->log[1], w->channel);
	textlog_close(&w->log[2], w->channel);
	children_forget(&w->children, &child);
	if (!child.ended)
		return why_set(reterr_why, -1, "'%s' cannot be killed",
			       argv[0]);
	exec_send_status(w->channel, child.status);
	return 0;
}
