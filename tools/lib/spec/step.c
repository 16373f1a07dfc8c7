/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step.c - "[step NAME]": ops in order, and how long it holds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/num.h"
#include "tools/lib/spec/test-parts.h"

#define MS		  1000000ULL
#define HOUR_NS		  (3600 * 1000 * MS)
#define SHARE_MAX_PERCENT 1000

static const struct planned planned[] = {
	{ "loop", "write 'hold = loop INTERVAL'" },
	{ NULL, NULL },
};

static bool find_op(const char *key, enum op_kind *ret)
{
	for (size_t i = 0; i < OP_KINDS; i++) {
		if (strcmp(op_kind_names[i], key) != 0)
			continue;
		*ret = (enum op_kind)i;
		return true;
	}
	return false;
}

/* "50%", or "2s" */
static void read_length(const char *text, const struct place *at,
			struct diag *d, struct hold *ret)
{
	double percent;
	uint64_t ns;

	/* For a bad one, so that no second complaint follows from it. */
	ret->is_share = true;
	ret->share = 1;
	if (!strchr(text, '%')) {
		if (read_time_at(text, at, "'hold'", d, MS, HOUR_NS, &ns) < 0)
			return;
		ret->is_share = false;
		ret->ns = ns;
		return;
	}
	if (num_parse_percent(text, &percent) < 0 || percent <= 0 ||
	    percent > SHARE_MAX_PERCENT) {
		diag_add(d, at,
			 "'hold' is a time, or a share of the duration above "
			 "0%% and up to %d%%, not '%s'",
			 SHARE_MAX_PERCENT, text);
		return;
	}
	ret->share = percent / 100;
}

static int read_hold(struct step *s, const struct conf_entry *e, struct diag *d)
{
	auto_value_words struct value_words w = { 0 };

	if (value_words(e->value, &e->at_value, &w) < 0)
		return -ENOMEM;
	if (w.count == 0 || strcmp(w.item[0].text, "loop") != 0) {
		read_length(e->value, &e->at_value, d, &s->hold);
		return 0;
	}
	s->hold.loop_ns = MS;
	if (w.count < 2 || w.count > 3) {
		diag_add(d, &e->at_value,
			 "this is written 'hold = loop INTERVAL' or 'hold = "
			 "loop INTERVAL LENGTH'");
		return 0;
	}
	(void)read_time_at(w.item[1].text, &w.item[1].at, "the interval", d, MS,
			   HOUR_NS, &s->hold.loop_ns);
	if (w.count == 3)
		read_length(w.item[2].text, &w.item[2].at, d, &s->hold);
	return 0;
}

static void check_loop(const struct step *s, const struct conf_entry *hold,
		       struct diag *d)
{
	if (s->hold.loop_ns && s->op_count == 0)
		diag_add(d, &hold->at_value,
			 "a loop runs the step's ops again and again, and this "
			 "step has none");
}

static int read_entries(struct step *step, const struct conf_section *s,
			struct diag *d)
{
	const char *names[OP_KINDS + 2] = { NULL };
	const struct conf_entry *hold = NULL;
	int r = 0;

	memcpy(names, op_kind_names, sizeof(op_kind_names));
	names[OP_KINDS] = "hold";
	for (size_t i = 0; r == 0 && i < s->entry_count; i++) {
		const struct conf_entry *e = &s->entry[i];
		enum op_kind kind;

		if (strcmp(e->key, "hold") == 0) {
			if (!is_repeated(s, i, d))
				r = read_hold(step, e, d);
			hold = e;
		} else if (!find_op(e->key, &kind)) {
			complain_of_name(d, &e->at_key, "key", e->key, names,
					 planned);
		} else {
			if (hold)
				diag_add(d, &e->at_key,
					 "ops run before the hold, so write "
					 "'%s' above it",
					 e->key);
			r = op_read(step, kind, e, d);
		}
	}
	if (r == 0 && hold)
		check_loop(step, hold, d);
	return r;
}

static void check_name(const struct test *t, const struct conf_section *s,
		       struct diag *d)
{
	if (!*s->name)
		diag_add(d, &s->at, "a step needs a name: [step swap]");
	else if (!is_name(s->name, "-_."))
		diag_add(d, &s->at,
			 "'%s' is no name of a step: letters, digits, '-', "
			 "'_' and '.'",
			 s->name);
	for (size_t i = 0; *s->name && i < t->step_count; i++) {
		if (strcmp(t->step[i].name, s->name) == 0)
			diag_add(d, &s->at,
				 "a second step '%s', the first is in line %u",
				 s->name, t->step[i].at.line);
	}
}

int test_read_step(struct test *t, const struct conf_section *s, struct diag *d)
{
	struct step *grown;

	check_name(t, s, d);
	grown = reallocarray(t->step, t->step_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	t->step = grown;
	grown += t->step_count++;
	*grown = (struct step){ .name = strdup(s->name), .at = s->at };
	if (!grown->name)
		return -ENOMEM;
	return read_entries(grown, s, d);
}
