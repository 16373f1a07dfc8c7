/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/variant.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/spec/conf.h"
#include "tools/lib/spec/presets.h"
#include "tools/lib/words.h"

/* What cannot be read again, as by who runs the variant again, is none; and who
 * writes into a named pipe may never come. */
static char *read_file(const char *path, struct diag *d)
{
	struct stat st;
	struct why why;
	char *text;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		die(EX_USAGE, "'%s' is no regular file", path);
	if (conf_load(path, d, &text, &why) < 0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	return text;
}

static void stop_on_complaints(struct diag *d)
{
	if (d->count == 0)
		return;
	fputs(str_text(&d->out), stderr);
	exit(EX_USAGE);
}

static void read_files(const struct request *req, struct variant *v)
{
	struct diag d = { 0 };
	auto_free char *text = NULL;

	if (!req->test)
		die(EX_USAGE, "--test is missing");
	v->test_text = read_file(req->test, &d);
	if (test_parse(req->test, v->test_text, &d, &v->test) < 0)
		die(EX_BROKEN, "out of memory");
	if (d.count == 0)
		test_check_programs(&v->test, &d);
	v->has_sched = req->sched && strcmp(req->sched, "none") != 0;
	if (v->has_sched) {
		text = read_file(req->sched, &d);
		if (sched_parse(req->sched, text, &d, &v->sched) < 0)
			die(EX_BROKEN, "out of memory");
		if (d.count == 0)
			sched_check_files(&v->sched, &d);
		v->test = test_under(&v->test, &v->sched);
	}
	stop_on_complaints(&d);
	diag_done(&d);
	v->sched_name = v->has_sched ? v->sched.name : "none";
}

/* What the test asks of the scheduler. */
static void check_scheduler(const struct variant *v)
{
	const char *name = v->test.scheduler;

	if (name && strcmp(name, v->sched_name) != 0)
		die(EX_USAGE, "test '%s' is for scheduler '%s', not '%s'",
		    v->test.name, name, v->sched_name);
}

/* A flag that there is not is no mistake of a test for many schedulers. */
static void check_needs(const struct variant *v)
{
	for (char **flag = v->test.needs_flags; flag && *flag; flag++) {
		bool has = false;

		for (size_t i = 0; v->has_sched && i < v->sched.flag_count; i++)
			has |= strcmp(v->sched.flag[i].name, *flag) == 0;
		if (!has)
			die(EX_SKIP,
			    "test '%s' needs flag '%s', and scheduler '%s' "
			    "declares none of that name",
			    v->test.name, *flag, v->sched_name);
	}
}

/* What the test asks of the machine; its maxima only choose among presets. */
static void check_machine(const struct variant *v)
{
	const struct test *t = &v->test;
	const struct topology *m = &v->topology;
	const char *few = m->nodes < t->min_nodes	   ? "nodes"
			  : m->llcs < t->min_llcs	   ? "LLCs"
			  : topology_cpus(m) < t->min_cpus ? "CPUs"
							   : NULL;
	char shape[TOPOLOGY_TEXT_SIZE];

	topology_format(m, shape);
	if (few)
		die(EX_USAGE, "machine %s has too few %s for test '%s'", shape,
		    few, t->name);
	if (t->requires_smt && !topology_has_smt(m))
		die(EX_USAGE,
		    "test '%s' wants two threads per core, machine %s has one",
		    t->name, shape);
}

/* Which flags the test wants on, and which off. */
static void check_profile(const struct variant *v)
{
	const struct sched *s = &v->sched;

	for (size_t i = 0; v->has_sched && i < s->flag_count; i++) {
		const char *name = s->flag[i].name;

		if (v->profile.on[i] ? words_have(v->test.excluded_flags, name)
				     : words_have(v->test.required_flags, name))
			die(EX_USAGE, "test '%s' %s flag '%s'", v->test.name,
			    v->profile.on[i] ? "excludes" : "requires", name);
	}
}

static void choose_topology(const struct request *req, struct variant *v)
{
	const char *shape = req->topology;
	const struct preset *preset;
	struct diag d = { 0 };
	struct why why;

	v->preset = req->preset ? req->preset : "own";
	v->topology = test_own_topology(&v->test,
					v->has_sched && v->sched.has_topology
						? &v->sched.topology
						: NULL);
	/* With --topology the preset is only the machine's name in results. */
	preset = preset_find(v->preset);
	if (preset && preset->skip)
		die(EX_SKIP, "preset '%s': %s", v->preset, preset->skip);
	if (!preset && !req->topology && strcmp(v->preset, "own") != 0)
		die(EX_USAGE, "no preset is named '%s'", v->preset);
	if (preset && !req->topology)
		shape = preset->text;
	if (shape && topology_parse(shape, &v->topology, &why) < 0)
		die(why_code(why.error, EX_USAGE), "--topology: %s", why.text);
	check_machine(v);
	test_check_fit(&v->test, &v->topology, &d);
	stop_on_complaints(&d);
	diag_done(&d);
}

static void choose_profile(const struct request *req, struct variant *v)
{
	const struct sched *sched = v->has_sched ? &v->sched : NULL;
	struct why why;
	int r;

	if (req->profile)
		r = profile_parse(sched, req->profile, &v->profile, &why);
	else
		r = profile_of_test(sched, &v->test, &v->profile, &why);
	if (r == 0 && sched)
		r = profile_args(sched, &v->test, &v->profile, &v->args);
	if (r == -ENOMEM)
		die(EX_BROKEN, "out of memory");
	if (r < 0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	check_profile(v);
}

void variant_read_sched(const char *path, struct sched *ret)
{
	struct diag d = { 0 };
	auto_free char *text = read_file(path, &d);

	if (sched_parse(path, text, &d, ret) < 0)
		die(EX_BROKEN, "out of memory");
	stop_on_complaints(&d);
	diag_done(&d);
}

static bool has_include(const struct variant *v, const char *guest)
{
	for (size_t i = 0; i < v->include_count; i++) {
		if (strcmp(v->include[i].guest, guest) == 0)
			return true;
	}
	return false;
}

void variant_include(struct variant *v, const char *host, struct str *guest)
{
	struct include *grown;
	char *path = str_take(guest), *copy = strdup(host);

	grown = reallocarray(v->include, v->include_count + 1, sizeof(*grown));
	if (!grown || !path || !copy)
		die(EX_BROKEN, "out of memory");
	v->include = grown;
	grown[v->include_count++] = (struct include){ copy, path };
}

/* What payloads read. */
static void find_files(const struct payload *p, struct variant *v)
{
	for (size_t i = 0; i < p->file_count; i++) {
		struct str guest = { 0 };

		payload_file_guest(p, i, &guest);
		variant_include(v, p->file[i].path, &guest);
	}
}

/* The programs of exec: each once. */
static void find_programs(struct variant *v)
{
	const struct work *w;

	for (size_t i = 0; (w = test_work(&v->test, i)); i++) {
		auto_free char *host = NULL;
		auto_str struct str guest = { 0 };

		if (!w->program)
			continue;
		work_program_guest(w, &guest);
		if (has_include(v, str_text(&guest)))
			continue;
		host = work_program_host(w);
		if (!host)
			die(EX_BROKEN, "out of memory");
		variant_include(v, host, &guest);
	}
}

void variant_read(const struct request *req, struct variant *ret)
{
	struct variant v = { 0 };

	read_files(req, &v);
	check_scheduler(&v);
	check_needs(&v);
	choose_topology(req, &v);
	choose_profile(req, &v);
	find_programs(&v);
	for (size_t i = 0; i < v.test.payload_count; i++)
		find_files(&v.test.payload[i], &v);
	variant_read_guest(&v);
	checks_merge(v.has_sched ? &v.sched.check : NULL, &v.test.check,
		     &v.check);
	*ret = v;
}

void variant_read_test(const struct request *req, struct variant *ret)
{
	struct variant v = { .preset = "host" };
	struct why why;

	read_files(req, &v);
	check_needs(&v);
	if (profile_parse(NULL, "default", &v.profile, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	variant_read_guest(&v);
	checks_merge(NULL, &v.test.check, &v.check);
	*ret = v;
}

void variant_done(struct variant *v)
{
	test_done(&v->test);
	if (v->has_sched)
		sched_done(&v->sched);
	free(v->test_text);
	profile_done(&v->profile);
	words_free(v->args);
	words_free(v->sysctl);
	words_free(v->enable);
	words_free(v->disable);
	free(v->kargs);
	for (size_t i = 0; i < v->include_count; i++) {
		free(v->include[i].host);
		free(v->include[i].guest);
	}
	free(v->include);
	*v = (struct variant){ 0 };
}
