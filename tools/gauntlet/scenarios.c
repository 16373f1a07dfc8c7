/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/scenarios.h"

#include <errno.h>
#include <glob.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/gauntlet/project.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "tools/lib/words.h"

/* From the folder of this program, see mk/install.mk. */
#define INSTALLED "../share/ktstr/scenarios"

/* One line of the table, as long as the project is there. */
struct row {
	const struct test *test;
	char *category;
	struct str needs;
};

static bool is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

/* All installed scenarios, sorted by their paths. */
static char **find_installed(void)
{
	auto_str struct str pattern = { 0 };
	char self[PATH_MAX], **ret = NULL;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	glob_t found;

	if (n < 0)
		die(EX_BROKEN, "cannot find this program: %m");
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	str_addf(&pattern, "%s/" INSTALLED "/*/*.test", self);
	if (pattern.failed)
		die(EX_BROKEN, "out of memory");
	int r = glob(pattern.text, 0, NULL, &found);
	if (r == GLOB_NOSPACE)
		die(EX_BROKEN, "out of memory");
	if (r != 0)
		die(EX_USAGE,
		    "no scenarios are installed in '%s/" INSTALLED
		    "'; name their files",
		    self);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		if (!is_link(found.gl_pathv[i]) &&
		    words_append(&ret, found.gl_pathv[i]) < 0)
			die(EX_BROKEN, "out of memory");
	}
	globfree(&found);
	return ret;
}

/* The last folder of a path; "" where it has none. */
static char *category_of(const char *path)
{
	const char *end = strrchr(path, '/'), *begin = end;

	if (!end)
		return must(strdup(""));
	while (begin > path && begin[-1] != '/')
		begin--;
	return must(strndup(begin, (size_t)(end - begin)));
}

static void need(struct str *out, const char *what, unsigned int least)
{
	if (least > 1)
		str_addf(out, "%s%s>=%u", out->len ? " " : "", what, least);
}

static void add_needs(const struct test *t, struct str *out)
{
	need(out, "nodes", t->min_nodes);
	need(out, "llcs", t->min_llcs);
	need(out, "cpus", t->min_cpus);
	if (t->requires_smt)
		str_addf(out, "%ssmt", out->len ? " " : "");
}

static void print_table(const struct row *row, size_t count)
{
	int name = 0, category = 0, needs = 0;

	for (size_t i = 0; i < count; i++) {
		int n = (int)strlen(row[i].test->name);
		int c = (int)strlen(row[i].category);
		int k = (int)row[i].needs.len;

		name = n > name ? n : name;
		category = c > category ? c : category;
		needs = k > needs ? k : needs;
	}
	for (size_t i = 0; i < count; i++)
		printf("%-*s  %-*s  %-*s  %s\n", name, row[i].test->name,
		       category, row[i].category, needs,
		       str_text(&row[i].needs),
		       row[i].test->description ? row[i].test->description
						: "");
}

static void print_json(const struct row *row)
{
	const struct test *t = row->test;
	json_t *tags = must(json_array());
	json_t *o;
	char *text;

	for (char **tag = t->tags; tag && *tag; tag++)
		json_array_append_new(tags, json_string(*tag));
	o = must(json_pack("{ss ss ss* si si si sb so}", "name", t->name,
			   "category", row->category, "description",
			   t->description, "min_nodes", (int)t->min_nodes,
			   "min_llcs", (int)t->min_llcs, "min_cpus",
			   (int)t->min_cpus, "requires_smt", t->requires_smt,
			   "tags", tags));
	text = must(json_dumps(o, JSON_COMPACT));
	puts(text);
	free(text);
	json_decref(o);
}

int scenarios_list(const struct request *req)
{
	char **installed = req->operand_count ? NULL : find_installed();
	struct project p;
	struct row *row;

	project_read(NULL, installed ? installed : req->operand, true, &p);
	project_stop_on_complaints(&p);
	row = must(calloc(p.test_count + 1, sizeof(*row)));
	for (size_t i = 0; i < p.test_count; i++) {
		row[i].test = &p.test[i].test;
		row[i].category = category_of(p.test[i].path);
		add_needs(row[i].test, &row[i].needs);
	}
	if (!req->json)
		print_table(row, p.test_count);
	for (size_t i = 0; i < p.test_count; i++) {
		if (req->json)
			print_json(&row[i]);
		free(row[i].category);
		str_done(&row[i].needs);
	}
	free(row);
	project_done(&p);
	words_free(installed);
	return EX_PASS;
}
