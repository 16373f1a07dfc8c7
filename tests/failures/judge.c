/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/failures/judge.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_MAX (1 << 20)

static char *text_of(int fd)
{
	char *text = malloc(TEXT_MAX + 1);
	ssize_t n = text ? pread(fd, text, TEXT_MAX, 0) : -1;

	if (n < 0)
		err(125, "fail-each");
	text[n] = '\0';
	return text;
}

static void look(struct judge *j)
{
	tree_done(&j->now);
	tree_read(j->folder, &j->before, &j->now);
}

void judge_prepare(struct judge *j, const char *from)
{
	struct tree was = { 0 };

	(void)mkdir(j->folder, 0777);
	if (!j->before.count)
		tree_read(from, NULL, &j->before);
	if (tree_is_untouched(&j->now, &j->before))
		return;
	tree_restore(from, j->folder, &j->before, &j->now);
	was = j->before;
	tree_read(j->folder, &was, &j->before);
	tree_done(&was);
	look(j);
}

static void tell(struct judge *j, const char *what, const char *wrong,
		 const char *path, const struct target *t, const char *said)
{
	int status = t->shared->status;

	printf("%s: %s: %s%s%s; %s %d; it said '%.*s'\n", j->name, what, wrong,
	       path ? ": " : "", path ? path : "",
	       WIFEXITED(status) ? "exit" : "signal",
	       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
	       (int)strcspn(said, "\n"), said);
	fflush(stdout);
}

/* One that is refused before it begins has few calls that can fail, and none of
 * those that are meant. */
static void judge_end(struct judge *j, const struct target *t)
{
	int status = t->shared->status;
	char *said = text_of(t->err);

	if (t->shared->left || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != j->ends) {
		tell(j, "undisturbed",
		     t->shared->left ? "processes are left"
				     : "another exit status than --ends",
		     NULL, t, said);
		j->violations++;
	}
	free(said);
}

void judge_undisturbed(struct judge *j, const struct target *t, bool first)
{
	char *out = text_of(t->out);
	const char *path;

	look(j);
	if (first) {
		j->out = out;
		j->status = t->shared->status;
		tree_read(j->folder, NULL, &j->after);
		judge_end(j, t);
		return;
	}
	path = tree_difference(&j->now, &j->after, NULL, j->skip, NULL);
	if (path || strcmp(out, j->out) != 0 ||
	    j->status != t->shared->status) {
		printf("%s: two runs are not the same: %s\n", j->name,
		       path ? path : out);
		j->violations++;
	}
	free(out);
}

static bool is_prefix(const char *text, const char *of)
{
	return strncmp(text, of, strlen(text)) == 0;
}

static bool may_be(const struct judge *j, int code, bool strict)
{
	for (int i = 0; i < j->may_count && !strict; i++)
		if (j->may[i] == code)
			return true;
	return code == 125;
}

/* What a sentence never has: a number where errno was 0, a missing word. */
static bool is_odd(const char *said)
{
	return strstr(said, ": Success") || strstr(said, "(null)");
}

/* Return: what is wrong, or NULL. It ended as the undisturbed one does. */
static const char *judge_success(const struct judge *j, const char *out,
				 const char **ret_path)
{
	if (strcmp(out, j->out) != 0)
		return "the same status with another output";
	*ret_path =
		tree_difference(&j->now, &j->after,
				j->mixed ? &j->before : NULL, j->skip, NULL);
	return *ret_path ? "the same status with other files" : NULL;
}

static const char *judge_failure(const struct judge *j, int status,
				 const char *out, const char *said,
				 const struct fail_call_info *call,
				 const char **ret_path)
{
	bool extra = false;

	if (!WIFEXITED(status))
		return "ended by a signal";
	if (!may_be(j, WEXITSTATUS(status), j->is_strict))
		return "an exit status that says something else";
	if (!*said)
		return "no word of it";
	if (!is_prefix(out, j->out))
		return "another output";
	/* Folders without files are nothing half, where they belong. */
	*ret_path = tree_difference(&j->now, &j->before, &j->after, j->skip,
				    &extra);
	if (*ret_path && call->leaves && extra)
		*ret_path = NULL;
	else if (!*ret_path && !j->mixed &&
		 tree_has_other_files(&j->now, &j->after, j->skip))
		*ret_path = tree_has_other_files(&j->now, &j->before, j->skip);
	return *ret_path ? "a file that is neither old nor new" : NULL;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

static bool line_has(const char *line, const char *word)
{
	return memmem(line, strcspn(line, "\n"), word, strlen(word)) != NULL;
}

/*
 * It was library @lib that ended the program: by its words, or in its code.
 * First comes the signal's own frame, of libc, and then may come memcpy() or
 * free(); libc itself is meant where it had asked for memory itself.
 */
static bool is_of(const char *lib, const struct target *t, const char *said)
{
	const char *at = t->shared->crash;

	if (strncmp(said, "Fatal Internal Error", 20) == 0)
		return strstr(said, lib) != NULL;
	if (!*at)
		return false;
	at = next_line(at);
	if (strcmp(lib, "libc.so") == 0)
		return line_has(at, "/libc.so") &&
		       line_has(t->shared->where, "/libc.so");
	while (line_has(at, "/libc.so"))
		at = next_line(at);
	return line_has(at, lib);
}

/* Or it went on with what it had not got, and described that. */
static bool is_its_sentence(const char *lib, const struct target *t,
			    const char *said)
{
	const char *at = t->shared->where;

	while (line_has(at, "/libc.so"))
		at = next_line(at);
	return line_has(at, lib) && strstr(said, "(null)");
}

static bool is_excused(const struct judge *j, const struct target *t,
		       const char *said)
{
	for (int i = 0; i < j->excuse_count; i++)
		if (is_its_sentence(j->excuse[i], t, said) ||
		    is_of(j->excuse[i], t, said))
			return true;
	return false;
}

static bool is_told(const struct judge *j, const char *out, const char *said)
{
	for (int i = 0; i < j->told_count; i++)
		if (strstr(out, j->told[i]) || strstr(said, j->told[i]))
			return true;
	return false;
}

void judge_run(struct judge *j, const struct target *t, bool in_time,
	       const char *what, enum fail_kind kind,
	       const struct fail_call_info *call, bool loud)
{
	char *out = text_of(t->out), *said = text_of(t->err);
	const char *wrong, *path = NULL;

	look(j);
	j->failures++;
	if (!in_time)
		wrong = "does not end";
	else if (t->shared->left)
		wrong = "processes are left";
	else if (!t->shared->hit && !j->unsteady)
		wrong = "the call never came";
	else if (is_odd(said))
		wrong = "an odd sentence";
	else if (WIFEXITED(t->shared->status) && is_told(j, out, said))
		wrong = NULL;
	else if (t->shared->status == j->status)
		wrong = judge_success(j, out, &path);
	else if (kind == FAIL_SHORT)
		wrong = "bytes that come one by one are an error";
	else
		wrong = judge_failure(j, t->shared->status, out, said, call,
				      &path);
	if (wrong && is_excused(j, t, said)) {
		j->excused++;
		wrong = NULL;
	} else if (wrong) {
		j->violations++;
		tell(j, what, wrong, path, t, said);
	}
	if (wrong || loud)
		printf("%s%s%s", t->shared->where,
		       *t->shared->crash ? "crashed in\n" : "",
		       t->shared->crash);
	if (loud)
		printf("--- status 0x%x, output:\n%s--- it said:\n%s",
		       t->shared->status, out, said);
	free(out);
	free(said);
}
