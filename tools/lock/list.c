/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ktstr-lock list: the locks that are there, and who holds them. Takes none. */
#include "tools/lock/list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tools/lib/cachekey.h"
#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/lockfile.h"
#include "tools/lib/num.h"

#define HOLDERS_MAX  256
#define NS_PER_S     1000000000ULL
#define CLEAR_SCREEN "\033[2J\033[H"

/**
 * struct list - what the rows need
 * @folder:     of locks on CPUs, -1 when there is none
 * @path:       of that folder
 * @host:       the machine, when @host_known
 * @table:      /proc/locks
 * @uses:       what is in the file of uses, @uses_fd, -1 without
 * @user:       processes with locks on that file, @user_count of them
 */
struct list {
	struct rows rows;
	int folder;
	char *path;
	struct hosttopo host;
	bool host_known;
	struct lock_table table;
	int uses_fd;
	struct uses uses;
	struct uses_holder *user;
	size_t user_count;
};

/* What cannot be opened for a lack of descriptors is not free, nor is it not
 * there. */
static void check_shortage(int r, const struct why *why)
{
	if (why_is_shortage(r))
		die(EX_BROKEN, "%s", why->text);
}

/* The fixed parts around the middle of a lock file's name. */
struct name_form {
	const char *before, *after;
};

static const struct name_form llc_form = { "llc-", ".lock" };
static const struct name_form source_form = { LOCK_FILE_SOURCE, LOCK_FILE_END };
static const struct name_form build_form = { LOCK_FILE_BUILD, LOCK_FILE_END };
static const struct name_form entry_form = { "", LOCK_FILE_END };

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

static int is_build(const struct dirent *entry)
{
	auto_free char *key = middle(entry->d_name, &build_form);

	return key != NULL;
}

static int is_entry(const struct dirent *entry)
{
	auto_free char *key = middle(entry->d_name, &entry_form);

	return key && *entry->d_name != '.' && !is_source(entry);
}

/* Does /proc/locks have a lock on the file? @ret_exclusive: of one alone. */
static bool is_locked(const struct list *l, int fd, bool *ret_exclusive)
{
	struct lock_id id;
	bool locked = false;

	*ret_exclusive = false;
	if (fd < 0 || lock_id_of(fd, &id, NULL) < 0)
		return false;
	for (size_t i = 0; i < l->table.count; i++) {
		const struct lock_line *line = &l->table.line[i];

		if (line->by_file || !lock_line_is_of(line, &id))
			continue;
		locked = true;
		*ret_exclusive |= line->exclusive;
	}
	return locked;
}

static const struct host_llc *find_llc(const struct list *l, unsigned int id)
{
	for (unsigned int i = 0; l->host_known && i < l->host.llc_count; i++) {
		if (l->host.llc[i].id == id)
			return &l->host.llc[i];
	}
	return NULL;
}

static bool has_users(const struct list *l, const struct host_llc *llc)
{
	for (unsigned int cpu = 0; llc && cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &llc->cpus) && l->uses.users[cpu])
			return true;
	}
	return false;
}

static void add_llc(struct list *l, const char *name, unsigned int id)
{
	struct why why;
	auto_fd int fd =
		lock_file_open(l->folder, name, /* create */ false, &why);
	const struct host_llc *llc = find_llc(l, id);
	bool exclusive, locked = is_locked(l, fd, &exclusive);
	pid_t pid[HOLDERS_MAX];
	size_t count = 0;

	check_shortage(fd, &why);
	/* A lock can be hidden from us that its use shows. */
	exclusive |= CPU_ISSET(id, &l->uses.alone);
	locked |= exclusive || has_users(l, llc);
	if (fd >= 0 && locked)
		count = holders_find(&l->table, fd, pid, HOLDERS_MAX);
	row_number(&l->rows, "llc", id);
	row_node(&l->rows, llc ? llc->node : NO_NODE);
	row_word(&l->rows, "state", 9,
		 exclusive ? "exclusive"
		 : locked  ? "shared"
			   : "free");
	row_file(&l->rows, l->path, name);
	row_holders(&l->rows, pid, count < HOLDERS_MAX ? count : HOLDERS_MAX,
		    count);
}

