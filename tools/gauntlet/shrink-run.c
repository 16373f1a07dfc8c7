/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shrink-run.c - one machine of a shrink: its command, and what became of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tools/gauntlet/child.h"
#include "tools/gauntlet/result.h"
#include "tools/gauntlet/shrink.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/spec/conf.h"
#include "tools/lib/utf8.h"
#include "tools/lib/words.h"

static char *read_file(const char *path, struct diag *d)
{
	struct why why;
	char *text;

	if (conf_load(path, d, &text, &why) < 0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	return text;
}

static char *clean(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));
	struct str out = { 0 };

	if (text)
		utf8_add_line(&out, text, strlen(text), 0);
	return must(str_take(&out));
}

static void failure_read(const json_t *o, struct failure *ret)
{
	const json_t *list = json_object_get(o, "checks");

	*ret = (struct failure){ .verdict = clean(o, "verdict"),
				 .class = clean(o, "class") };
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *check = json_array_get(list, i);
		const json_t *name = json_object_get(check, "name");

		if (json_is_false(json_object_get(check, "ok")) &&
		    json_is_string(name) &&
		    words_append(&ret->checks, json_string_value(name)) < 0)
			die(EX_BROKEN, "out of memory");
	}
}

static void failure_done(struct failure *f)
{
	free(f->verdict);
	free(f->class);
	words_free(f->checks);
}

/* One of the checks that failed then fails now. */
static bool is_same(const struct failure *then, const struct failure *now)
{
	if (strcmp(then->verdict, now->verdict) != 0 ||
	    strcmp(then->class, now->class) != 0)
		return false;
	for (char **c = now->checks; then->checks && c && *c; c++) {
		if (words_have(then->checks, *c))
			return true;
	}
	return !then->checks;
}

/* The value behind @option of "ktstr-vm run" (NULL: no words), or NULL. */
static char **find_option(char **words, const char *option)
{
	for (; words && *words; words++) {
		if (strcmp(*words, option) == 0)
			return words[1] ? words + 1 : NULL;
	}
	return NULL;
}

static void set_option(char ***words, const char *option, const char *value)
{
	char **at = find_option(*words, option);

	if (at) {
		free(*at);
		*at = must(strdup(value));
		return;
	}
	if (words_append(words, option) < 0 || words_append(words, value) < 0)
		die(EX_BROKEN, "out of memory");
}

/* Cut "ktstr-lock ... -- ktstr-vm run OPTION...": what stands before "run". */
static void read_command(struct shrink *s, const char *rerun)
{
	auto_words char **words = NULL;
	size_t at, i = 0;

	if (words_split(rerun, &words, &at) < 1)
		die(EX_USAGE,
		    "the result of '%s' has no command that runs it "
		    "again",
		    s->name);
	while (words[i] && strcmp(words[i], "--") != 0)
		i++;
	if (!words[i])
		i = 0; /* there is no lock in front */
	for (size_t k = 0; k < i; k++) {
		if (words_append(&s->lock, words[k]) < 0)
			die(EX_BROKEN, "out of memory");
	}
	i += i > 0;
	if (!words[i] || !words[i + 1] || strcmp(words[i + 1], "run") != 0)
		die(EX_USAGE,
		    "'%s' did not come as far as a machine of its "
		    "own, so there is nothing to make smaller",
		    s->name);
	for (i += 2; words[i]; i++) {
		if (words_append(&s->base, words[i]) < 0)
			die(EX_BROKEN, "out of memory");
	}
}

static const char *option_of(const struct shrink *s, const char *option)
{
	char **at = find_option(s->base, option);

	if (!at)
		die(EX_USAGE, "the command of '%s' has no %s", s->name, option);
	return *at;
}

static void read_files(struct shrink *s)
{
	const char *sched = option_of(s, "--sched");
	auto_free char *text = NULL;
	struct diag d = { 0 };

	s->test_path = must(strdup(option_of(s, "--test")));
	s->text = read_file(s->test_path, &d);
	s->has_sched = strcmp(sched, "none") != 0;
	if (test_parse(s->test_path, s->text, &d, &s->test) < 0)
		die(EX_BROKEN, "out of memory");
	if (s->has_sched) {
		text = read_file(sched, &d);
		if (sched_parse(sched, text, &d, &s->sched) < 0)
			die(EX_BROKEN, "out of memory");
	}
	if (d.count) {
		fputs(str_text(&d.out), stderr);
		exit(EX_USAGE);
	}
	diag_done(&d);
}

static void read_size(struct shrink *s)
{
	const char *shape = option_of(s, "--topology");
	struct profile profile;
	struct why why;

	s->first = (struct shrunk){ .duration_ns = s->test.duration_ns };
	if (topology_parse(shape, &s->first.topology, &why) < 0 ||
	    profile_parse(s->has_sched ? &s->sched : NULL,
			  option_of(s, "--profile"), &profile, &why) < 0)
		die(why_code(why.error, EX_USAGE),
		    "'%s' is not what the files say now: %s", s->name,
		    why.text);
	s->first.on = take_ptr(profile.on);
	profile_done(&profile);
	s->best = shrunk_copy(s, &s->first);
}

