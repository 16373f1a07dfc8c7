/* SPDX-License-Identifier: GPL-2.0-or-later */
/* variant-guest.c - what declaration and test want of the guest, together. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/program.h"
#include "tools/lib/words.h"
#include "tools/vm/variant.h"

static bool sets(const struct tuning *t, const char *name)
{
	for (size_t i = 0; i < t->sysctl_count; i++) {
		if (strcmp(t->sysctl[i].name, name) == 0)
			return true;
	}
	return false;
}

/* All but those that @but sets in another way. */
static void add_sysctls(struct variant *v, const struct tuning *t,
			const struct tuning *but)
{
	for (size_t i = 0; i < t->sysctl_count; i++) {
		auto_str struct str line = { 0 };

		if (but && sets(but, t->sysctl[i].name))
			continue;
		str_addf(&line, "%s=%s", t->sysctl[i].name, t->sysctl[i].value);
		if (line.failed ||
		    words_append(&v->sysctl, str_text(&line)) < 0)
			die(EX_BROKEN, "out of memory");
	}
}

static void add_files(struct variant *v, const struct tuning *t)
{
	for (size_t i = 0; i < t->file_count; i++) {
		struct str guest = { 0 };

		tuning_file_guest(t->file[i].path, &guest);
		variant_include(v, t->file[i].path, &guest);
	}
}

static bool has(const struct variant *v, const char *guest)
{
	for (size_t i = 0; i < v->include_count; i++) {
		if (strcmp(v->include[i].guest, guest) == 0)
			return true;
	}
	return false;
}

static void add_programs(struct variant *v, const struct switching *s)
{
	for (size_t i = 0; i < s->count; i++) {
		char *const *words = s->item[i].words;
		auto_str struct str guest = { 0 };
		auto_free char *host = NULL;

		switching_guest(words, &guest);
		if (switching_is_write(words, NULL, NULL) ||
		    has(v, str_text(&guest)))
			continue;
		host = program_find(words[0]);
		if (!host)
			die(why_code(-errno, EX_USAGE), "cannot run '%s': %m",
			    words[0]);
		variant_include(v, host, &guest);
	}
}

/* Of the flags, only those that are on. */
static void add_switching(struct variant *v)
{
	const struct sched *s = &v->sched;

	if (profile_enable(s, &v->profile, &v->enable) < 0 ||
	    profile_disable(s, &v->profile, &v->disable) < 0)
		die(EX_BROKEN, "out of memory");
	add_programs(v, &s->enable);
	add_programs(v, &s->disable);
	for (size_t i = 0; i < s->flag_count; i++) {
		if (!v->profile.on[i])
			continue;
		add_programs(v, &s->flag[i].enable);
		add_programs(v, &s->flag[i].disable);
	}
}

void variant_read_guest(struct variant *v)
{
	const struct tuning *mine = &v->test.tuning;
	const struct tuning *base = v->has_sched ? &v->sched.tuning : NULL;
	struct str kargs = { 0 };

	if (base) {
		tuning_add_kargs(base, &kargs);
		add_sysctls(v, base, mine);
		add_files(v, base);
		add_switching(v);
	}
	if (v->has_sched && v->sched.config_file) {
		struct str guest = { 0 };

		sched_config_guest(&v->sched, &guest);
		variant_include(v, v->sched.config_file, &guest);
	}
	tuning_add_kargs(mine, &kargs);
	add_sysctls(v, mine, NULL);
	add_files(v, mine);
	v->kargs = kargs.len ? str_take(&kargs) : NULL;
	str_done(&kargs);
	if (strcmp(v->preset, "host") == 0)
		return; /* here-fit.c looks at it */
	if (v->test.extra_args && v->has_sched && !v->sched.binary)
		die(EX_USAGE,
		    "test '%s' has arguments for a scheduler, and '%s' has no "
		    "binary that could take them",
		    v->test.name, v->sched_name);
	if (v->test.watchdog_ns && !variant_loads(v))
		die(EX_USAGE,
		    "test '%s' sets the watchdog of sched_ext, and scheduler "
		    "'%s' is none of it",
		    v->test.name, v->sched_name);
	if (v->test.verifier && !variant_loads(v))
		die(EX_USAGE,
		    "test '%s' asks for the verifier's numbers, and scheduler "
		    "'%s' has no programs to verify",
		    v->test.name, v->sched_name);
	if (v->test.exit_dump && !variant_loads(v))
		die(EX_USAGE,
		    "test '%s' wants the exit dump of sched_ext, and scheduler "
		    "'%s' is none of it",
		    v->test.name, v->sched_name);
	if (test_scheduler_op(&v->test) && !variant_loads(v))
		die(EX_USAGE,
		    "test '%s' has op '%s', and scheduler '%s' is none of "
		    "sched_ext",
		    v->test.name,
		    op_kind_names[test_scheduler_op(&v->test)->kind],
		    v->sched_name);
}

const char *variant_kernel_words(const struct variant *v, const char *append,
				 struct str *room)
{
	if (!v->kargs)
		return append;
	str_addf(room, "%s%s%s", v->kargs, append ? " " : "",
		 append ? append : "");
	if (room->failed)
		die(EX_BROKEN, "out of memory");
	return str_text(room);
}
