/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/switch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/spec/switching.h"
#include "tools/lib/words.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"
#include "vmm/guest/spawn.h"

static int write_text(char *const *words, struct why *reterr_why)
{
	auto_str struct str text = { 0 };
	const char *path;
	int r;

	(void)switching_is_write(words, &text, &path);
	if (text.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	r = file_write_at(AT_FDCWD, path, str_text(&text));
	text.text[text.len - 1] = '\0';
	if (r == -ENOENT)
		return why_set(reterr_why, -ENOSYS,
			       "this kernel has no '%s', to which the "
			       "scheduler's declaration writes '%s'",
			       path, text.text);
	if (r < 0)
		return why_set(reterr_why, -EINVAL,
			       "'%s' does not take '%s' of the scheduler's "
			       "declaration: %s",
			       path, text.text, strerror(-r));
	return 0;
}

static int run_program(struct watch *w, char *const *words, uint64_t limit_ns,
		       struct why *reterr_why)
{
	auto_str struct str how = { 0 };
	struct child child = { 0 };
	auto_fd int out = -1;
	int r = textlog_open(&w->log[0], "scheduler", &out);

	if (r < 0)
		return why_set(reterr_why, r, "cannot make a pipe");
	w->log[0].keeps_end = true;
	r = spawn_program(w, words, -1, out, out, &child, reterr_why);
	if (r < 0)
		return r;
	close(take_fd(out));
	(void)watch_until(w, clock_now_ns() + limit_ns, watch_child_ended,
			  &child);
	spawn_kill(&child);
	(void)watch_until(w, clock_now_ns() + 2 * NS_PER_SEC, watch_child_ended,
			  &child);
	textlog_close(&w->log[0], w->channel);
	children_forget(&w->children, &child);
	if (child.ended && child.status == 0)
		return 0;
	child_status_text(child.status, &how);
	return why_set(reterr_why, -EINVAL,
		       "'%s', which the scheduler's declaration runs, ended "
		       "with %s",
		       words[0],
		       child.ended ? str_text(&how) : "nothing, and stays");
}

static int run_all(struct watch *w, const struct job *job, char *const *lines,
		   struct why *reterr_why)
{
	int r = 0;

	for (; r == 0 && lines && *lines; lines++) {
		auto_words char **words = NULL;
		size_t at;

		if (words_split(*lines, &words, &at) < 1)
			r = why_set(reterr_why, -EINVAL, "'%s' is no command",
				    *lines);
		else if (switching_is_write(words, NULL, NULL))
			r = write_text(words, reterr_why);
		else
			r = run_program(w, words, job->limit_ns[PHASE_ATTACH],
					reterr_why);
	}
	return r;
}

static void tell(struct watch *w, const char *event)
{
	struct str out = { 0 };

	json_open(&out, "scheduler");
	json_text(&out, "event", event);
	json_number(&out, "at_ns", clock_now_ns());
	channel_send(w->channel, &out);
}

int switch_on(struct watch *w, const struct job *job, struct why *reterr_why)
{
	int r = run_all(w, job, job->enable, reterr_why);

	if (r == 0)
		tell(w, "switched-on");
	return r;
}

int switch_off(struct watch *w, const struct job *job, struct why *reterr_why)
{
	int r = run_all(w, job, job->disable, reterr_why);

	if (r == 0 && job->enable)
		tell(w, "switched-off");
	return r;
}