static void add_llcs(struct list *l)
{
	struct dirent **entry;
	int count = scandirat(l->folder, ".", &entry, is_llc, by_number);

	for (int i = 0; i < count; i++) {
		auto_free char *id = middle(entry[i]->d_name, &llc_form);
		uint64_t n = 0;

		if (id && num_parse(id, 0, CPU_SETSIZE - 1, &n) == 0)
			add_llc(l, entry[i]->d_name, (unsigned int)n);
		free(entry[i]);
	}
	if (count < 0 && errno != ENOENT)
		die(EX_BROKEN, "cannot read '%s': %m", l->path);
	if (count >= 0)
		free(entry);
}

static void add_cpu(struct list *l, unsigned int cpu)
{
	bool known = l->host_known && CPU_ISSET(cpu, &l->host.online);
	pid_t pid[HOLDERS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < l->user_count; i++) {
		const struct uses_holder *user = &l->user[i];

		if (user->first <= cpu && cpu <= user->last &&
		    count < HOLDERS_MAX &&
		    (count == 0 || pid[count - 1] != user->pid))
			pid[count++] = user->pid;
	}
	row_number(&l->rows, "cpu", cpu);
	row_node(&l->rows, known ? l->host.cpu_node[cpu] : NO_NODE);
	row_word(&l->rows, "state", 6,
		 CPU_ISSET(cpu, &l->uses.windowed) ? "window" : "shared");
	row_count(&l->rows, "users", l->uses.users[cpu]);
	row_file(&l->rows, l->path, USES_FILE);
	row_holders(&l->rows, pid, count, count);
}

/* Lock files of form @form in the cache's folder, as an array @key. */
static void add_cache(struct list *l, int folder, const char *path,
		      const struct name_form *form, const char *key,
		      int (*filter)(const struct dirent *entry))
{
	struct dirent **entry;
	int count = folder < 0
			    ? -1
			    : scandirat(folder, ".", &entry, filter, alphasort);

	for (int i = 0; i < count; i++) {
		auto_free char *name = middle(entry[i]->d_name, form);
		struct why why;
		auto_fd int fd = lock_file_open(folder, entry[i]->d_name,
						/* create */ false, &why);
		pid_t pid[HOLDERS_MAX];
		size_t holders = 0;
		bool exclusive;

		check_shortage(fd, &why);
		if (name && is_locked(l, fd, &exclusive))
			holders = holders_find(&l->table, fd, pid, HOLDERS_MAX);
		row_name(&l->rows, key, name ? name : "?");
		row_file(&l->rows, path, entry[i]->d_name);
		row_holders(&l->rows, pid,
			    holders < HOLDERS_MAX ? holders : HOLDERS_MAX,
			    holders);
		free(entry[i]);
	}
	if (folder >= 0 && count < 0 && errno != ENOENT)
		die(EX_BROKEN, "cannot read '%s': %m", path);
	if (count >= 0)
		free(entry);
}