void shrink_read(struct shrink *s, const char *folder)
{
	auto_free char *path = NULL, *rerun = NULL;
	json_t *o;

	if (asprintf(&path, "%s/result.json", folder) < 0)
		die(EX_BROKEN, "out of memory");
	o = result_load_file(path);
	s->name = clean(o, "name");
	failure_read(o, &s->failure);
	if (strcmp(s->failure.verdict, "fail") != 0 &&
	    strcmp(s->failure.verdict, "error") != 0)
		die(EX_USAGE,
		    "'%s' did not fail (%s), so there is nothing to make "
		    "smaller",
		    s->name, s->failure.verdict);
	rerun = clean(o, "rerun");
	json_decref(o);
	read_command(s, rerun);
	s->preset = must(strdup(option_of(s, "--preset")));
	s->is_virtual = strcmp(option_of(s, "--clock"), "virtual") == 0;
	read_files(s);
	read_size(s);
}

char *shrink_profile(const struct shrink *s, const bool *on)
{
	struct str name = { 0 };

	profile_add_name(s->has_sched ? &s->sched : NULL, on, &name);
	return must(str_take(&name));
}

static bool is_same_machine(const struct topology *a, const struct topology *b)
{
	return a->nodes == b->nodes && a->llcs == b->llcs &&
	       a->cores == b->cores && a->threads == b->threads &&
	       a->detail == b->detail;
}

/* The words behind "run" for that size; the test is in @folder, if it is
 * another than the first. */
static char **options_of(const struct shrink *s, const struct shrunk *now,
			 const char *folder)
{
	auto_free char *profile = shrink_profile(s, now->on), *text,
		       *path = NULL;
	char **words = NULL, shape[TOPOLOGY_TEXT_SIZE];
	struct why why;

	for (char **w = s->base; *w; w++) {
		if (words_append(&words, *w) < 0)
			die(EX_BROKEN, "out of memory");
	}
	topology_format(&now->topology, shape);
	if (!is_same_machine(&now->topology, &s->first.topology))
		set_option(&words, "--preset", "own");
	set_option(&words, "--topology", shape);
	set_option(&words, "--profile", profile);
	text = must(shrink_text(s, now));
	if (strcmp(text, s->text) == 0)
		return words;
	if (asprintf(&path, "%s/%s.test", folder, s->test.name) < 0)
		die(EX_BROKEN, "out of memory");
	if (file_make_folders(folder, &why) < 0 ||
	    file_publish(path, text, strlen(text), 0666, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	set_option(&words, "--test", path);
	return words;
}

static void append(char ***list, char *const *words)
{
	for (; words && *words; words++) {
		if (words_append(list, *words) < 0)
			die(EX_BROKEN, "out of memory");
	}
}

/* As "make ktstr-test" runs it: under the virtual clock on one CPU of the
 * host. */
static char **command_of(const struct shrink *s, char *const *options,
			 const char *folder)
{
	const char *bypass = getenv("KTSTR_BYPASS_LLC_LOCKS");
	char *const one[] = { (char *)"--cap", (char *)"1", NULL };
	char *const end[] = { (char *)"--", NULL };
	/* Nobody reads what would be watched. */
	char *const run[] = { (char *)"run", (char *)"-q", (char *)"--no-repro",
			      NULL };
	char *const out[] = { (char *)"--out", (char *)folder, NULL };
	char **words = NULL;
	bool locks = s->lock && *s->lock;

	append(&words, s->lock);
	if (locks && s->is_virtual && !(bypass && *bypass))
		append(&words, one);
	if (locks)
		append(&words, end);
	append(&words, s->program);
	append(&words, run);
	append(&words, options);
	append(&words, out);
	return words;
}

bool shrink_run(struct shrink *s, const struct shrunk *now, const char *what)
{
	auto_words char **options = NULL, **command = NULL;
	auto_free char *folder = NULL, *path = NULL;
	auto_str struct str last = { 0 };
	struct failure f = { 0 };
	bool same = false;
	json_t *o;
	int status;

	s->runs++;
	if (asprintf(&folder, "%s/runs/%u", s->req->out, s->runs) < 0 ||
	    asprintf(&path, "%s/result.json", folder) < 0)
		die(EX_BROKEN, "out of memory");
	if (file_remove_tree(folder) < 0)
		die(EX_BROKEN, "cannot remove '%s': %m", folder);
	options = options_of(s, now, folder);
	command = command_of(s, options, folder);
	status = child_run(command, &last, NULL);
	if (WIFSIGNALED(status) ||
	    (WIFEXITED(status) && WEXITSTATUS(status) > EX_SIGNAL))
		die(EX_BROKEN, "a machine was stopped, so this is, too");
	o = json_load_file(path, 0, NULL);
	if (o) {
		failure_read(o, &f);
		same = is_same(&s->failure, &f);
	}
	note("run %u, %s: %s%s%s%s", s->runs, what,
	     same ? "fails the same way"
	     : o  ? f.verdict
		  : "no result",
	     same || !o ? "" : " (", same || !o ? "" : f.class,
	     same || !o ? "" : ")");
	json_decref(o);
	failure_done(&f);
	return same;
}

char *shrink_command(const struct shrink *s)
{
	auto_words char **options = options_of(s, &s->best, s->req->out);
	struct str line = { 0 };

	result_add_path(&line);
	str_add(&line, "ktstr-vm run");
	for (char **w = options; *w; w++) {
		str_add(&line, " ");
		words_quote(&line, *w);
	}
	return must(str_take(&line));
}
