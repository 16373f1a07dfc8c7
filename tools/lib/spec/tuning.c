/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/tuning.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/spec/read.h"
#include "tools/lib/words.h"

/* What must stay as it is, and why. */
struct ours {
	const char *name, *why;
};

static const char panics[] = "a panic ends the machine at once";
static const char messages[] = "the kernel's messages are part of the result";
static const char shape[] = "'topology' and 'memory' say what the machine is";
static const char time_of[] = "what time is belongs to the machine's clock";
static const char starts[] = "ktstr's init is what the kernel starts";
static const char groups[] = "scenarios need the controllers";

static const struct ours our_sysctls[] = {
	{ "kernel.sched_schedstats", "run delays are read from there" },
	{ "kernel.sched_rt_runtime_us", "ktstr's init must always get a CPU" },
	{ "kernel.panic", panics },
	{ "kernel.panic_on_oops", panics },
	{ "kernel.unknown_nmi_panic", panics },
	{ "kernel.printk", messages },
	{ "kernel.printk_ratelimit", messages },
	{ "kernel.core_pattern", "no program of the host is there to take it" },
	{ NULL, NULL },
};

/* "*" at the end: all names that begin so. */
static const struct ours our_kargs[] = {
	{ "sysctl.*", "write it as 'sysctl = NAME=VALUE'" },
	{ "ktstr_*", "ktstr tells its init so" },
	{ "console", messages },
	{ "earlycon", messages },
	{ "earlyprintk", messages },
	{ "loglevel", messages },
	{ "quiet", messages },
	{ "debug", messages },
	{ "ignore_loglevel", messages },
	{ "panic", panics },
	{ "oops", panics },
	{ "reboot", panics },
	{ "crashkernel", panics },
	{ "unknown_nmi_panic", panics },
	{ "init", starts },
	{ "rdinit", starts },
	{ "root", starts },
	{ "initrd", starts },
	{ "noinitrd", starts },
	{ "--", starts },
	{ "iomem", "ktstr's init finds its job in the machine's memory" },
	{ "lockdown", "ktstr's init finds its job in the machine's memory" },
	{ "lpj", time_of },
	{ "tsc", time_of },
	{ "tsc_early_khz", time_of },
	{ "notsc", time_of },
	{ "clocksource", time_of },
	{ "hpet", time_of },
	{ "highres", time_of },
	{ "no_timer_check", time_of },
	{ "nokaslr", time_of },
	{ "maxcpus", shape },
	{ "nr_cpus", shape },
	{ "possible_cpus", shape },
	{ "nosmp", shape },
	{ "nosmt", shape },
	{ "mem", shape },
	{ "memmap", shape },
	{ "numa", shape },
	{ "acpi", shape },
	{ "noapic", shape },
	{ "nolapic", shape },
	{ "swiotlb", shape },
	{ "cgroup_disable", groups },
	{ "cgroup_no_v1", groups },
	{ NULL, NULL },
};

/* The kernel takes '-' and '_' in its words for the same, and a sysctl may be
 * written with slashes. */
static bool is_same_letter(char a, char b)
{
	return a == b || (a == '-' && b == '_') || (a == '_' && b == '-') ||
	       (a == '.' && b == '/');
}

/* Why @name, which has @len bytes, is not to be set; NULL: it may. */
static const char *why_ours(const struct ours *table, const char *name,
			    size_t len)
{
	for (; table->name; table++) {
		const char *p = table->name;
		size_t i = 0;

		while (i < len && p[i] && p[i] != '*' &&
		       is_same_letter(p[i], name[i]))
			i++;
		if (p[i] == '*' || (i == len && !p[i]))
			return table->why;
	}
	return NULL;
}

/* "kernel.sched_x", also with slashes; no way out of /proc/sys. */
static bool is_sysctl(const char *name)
{
	bool ends = true; /* a part of the name has no letter yet */

	for (const char *p = name; *p; p++) {
		if (*p == '.' || *p == '/') {
			if (ends)
				return false;
			ends = true;
		} else if (strchr("-_:", *p) || (*p >= '0' && *p <= '9') ||
			   ((*p | 32) >= 'a' && (*p | 32) <= 'z')) {
			ends = false;
		} else {
			return false;
		}
	}
	return !ends;
}

/* Words with one blank between them, as they are compared later. */
static char *tidy(const char *text)
{
	struct str out = { 0 };

	for (const char *p = text + strspn(text, " \t"); *p;) {
		size_t len = strcspn(p, " \t");

		str_addf(&out, "%s%.*s", out.len ? " " : "", (int)len, p);
		p += len;
		p += strspn(p, " \t");
	}
	return out.failed || out.len ? str_take(&out) : strdup("");
}

int tuning_read_sysctl(const struct conf_entry *e, struct diag *d,
		       struct tuning *t)
{
	const char *equals = strchr(e->value, '=');
	size_t len = equals ? (size_t)(equals - e->value) : 0;
	struct sysctl one = { .at = e->at_value }, *grown;
	const char *why;

