/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ktstr-lock list: the locks that are there, and who holds them. Takes none. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/lockfile.h"
#include "tools/lib/num.h"
#include "tools/lib/utf8.h"
#include "tools/lock/lock.h"

#define HOLDERS_MAX 256
#define NO_NODE	    UINT32_MAX

/**
 * struct list - where to write, and what the rows need
 * @host:  the machine; @host_known
 * @table: /proc/locks
 * @comma: before the next JSON object of an array
 */
struct list {
	struct str out;
	bool json;
	struct hosttopo host;
	bool host_known;
	struct lock_table table;
	const char *comma;
};

/* The fixed parts around the middle of a lock file's name. */
struct name_form {
	const char *before, *after;
};

static const struct name_form llc_form = { "llc-", ".lock" };
static const struct name_form source_form = { "source-", ".lock" };

static void add_json_string(struct str *out, const char *text)
{
	auto_str struct str clean = { 0 };

	utf8_add_line(&clean, text, strlen(text), /* max_chars */ 0);
	str_add(out, "\"");
	for (const char *p = str_text(&clean); *p; p++)
		str_addf(out, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
	str_add(out, "\"");
}

static void add_json_node(struct list *l, unsigned int node)
{
	if (node == NO_NODE)
		str_add(&l->out, ",\"numa_node\":null");
	else
		str_addf(&l->out, ",\"numa_node\":%u", node);
}

static void add_node(struct list *l, unsigned int node)
{
	if (node == NO_NODE)
		str_addf(&l->out, "%-5s ", "?");
	else
		str_addf(&l->out, "%-5u ", node);
}

/* The holders of file @name, as the last column or the last JSON field. */
static void add_holders(struct list *l, int folder, const char *name)
{
	auto_fd int fd = lock_file_open(folder, name, /* create */ false, NULL);
	pid_t pid[HOLDERS_MAX];
	size_t count = 0;

	if (fd >= 0)
		count = holders_find(&l->table, fd, pid, HOLDERS_MAX);
	if (l->json)
		str_add(&l->out, ",\"holders\":[");
	else if (count == 0)
		str_add(&l->out, "<none recorded>");
	for (size_t i = 0; i < count && i < HOLDERS_MAX; i++) {
		auto_str struct str command = { 0 };

		holders_command(&command, pid[i]);
		if (!l->json) {
			str_addf(&l->out, "%s%d (%s)", i ? ", " : "", pid[i],
				 str_text(&command));
			continue;
		}
		str_addf(&l->out, "%s{\"pid\":%d,\"cmdline\":", i ? "," : "",
			 pid[i]);
		add_json_string(&l->out, str_text(&command));
		str_add(&l->out, "}");
	}
	str_add(&l->out, l->json ? "]}" : "\n");
}

static void add_path(struct list *l, const char *folder, const char *name)
{
	auto_str struct str path = { 0 };

	str_addf(&path, "%s/%s", folder, name);
	if (l->json) {
		str_add(&l->out, ",\"lockfile\":");
		add_json_string(&l->out, str_text(&path));
	} else {
		utf8_add_line(&l->out, str_text(&path), path.len, 0);
		str_add(&l->out, " ");
	}
}

static void begin(struct list *l, const char *key, const char *heading)
{
	if (l->json)
		str_addf(&l->out, "\"%s\":[", key);
	else
		str_add(&l->out, heading);
	l->comma = "";
}

static void end(struct list *l, bool last)
{
	if (l->json)
		str_add(&l->out, last ? "]}\n" : "],");
	else if (!*l->comma)
		str_add(&l->out, "  (none)\n");
}

static void next(struct list *l)
{
	str_add(&l->out, l->json ? l->comma : "  ");
	l->comma = ",";
}

/* The part of @name between those of @form, NULL when it has another form. */
static char *middle(const char *name, const struct name_form *form)
{
	size_t before = strlen(form->before), after = strlen(form->after);
	size_t len = strlen(name);

	if (len <= before + after || strncmp(name, form->before, before) != 0 ||
	    strcmp(name + len - after, form->after) != 0)
		return NULL;
	return strndup(name + before, len - before - after);
}

static unsigned int node_of_llc(const struct list *l, unsigned int id)
{
	for (unsigned int i = 0; l->host_known && i < l->host.llc_count; i++) {
		if (l->host.llc[i].id == id)
			return l->host.llc[i].node;
	}
	return NO_NODE;
}

static void add_llc(struct list *l, int folder, const char *path,
		    const char *name, unsigned int id)
{
	unsigned int node = node_of_llc(l, id);

	next(l);
	if (l->json) {
		str_addf(&l->out, "{\"llc\":%u", id);
		add_json_node(l, node);
	} else {
		str_addf(&l->out, "%-5u ", id);
		add_node(l, node);
	}
	add_path(l, path, name);
	add_holders(l, folder, name);
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*a)->d_name, (*b)->d_name);
}

