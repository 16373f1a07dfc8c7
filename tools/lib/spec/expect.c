/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/expect.h"

#include <string.h>

#include "tools/lib/spec/read.h"

#define CHECK_FAILED "check-failed"

/* Those of a scheduler stand first. */
const char *const expect_classes[] = {
	"load-rejected",  "init-failed",     "died",	     "user-exit",
	"not-attached",	  "stalled",	     "scx-error",    "bypassed",
	"cgroup-refused", "fell-back",	     CHECK_FAILED,   "worker-failed",
	"payload-failed", "payload-timeout", "kernel-splat", NULL,
};

bool expect_is_of_scheduler(const char *class)
{
	for (const char *const *c = expect_classes;
	     strcmp(*c, CHECK_FAILED) != 0; c++) {
		if (strcmp(*c, class) == 0)
			return true;
	}
	return false;
}

static void read_class(const struct value_word *w, struct diag *d,
		       struct expectation *ret)
{
	for (const char *const *c = expect_classes; *c; c++) {
		if (strcmp(*c, w->text) == 0)
			ret->class = *c;
	}
	if (!ret->class)
		complain_of_name(d, &w->at, "class of failure", w->text,
				 expect_classes, NULL);
}

static void read_check(const struct value_word *w, struct diag *d,
		       struct expectation *ret)
{
	const char *keys[CHECK_KINDS + 1] = { NULL };

	if (strcmp(ret->class, CHECK_FAILED) != 0) {
		diag_add(d, &w->at,
			 "only class check-failed has a check behind it, '%s' "
			 "has none",
			 ret->class);
		return;
	}
	for (unsigned int i = 0, n = 0; i < CHECK_KINDS; i++) {
		if (check_info[i].setting)
			continue;
		keys[n++] = check_info[i].key;
		if (strcmp(check_info[i].key, w->text) != 0)
			continue;
		ret->has_check = true;
		ret->check = (enum check_kind)i;
		return;
	}
	complain_of_name(d, &w->at, "check", w->text, keys, NULL);
}

int expect_read(const struct conf_entry *e, struct diag *d,
		struct expectation *ret)
{
	auto_value_words struct value_words w = { 0 };
	struct expectation x = { NULL, false, 0 };
	unsigned int before = d->count;
	int r = value_words(e->value, &e->at_value, &w);

	if (r < 0 || w.count == 0)
		return r;
	if (w.count == 1 && strcmp(w.item[0].text, "pass") == 0) {
		*ret = x;
		return 0;
	}
	if (strcmp(w.item[0].text, "fail") != 0) {
		diag_add(d, &e->at_value,
			 "'expect' is pass, or fail and the class of the "
			 "failure, not '%s'",
			 e->value);
		return 0;
	}
	if (w.count == 1) {
		diag_add(d, &e->at_value,
			 "which failure is expected? 'fail stalled', or 'fail "
			 "check-failed max-gap'");
		return 0;
	}
	read_class(&w.item[1], d, &x);
	if (x.class && w.count > 2)
		read_check(&w.item[2], d, &x);
	if (w.count > 3)
		diag_add(d, &w.item[3].at,
			 "'expect' ends with the check, '%s' is too much",
			 w.item[3].text);
	if (d->count == before)
		*ret = x;
	return 0;
}
