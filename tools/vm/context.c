/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/context.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/str.h"
#include "tools/lib/utf8.h"

/* What one file of a host may have, and one word of it in a result. */
#define TEXT_MAX 65536
#define WORD_MAX 200
#define MIB	 1048576
/* Different governors on one host. */
#define KINDS_MAX 8

/* A file below @root without what follows its first line, or NULL; free() it.
 */
static char *read_text(const char *root, const char *path)
{
	auto_str struct str at = { 0 };
	char *text = NULL;

	str_addf(&at, "%s%s", root, path);
	if (at.failed ||
	    file_read_at(AT_FDCWD, str_text(&at), TEXT_MAX, &text) < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* The begin of a file that has the same for each CPU. */
static void read_begin(const char *root, const char *path, char *ret,
		       size_t size)
{
	auto_str struct str at = { 0 };
	ssize_t n = -1;

	str_addf(&at, "%s%s", root, path);
	auto_fd int fd =
		at.failed ? -1 : open(str_text(&at), O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		n = read(fd, ret, size - 1);
	ret[n > 0 ? n : 0] = '\0';
}

/* Names of CPUs and the like are whatever their maker wrote. */
static json_t *clean(const char *text, size_t len)
{
	auto_str struct str line = { 0 };

	utf8_add_line(&line, text, len, WORD_MAX);
	return line.failed || line.len == 0 ? json_null()
					    : json_string(str_text(&line));
}

static void set_file(json_t *o, const char *key, const char *root,
		     const char *path)
{
	auto_free char *text = read_text(root, path);

	json_object_set_new(o, key,
			    text ? clean(text, strlen(text)) : json_null());
}

static void set_number(json_t *o, const char *key, const char *root,
		       const char *path)
{
	auto_free char *text = read_text(root, path);
	uint64_t n;
	int end = 0;

	if (text && sscanf(text, "%" SCNu64 "%n", &n, &end) == 1 && end &&
	    !text[end])
		json_object_set_new(o, key, json_integer((json_int_t)n));
	else
		json_object_set_new(o, key, json_null());
}

/* The word in brackets: "always [madvise] never". */
static void set_chosen(json_t *o, const char *key, const char *root,
		       const char *path)
{
	auto_free char *text = read_text(root, path);
	const char *from = text ? strchr(text, '[') : NULL;

	json_object_set_new(o, key,
			    from ? clean(from + 1, strcspn(from + 1, "]"))
				 : json_null());
}

/* What stands behind "model name	:" in the first line of that name; or
 * NULL.
 */
static const char *find_line(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = text; line && *line;) {
		if (strncmp(line, name, len) == 0) {
			const char *colon = line + len;

			colon += strspn(colon, " \t");
			if (*colon == ':')
				return colon + 1 + strspn(colon + 1, " \t");
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return NULL;
}

static void set_line(json_t *o, const char *key, const char *text,
		     const char *name)
{
	const char *value = find_line(text, name);

	json_object_set_new(o, key,
			    value ? clean(value, strcspn(value, "\n"))
				  : json_null());
}

static void set_cpu(json_t *o, const char *root)
{
	char text[16384];
	const char *flags, *is;

	read_begin(root, "/proc/cpuinfo", text, sizeof(text));
	set_line(o, "cpu_model", text, "model name");
	set_line(o, "cpu_vendor", text, "vendor_id");
	flags = find_line(text, "flags");
	is = flags ? strstr(flags, " hypervisor") : NULL;
	json_object_set_new(
		o, "virtualised",
		flags ? json_boolean(is && is < flags + strcspn(flags, "\n"))
		      : json_null());
}

/* "MemTotal:  16384 kB" as MiB. */
static void set_memory(json_t *o, const char *root)
{
	char text[16384];
	const char *value;
	uint64_t kib;

	read_begin(root, "/proc/meminfo", text, sizeof(text));
	value = find_line(text, "MemTotal");
	json_object_set_new(o, "memory_mib",
			    value && sscanf(value, "%" SCNu64, &kib) == 1
				    ? json_integer((json_int_t)(kib / 1024))
				    : json_null());
	value = find_line(text, "Hugepagesize");
	json_object_set_new(o, "hugepage_kib",
			    value && sscanf(value, "%" SCNu64, &kib) == 1
				    ? json_integer((json_int_t)kib)
				    : json_null());
}

/* CPUs by the word that a file of each says. */
struct tally {
	struct {
		char word[32];
		unsigned int cpus;
	} item[KINDS_MAX];
	size_t count;
};

static void tally_add(struct tally *t, const char *word)
{
	size_t i = 0;

	while (i < t->count && strcmp(t->item[i].word, word) != 0)
		i++;
	if (i == KINDS_MAX)
		return;
	if (i == t->count)
		snprintf(t->item[t->count++].word, sizeof(t->item[i].word),
			 "%s", word);
	t->item[i].cpus++;
}

static int by_word(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* "performance", or "performance of 3 CPUs, powersave of 1". */
static json_t *tally_text(struct tally *t)
{
	auto_str struct str line = { 0 };

	qsort(t->item, t->count, sizeof(t->item[0]), by_word);
	for (size_t i = 0; i < t->count; i++) {
		str_addf(&line, "%s%s", i ? ", " : "", t->item[i].word);
		if (t->count > 1)
			str_addf(&line, " of %u%s", t->item[i].cpus,
				 i ? "" : " CPUs");
	}
	return line.len ? clean(str_text(&line), line.len) : json_null();
}

static void set_governor(json_t *o, const char *root)
{
	auto_str struct str folder = { 0 };
	struct tally t = { 0 };
	DIR *d;

	str_addf(&folder, "%s/sys/devices/system/cpu", root);
	d = folder.failed ? NULL : opendir(str_text(&folder));
	for (struct dirent *e; d && (e = readdir(d));) {
		auto_str struct str path = { 0 };

		if (strncmp(e->d_name, "cpu", 3) != 0 || e->d_name[3] < '0' ||
		    e->d_name[3] > '9')
			continue;
		str_addf(&path,
			 "/sys/devices/system/cpu/%s/cpufreq/scaling_governor",
			 e->d_name);
		auto_free char *word = read_text(root, str_text(&path));
		if (word)
			tally_add(&t, word);
	}
	if (d)
		closedir(d);
	json_object_set_new(o, "governor", tally_text(&t));
}

/* Two drivers say it, one the other way round. */
static void set_boost(json_t *o, const char *root)
{
	static const char at[] = "/sys/devices/system/cpu/";
	char path[80];

	snprintf(path, sizeof(path), "%scpufreq/boost", at);
	auto_free char *boost = read_text(root, path);
	snprintf(path, sizeof(path), "%sintel_pstate/no_turbo", at);
	auto_free char *none = read_text(root, path);
	json_object_set_new(o, "boost",
			    boost  ? json_boolean(*boost == '1')
			    : none ? json_boolean(*none == '0')
				   : json_null());
}

/* kernel.sched_...: each setting by its name. */
static void set_sched(json_t *o, const char *root)
{
	auto_str struct str folder = { 0 };
	json_t *all = json_object();
	DIR *d;

	str_addf(&folder, "%s/proc/sys/kernel", root);
	d = folder.failed ? NULL : opendir(str_text(&folder));
	for (struct dirent *e; d && (e = readdir(d));) {
		auto_str struct str path = { 0 };

		if (strncmp(e->d_name, "sched_", 6) != 0)
			continue;
		str_addf(&path, "/proc/sys/kernel/%s", e->d_name);
		auto_free char *text = read_text(root, str_text(&path));
		if (text)
			json_object_set_new(all, e->d_name + 6,
					    clean(text, strlen(text)));
	}
	if (d)
		closedir(d);
	json_object_set_new(o, "sched", all);
}

/* The tightest of a cgroup and those above it; a file that is not there, and
 * "max", limit nothing. */
struct limit {
	double cpus;	 /* 0: none */
	uint64_t memory; /* UINT64_MAX: none */
};

static void limit_of(const char *root, const char *group, struct limit *l)
{
	auto_str struct str cpu = { 0 }, memory = { 0 };
	uint64_t quota, period, bytes;

	str_addf(&cpu, "/sys/fs/cgroup%s/cpu.max", group);
	str_addf(&memory, "/sys/fs/cgroup%s/memory.max", group);
	auto_free char *time = read_text(root, str_text(&cpu));
	auto_free char *room = read_text(root, str_text(&memory));
	if (time &&
	    sscanf(time, "%" SCNu64 " %" SCNu64, &quota, &period) == 2 &&
	    period > 0 &&
	    (l->cpus <= 0 || (double)quota / (double)period < l->cpus))
		l->cpus = (double)quota / (double)period;
	if (room && sscanf(room, "%" SCNu64, &bytes) == 1 && bytes < l->memory)
		l->memory = bytes;
}

static void set_limits(json_t *o, const char *root)
{
	struct limit l = { 0, UINT64_MAX };
	char text[4096], *group, *slash;

	read_begin(root, "/proc/self/cgroup", text, sizeof(text));
	group = strncmp(text, "0::/", 4) == 0 ? text : strstr(text, "\n0::/");
	group = group ? strchr(group, '/') : NULL;
	if (group) {
		group[strcspn(group, "\n")] = '\0';
		while ((slash = strrchr(group, '/'))) {
			limit_of(root, group, &l);
			*slash = '\0';
		}
	}
	json_object_set_new(o, "cgroup_cpus",
			    l.cpus > 0 ? json_real(l.cpus) : json_null());
	json_object_set_new(o, "cgroup_memory_mib",
			    l.memory < UINT64_MAX
				    ? json_integer((json_int_t)(l.memory / MIB))
				    : json_null());
}

static void set_machine(json_t *o, const char *root)
{
	auto_free char *maker = read_text(root, "/sys/class/dmi/id/sys_vendor");
	auto_free char *name =
		read_text(root, "/sys/class/dmi/id/product_name");
	auto_str struct str line = { 0 };
	struct utsname u;
	cpu_set_t set;

	if (maker && name)
		str_addf(&line, "%s %s", maker, name);
	json_object_set_new(o, "machine", clean(str_text(&line), line.len));
	json_object_set_new(o, "arch",
			    uname(&u) == 0 ? json_string(u.machine)
					   : json_null());
	json_object_set_new(o, "allowed_cpus",
			    sched_getaffinity(0, sizeof(set), &set) == 0
				    ? json_integer(CPU_COUNT(&set))
				    : json_null());
}

json_t *context_json(const char *root)
{
	static const char thp[] = "/sys/kernel/mm/transparent_hugepage/";
	char path[80];
	json_t *o = json_object();

	set_machine(o, root);
	set_cpu(o, root);
	set_memory(o, root);
	set_file(o, "nodes", root, "/sys/devices/system/node/online");
	set_file(o, "cmdline", root, "/proc/cmdline");
	set_governor(o, root);
	set_boost(o, root);
	set_file(o, "smt", root, "/sys/devices/system/cpu/smt/control");
	set_number(o, "numa_balancing", root,
		   "/proc/sys/kernel/numa_balancing");
	snprintf(path, sizeof(path), "%senabled", thp);
	set_chosen(o, "thp", root, path);
	snprintf(path, sizeof(path), "%sdefrag", thp);
	set_chosen(o, "thp_defrag", root, path);
	set_number(o, "hugepages", root, "/proc/sys/vm/nr_hugepages");
	set_sched(o, root);
	set_limits(o, root);
	return o;
}

double context_load(const char *root)
{
	char text[128];
	double load;

	read_begin(root, "/proc/loadavg", text, sizeof(text));
	return sscanf(text, "%lf", &load) == 1 && load >= 0 ? load : -1;
}