static int is_llc(const struct dirent *entry)
{
	auto_free char *id = middle(entry->d_name, &llc_form);
	uint64_t n;

	return id && num_parse(id, 0, CPU_SETSIZE - 1, &n) == 0;
}

static int is_source(const struct dirent *entry)
{
	auto_free char *crc = middle(entry->d_name, &source_form);

	return crc && strlen(crc) == 8 && strspn(crc, "0123456789abcdef") == 8;
}

static void add_llcs(struct list *l, int folder, const char *path)
{
	struct dirent **entry;
	int count = scandirat(folder, ".", &entry, is_llc, by_number);

	for (int i = 0; i < count; i++) {
		auto_free char *id = middle(entry[i]->d_name, &llc_form);
		uint64_t n = 0;

		if (id && num_parse(id, 0, CPU_SETSIZE - 1, &n) == 0)
			add_llc(l, folder, path, entry[i]->d_name,
				(unsigned int)n);
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
}

static void add_cpu(struct list *l, unsigned int cpu, unsigned int users)
{
	bool known = l->host_known && CPU_ISSET(cpu, &l->host.online);
	unsigned int node = known ? l->host.cpu_node[cpu] : NO_NODE;

	next(l);
	if (l->json) {
		str_addf(&l->out, "{\"cpu\":%u", cpu);
		add_json_node(l, node);
		str_addf(&l->out, ",\"users\":%u}", users);
		return;
	}
	str_addf(&l->out, "%-5u ", cpu);
	add_node(l, node);
	str_addf(&l->out, "%u\n", users);
}

static void add_cpus(struct list *l, int folder)
{
	unsigned int users[CPU_SETSIZE] = { 0 };
	struct lock_id id;

	auto_fd int fd =
		lock_file_open(folder, CPU_USE_FILE, /* create */ false, NULL);
	if (fd < 0 || lock_id_of(fd, &id, NULL) < 0)
		return;
	for (size_t i = 0; i < l->table.count; i++) {
		const struct lock_line *line = &l->table.line[i];

		if (!line->by_file || !lock_line_is_of(line, &id))
			continue;
		for (uint64_t cpu = line->first;
		     cpu <= line->last && cpu < CPU_SETSIZE; cpu++)
			users[cpu]++;
	}
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (users[cpu])
			add_cpu(l, cpu, users[cpu]);
	}
}

static void add_source(struct list *l, int folder, const char *path,
		       const char *name)
{
	auto_free char *crc = middle(name, &source_form);

	if (!crc)
		return;
	next(l);
	str_addf(&l->out, l->json ? "{\"source\":\"%s\"" : "%s ", crc);
	add_path(l, path, name);
	add_holders(l, folder, name);
}

static void add_sources(struct list *l)
{
	auto_free char *root = NULL;
	auto_free char *path = NULL;
	struct dirent **entry;
	int count;

	if (cache_root(&root, NULL) < 0)
		return; /* no cache, no trees */
	if (asprintf(&path, "%s/.locks", root) < 0)
		path = NULL;
	if (!path)
		die(EX_BROKEN, "out of memory");
	auto_fd int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return;
	count = scandirat(folder, ".", &entry, is_source, alphasort);
	for (int i = 0; i < count; i++) {
		add_source(l, folder, path, entry[i]->d_name);
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
}

int do_list(const struct request *req)
{
	struct list l = { .json = req->json };
	auto_free char *path = NULL;
	struct why why;
	int folder = folder_open(req, /* create */ false, &path, &why);

	if (folder < 0 && folder != -ENOENT)
		die(EX_BROKEN, "%s", why.text);
	if (lock_table_read(&l.table, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	auto_fd int root = open(req->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		die(EX_USAGE, "cannot open '%s': %m", req->root);
	l.host_known = hosttopo_read(root, &l.host, NULL) == 0;
	str_add(&l.out, l.json ? "{" : "");
	begin(&l, "llcs", "LLC locks:\n  LLC   NODE  LOCKFILE HOLDERS\n");
	if (folder >= 0)
		add_llcs(&l, folder, path);
	end(&l, /* last */ false);
	begin(&l, "cpus", "CPUs in use:\n  CPU   NODE  RESERVATIONS\n");
	if (folder >= 0)
		add_cpus(&l, folder);
	end(&l, /* last */ false);
	begin(&l, "sources", "Source trees:\n  CRC32    LOCKFILE HOLDERS\n");
	add_sources(&l);
	end(&l, /* last */ true);
	if (l.out.failed)
		die(EX_BROKEN, "out of memory");
	fputs(str_text(&l.out), stdout);
	str_done(&l.out);
	hosttopo_done(&l.host);
	lock_table_done(&l.table);
	if (folder >= 0)
		(void)close(folder);
	return EX_PASS;
}
