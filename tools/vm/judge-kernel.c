/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-kernel.h"

#include <inttypes.h>

#include "tools/vm/judge-checks.h"
#include "vmm/splat.h"

static const char *message(const struct facts *f, size_t i,
			   enum splat *ret_splat)
{
	const json_t *frame = json_array_get(f->kmsg, i);
	const char *text = facts_text(frame, "text");
	int64_t level = facts_int(frame, "level");

	*ret_splat = level < 0 || level > 7
			     ? SPLAT_NONE
			     : splat_of((unsigned int)level, text);
	return text;
}

/* The first complaint; before it what a WARN() of the kernel says by itself. */
static bool find_splat(const struct facts *f, const char **ret_text,
		       const char **ret_words)
{
	bool opened = false;

	*ret_text = *ret_words = NULL;
	for (size_t i = 0; i < json_array_size(f->kmsg); i++) {
		enum splat splat;
		const char *text = message(f, i, &splat);

		if (splat == SPLAT_TELLS) {
			*ret_text = text;
			return true;
		}
		if (opened && !*ret_words)
			*ret_words = text;
		if (splat == SPLAT_OPENS && !opened) {
			opened = true;
			*ret_text = text;
		}
	}
	return opened;
}

static void tell_lost(const json_t *lost, struct judgement *j)
{
	int64_t overrun = facts_int(lost, "overrun");
	int64_t dropped = facts_int(lost, "dropped");

	judge_decide(j, VERDICT_INCONCLUSIVE, "kernel-log");
	if (overrun > 0)
		judge_reason(
			j,
			"%" PRIi64 " messages of the guest's kernel were "
			"overwritten before they were read: whether it "
			"complained is not known; log_buf_len= in --append "
			"gives it a longer log",
			overrun);
	if (dropped > 0)
		judge_reason(j,
			     "%" PRIi64 " messages of the guest's kernel were "
			     "more than are kept: whether it complained is not "
			     "known",
			     dropped);
	if (overrun <= 0 && dropped <= 0)
		judge_reason(j, "the guest's kernel did not stop to print: "
				"not all was read, and whether it complained "
				"is not known");
}

bool judge_complaint(const struct evidence *e, struct judgement *j)
{
	const char *text, *words;

	if (!find_splat(e->facts, &text, &words))
		return false;
	judge_reason(j, "the kernel complained: %s", text);
	if (words)
		judge_reason(j, "it said: %s", words);
	return true;
}

void judge_kernel_log(const struct evidence *e, struct judgement *j)
{
	if (judge_complaint(e, j))
		judge_decide(j, VERDICT_FAIL, "kernel-splat");
	else if (e->facts->kmsg_lost && j->verdict == VERDICT_PASS)
		tell_lost(e->facts->kmsg_lost, j);
}