/* Return: a descriptor, or -errno. */
static int open_cache(char **ret_path, struct why *reterr_why)
{
	auto_free char *root = NULL;
	int fd;

	*ret_path = NULL;
	if (cache_root(&root, NULL) < 0)
		return -ENOENT; /* no cache, no locks */
	if (asprintf(ret_path, "%s/.locks", root) < 0)
		die(EX_BROKEN, "out of memory");
	fd = open(*ret_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return why_set(reterr_why, -errno, "cannot open '%s': %s", *ret_path,
		       strerror(errno));
}

/* Read all that the rows need; a failure ends the program. */
static void list_read(const struct request *req, struct list *l)
{
	struct lock_id id;
	struct why why;
	int r;

	l->folder = folder_open(req, /* create */ false, &l->path, &why);
	/* The folder of the machine is not there before the first lock. */
	if (l->folder == -ENOENT && req->folder_asked)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	if (l->folder < 0 && l->folder != -ENOENT)
		die(EX_BROKEN, "%s", why.text);
	if (lock_table_read(&l->table, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	auto_fd int root = open(req->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		die(why_code(-errno, EX_USAGE), "cannot open '%s': %m",
		    req->root);
	r = hosttopo_read(root, &l->host, &why);
	l->host_known = r == 0;
	check_shortage(r, &why);
	l->uses_fd = l->folder < 0 ? -1
				   : lock_file_open(l->folder, USES_FILE,
						    /* create */ false, &why);
	check_shortage(l->uses_fd, &why);
	if (l->uses_fd < 0 || lock_id_of(l->uses_fd, &id, NULL) < 0)
		return;
	uses_read(&l->table, &id, &l->uses);
	l->user_count = uses_holders(l->uses_fd, &l->user);
}

static void list_done(struct list *l)
{
	str_done(&l->rows.out);
	hosttopo_done(&l->host);
	lock_table_done(&l->table);
	free(l->user);
	free(l->path);
	if (l->uses_fd >= 0)
		(void)close(l->uses_fd);
	if (l->folder >= 0)
		(void)close(l->folder);
}

static void print_frame(const struct request *req, const char *before)
{
	struct list l = { .rows.json = req->json, .uses_fd = -1 };
	auto_free char *cache = NULL;
	struct why why;
	auto_fd int cache_fd = open_cache(&cache, &why);

	check_shortage(cache_fd, &why);
	list_read(req, &l);
	rows_begin(&l.rows, "llcs",
		   "LLC locks:\n  LLC   NODE  STATE     LOCKFILE HOLDERS\n");
	if (l.folder >= 0)
		add_llcs(&l);
	rows_end(&l.rows);
	rows_begin(
		&l.rows, "cpus",
		"CPUs in use:\n  CPU   NODE  STATE  USERS LOCKFILE HOLDERS\n");
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (l.uses.users[cpu] || CPU_ISSET(cpu, &l.uses.windowed))
			add_cpu(&l, cpu);
	}
	rows_end(&l.rows);
	rows_begin(&l.rows, "cache",
		   "Cache entries:\n  KEY LOCKFILE HOLDERS\n");
	add_cache(&l, cache_fd, cache, &entry_form, "cache_key", is_entry);
	rows_end(&l.rows);
	rows_begin(&l.rows, "sources",
		   "Source trees:\n  CRC32    LOCKFILE HOLDERS\n");
	add_cache(&l, cache_fd, cache, &source_form, "source", is_source);
	rows_end(&l.rows);
	rows_begin(&l.rows, "builds", "Builds:\n  KEY LOCKFILE HOLDERS\n");
	add_cache(&l, cache_fd, cache, &build_form, "build", is_build);
	rows_end(&l.rows);
	str_add(&l.rows.out, l.rows.json ? "}\n" : "");
	if (l.rows.out.failed)
		die(EX_BROKEN, "out of memory");
	if (fputs(before, stdout) < 0 ||
	    fputs(str_text(&l.rows.out), stdout) < 0 || fflush(stdout) != 0)
		die(EX_BROKEN, "cannot write to standard output: %m");
	list_done(&l);
}

int do_list(const struct request *req)
{
	const struct timespec pause = {
		.tv_sec = (time_t)(req->watch_ns / NS_PER_S),
		.tv_nsec = (long)(req->watch_ns % NS_PER_S),
	};
	bool screen = req->watch_ns && !req->json && isatty(STDOUT_FILENO);

	for (unsigned int frame = 0; frame == 0 || req->watch_ns; frame = 1) {
		if (frame > 0)
			nanosleep(&pause, NULL);
		print_frame(req, screen		       ? CLEAR_SCREEN
				 : frame && !req->json ? "\n"
						       : "");
	}
	return EX_PASS;
}
