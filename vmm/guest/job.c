/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"
#include "tools/lib/spec/conf.h"
#include "tools/lib/words.h"
#include "vmm/guest/clock.h"

#define JOB_MAX	   (64 * 1024)
#define TEST_MAX   (1024 * 1024)
#define EXEC_MAX   (1024 * 1024)
#define NAME_BYTES 256

static int read_truth(const char *text, const char *yes, const char *no,
		      bool *ret)
{
	if (strcmp(text, yes) != 0 && strcmp(text, no) != 0)
		return -EINVAL;
	*ret = strcmp(text, yes) == 0;
	return 0;
}

static int set_text(char **text, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

/* One word, quoted as for a shell. */
static int add_word(char ***list, const char *value)
{
	auto_words char **words = NULL;
	size_t at;
	int n = words_split(value, &words, &at);

	if (n != 1)
		return n < 0 ? n : -EINVAL;
	return words_append(list, words[0]);
}

/* "run-limit = 90s"; -ENOENT when @key is none of these. */
static int set_limit(struct job *j, const char *key, const char *value)
{
	for (unsigned int i = 0; i < PHASES; i++) {
		const char *name = phase_name((enum phase)i);
		size_t len = strlen(name);
		uint64_t ns;
		int r;

		if (strncmp(key, name, len) != 0 ||
		    strcmp(key + len, "-limit") != 0)
			continue;
		r = num_parse_time(value, &ns);
		if (r == 0 && (ns == 0 || ns > LIMITS_NS_MAX))
			r = -ERANGE;
		if (r == 0)
			j->limit_ns[i] = ns;
		return r;
	}
	return -ENOENT;
}

static int set_scheduler(struct job *j, const char *value)
{
	if (*value != '/')
		return -EINVAL;
	return set_text(&j->scheduler, value);
}

static int set_shell(struct job *j, const char *value)
{
	bool tty;
	int r = read_truth(value, "tty", "pipe", &tty);

	if (r == 0)
		j->shell = tty ? JOB_SHELL_TTY : JOB_SHELL_PIPE;
	return r;
}

static int read_entry(struct job *j, const char *key, const char *value)
{
	int r;

	if (strcmp(key, "seed") == 0)
		return num_parse(value, 0, UINT64_MAX, &j->seed);
	if (strcmp(key, "clock") == 0)
		return read_truth(value, "virtual", "real", &j->virtual_clock);
	if (strcmp(key, "watchdog") == 0)
		return read_truth(value, "yes", "no", &j->watchdog);
	if (strcmp(key, "shared-cores") == 0)
		return read_truth(value, "yes", "no", &j->cores);
	if (strcmp(key, "scheduler") == 0)
		return set_scheduler(j, value);
	if (strcmp(key, "shell") == 0)
		return set_shell(j, value);
	if (strcmp(key, "term") == 0)
		return set_text(&j->term, value);
	if (strcmp(key, "arg") == 0)
		return add_word(&j->args, value);
	if (strcmp(key, "sysctl") == 0)
		return add_word(&j->sysctl, value);
	if (strcmp(key, "enable") == 0)
		return words_append(&j->enable, value);
	if (strcmp(key, "disable") == 0)
		return words_append(&j->disable, value);
	if (strcmp(key, "cgroup-parent") == 0)
		return set_text(&j->cgroup_parent, value);
	if (strcmp(key, "scx-timeout") == 0)
		return num_parse_time(value, &j->watchdog_ns);
	r = set_limit(j, key, value);
	if (r == -ENOENT && strcmp(key, "trace") == 0)
		return num_parse(value, 1, UINT32_MAX, &j->trace_kib);
	return r;
}

static int read_section(struct job *j, const struct conf_section *s,
			struct diag *d)
{
	for (size_t i = 0; i < s->entry_count; i++) {
		const struct conf_entry *e = &s->entry[i];
		int r = read_entry(j, e->key, e->value);

		if (r == -ENOMEM)
			return r;
		if (r == -ENOENT)
			diag_add(d, &e->at_key, "unknown key '%s'", e->key);
		else if (r < 0)
			diag_add(d, &e->at_value, "'%s' cannot be '%s'", e->key,
				 e->value);
	}
	return 0;
}

static int read_job(struct job *j, const char *text, struct diag *d)
{
	struct conf conf;
	int r = conf_parse("job", text, d, &conf);

	for (size_t i = 1; r == 0 && i < conf.section_count; i++) {
		const struct conf_section *s = &conf.section[i];

		if (strcmp(s->kind, "job") == 0 && *s->name == '\0')
			r = read_section(j, s, d);
		else
			diag_add(d, &s->at, "unknown section");
	}
	conf_done(&conf);
	return r;
}

/* Read one file of the job; -ENOENT is left to the caller to judge. */
static int read_file(int dir, const char *name, size_t max, char **ret,
		     struct why *reterr_why)
{
	int len = file_read_at(dir, name, max, ret);

	if (len < 0)
		return why_set(reterr_why, len, "cannot read '%s' of the job",
			       name);
	return 0;
}

/* The command's words, each with a NUL behind it. There may be none. */
static int read_exec(struct job *j, int dir, struct why *reterr_why)
{
	auto_free char *text = NULL;
	int len = file_read_at(dir, "exec", EXEC_MAX, &text);

	if (len == -ENOENT)
		return 0;
	if (len < 0)
		return why_set(reterr_why, len,
			       "cannot read 'exec' of the job");
	if (len == 0 || text[len - 1] != '\0')
		return why_set(reterr_why, -EINVAL,
			       "'exec' of the job is no list of words");
	for (const char *w = text; w < text + len; w += strlen(w) + 1) {
		if (words_append(&j->exec, w) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int read_test(struct job *j, int dir, struct diag *d,
		     struct why *reterr_why)
{
	auto_str struct str path = { 0 };
	auto_free char *text = NULL;
	int r = read_file(dir, "test", TEST_MAX, &text, reterr_why);

	if (r < 0)
		return r;
	r = read_file(dir, "name", NAME_BYTES, &j->name, reterr_why);
	if (r < 0)
		return r;
	j->name[strcspn(j->name, "\n")] = '\0';
	str_addf(&path, "%s.test", j->name);
	j->test_path = str_take(&path);
	if (!j->test_path)
		return -ENOMEM;
	r = test_parse(j->test_path, text, d, &j->test);
	j->test.check.value[CHECK_MAX_CORE_SHARING] =
		(struct check_value){ .set = j->cores };
	return r;
}

/* There may be none. */
static int read_if_there(const char *name, int dir, char **ret,
			 struct why *reterr_why)
{
	int r = read_file(dir, name, JOB_MAX, ret, reterr_why);

	return r == -ENOENT ? 0 : r;
}

static int read_all(struct job *j, int dir, struct diag *d,
		    struct why *reterr_why)
{
	auto_free char *text = NULL;
	int r = read_file(dir, "job", JOB_MAX, &text, reterr_why);

	if (r == 0)
		r = read_job(j, text, d);
	if (r == 0)
		r = read_exec(j, dir, reterr_why);
	if (r == 0 && !j->exec)
		r = read_test(j, dir, d, reterr_why);
	if (r == 0 && !j->exec)
		r = read_if_there("monitor", dir, &j->layout, reterr_why);
	if (r == 0 && !j->exec)
		r = read_if_there("repro", dir, &j->repro, reterr_why);
	if (r == 0 && j->args && !j->scheduler)
		return why_set(reterr_why, -EINVAL,
			       "the job has arguments but no scheduler");
	return r;
}

int job_read(const char *folder, struct job *ret, struct why *reterr_why)
{
	struct diag d = { 0 };
	auto_fd int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	*ret = (struct job){ .seed = 1,
			     .virtual_clock = true,
			     .limit_ns = { [PHASE_ATTACH] = 3 * NS_PER_SEC } };
	if (dir < 0)
		return why_set(reterr_why, -errno, "cannot open '%s'", folder);
	why_set(reterr_why, 0, "out of memory");
	r = read_all(ret, dir, &d, reterr_why);
	if (r == 0 && d.count > 0)
		r = why_set(reterr_why, -EINVAL, "%s", str_text(&d.out));
	diag_done(&d);
	return r;
}

void job_done(struct job *j)
{
	if (!j->exec)
		test_done(&j->test);
	free(j->scheduler);
	free(j->term);
	free(j->layout);
	free(j->repro);
	free(j->cgroup_parent);
	words_free(j->sysctl);
	words_free(j->enable);
	words_free(j->disable);
	free(j->name);
	free(j->test_path);
	words_free(j->args);
	words_free(j->exec);
	*j = (struct job){ 0 };
}