	while (len > 0 && strchr(" \t", e->value[len - 1]))
		len--;
	one.name = strndup(e->value, len);
	one.value = equals ? tidy(equals + 1) : strdup("");
	grown = reallocarray(t->sysctl, t->sysctl_count + 1, sizeof(*grown));
	if (grown)
		t->sysctl = grown;
	if (!one.name || !one.value || !grown) {
		free(one.name);
		free(one.value);
		return -ENOMEM;
	}
	why = why_ours(our_sysctls, one.name, len);
	if (!is_sysctl(one.name) || !*one.value)
		diag_add(d, &e->at_value,
			 "'sysctl' is NAME=VALUE, such as "
			 "kernel.sched_cfs_bandwidth_slice_us=3000, not '%s'",
			 e->value);
	else if (why)
		diag_add(d, &e->at_value,
			 "sysctl '%s' is not to be changed: "
			 "%s",
			 one.name, why);
	for (size_t i = 0; i < t->sysctl_count; i++) {
		if (strcmp(t->sysctl[i].name, one.name) == 0)
			diag_add(d, &e->at_value,
				 "sysctl '%s' is set twice, first in line %u",
				 one.name, t->sysctl[i].at.line);
	}
	grown[t->sysctl_count++] = one;
	return 0;
}

static void check_karg(const char *word, const struct conf_entry *e,
		       struct diag *d)
{
	size_t len = strcspn(word, "=");
	const char *why = why_ours(our_kargs, word, len);

	if (!*word || word[strcspn(word, " \t\"'\\")])
		diag_add(d, &e->at_value,
			 "the kernel's word '%s' has a blank or a quote, which "
			 "cannot be passed on",
			 word);
	else if (why)
		diag_add(d, &e->at_value,
			 "the kernel's word '%.*s' is not to be set: %s",
			 (int)len, word, why);
}

int tuning_read_kargs(const struct conf_entry *e, struct diag *d,
		      struct tuning *t)
{
	size_t before = words_count(t->kargs), bytes = 0;
	int r = read_args(e, d, &t->kargs);

	for (size_t i = 0; t->kargs && t->kargs[i]; i++) {
		bytes += strlen(t->kargs[i]) + 1;
		if (i >= before)
			check_karg(t->kargs[i], e, d);
	}
	if (bytes > KARGS_BYTES_MAX)
		diag_add(d, &e->at_value,
			 "'kargs' has %zu bytes in all; there is room for %d",
			 bytes, KARGS_BYTES_MAX);
	return r;
}

void tuning_add_kargs(const struct tuning *t, struct str *out)
{
	for (char **word = t->kargs; word && *word; word++)
		str_addf(out, "%s%s", out->len ? " " : "", *word);
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int add_file(struct tuning *t, const char *path,
		    const struct conf_entry *e, struct diag *d)
{
	struct tuning_file *grown =
		reallocarray(t->file, t->file_count + 1, sizeof(*grown));
	const char *name = name_of(path);

	if (!grown)
		return -ENOMEM;
	t->file = grown;
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		diag_add(d, &e->at_value, "'%s' names no file", path);
	for (size_t i = 0; i < t->file_count; i++) {
		if (strcmp(name_of(t->file[i].path), name) == 0)
			diag_add(d, &e->at_value,
				 "two files would be '/include-files/%s' in "
				 "the guest",
				 name);
	}
	grown[t->file_count] =
		(struct tuning_file){ .path = strdup(path), .at = e->at_value };
	return grown[t->file_count++].path ? 0 : -ENOMEM;
}

int tuning_read_files(const struct conf_entry *e, struct diag *d,
		      struct tuning *t)
{
	auto_words char **words = NULL;
	int r = read_args(e, d, &words);

	for (char **w = words; r == 0 && w && *w; w++)
		r = add_file(t, *w, e, d);
	return r;
}

void tuning_done(struct tuning *t)
{
	for (size_t i = 0; i < t->sysctl_count; i++) {
		free(t->sysctl[i].name);
		free(t->sysctl[i].value);
	}
	for (size_t i = 0; i < t->file_count; i++)
		free(t->file[i].path);
	free(t->sysctl);
	free(t->file);
	words_free(t->kargs);
	*t = (struct tuning){ 0 };
}

void sysctl_path(const char *name, struct str *ret)
{
	/* As sysctl(8) has it: what comes first separates. */
	bool dots = name[strcspn(name, "./")] == '.';

	str_add(ret, "/proc/sys/");
	for (const char *p = name; *p; p++) {
		if (dots && (*p == '.' || *p == '/'))
			str_add(ret, *p == '.' ? "/" : ".");
		else
			str_add_bytes(ret, p, 1);
	}
}

void tuning_file_guest(const char *path, struct str *ret)
{
	str_addf(ret, "/include-files/%s", name_of(path));
}

void tuning_check_file(const char *path, const struct place *at, struct diag *d)
{
	struct stat st;

	if (stat(path, &st) < 0 || access(path, R_OK) < 0)
		diag_add(d, at, "cannot read '%s': %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		diag_add(d, at, "'%s' is no file", path);
}

void tuning_check_files(const struct tuning *t, struct diag *d)
{
	for (size_t i = 0; i < t->file_count; i++)
		tuning_check_file(t->file[i].path, &t->file[i].at, d);
}
