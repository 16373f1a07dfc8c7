/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts for a plan: the machine, what we may use of it, and who holds what. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/file.h"
#include "tools/lib/lockfile.h"
#include "tools/lock/lock.h"

#define STATUS_BYTES_MAX 65536

/* The list behind @key in the text of /proc/self/status. */
static bool status_list(const char *status, const char *key, cpu_set_t *ret)
{
	const char *at = strstr(status, key);
	char list[8192];
	size_t wrong = 0, len;

	if (!at)
		return false;
	at += strlen(key);
	at += strspn(at, " \t");
	len = strcspn(at, "\n");
	if (len >= sizeof(list))
		return false;
	memcpy(list, at, len);
	list[len] = '\0';
	return cpulist_parse(list, ret, &wrong) == 0 && CPU_COUNT(ret) > 0;
}

int allowed_read(const struct request *req, cpu_set_t *ret_cpus,
		 cpu_set_t *ret_mems, struct why *reterr_why)
{
	auto_free char *status = NULL;
	bool known = false;
	int r;

	auto_fd int root = open(req->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return why_set(reterr_why, -errno, "cannot open '%s': %s",
			       req->root, strerror(errno));
	r = file_read_at(root, "proc/self/status", STATUS_BYTES_MAX, &status);
	/* It need not be there; but what is there counts. */
	if (r < 0 && r != -ENOENT && r != -EACCES)
		return why_set(reterr_why, r,
			       "cannot read 'proc/self/status' in '%s': %s",
			       req->root, strerror(-r));
	if (!req->recorded)
		known = sched_getaffinity(0, sizeof(*ret_cpus), ret_cpus) == 0;
	if (!known && status)
		known = status_list(status, "Cpus_allowed_list:", ret_cpus);
	if (!known && !req->recorded)
		return why_set(reterr_why, -ENODATA,
			       "cannot tell which CPUs are allowed to us");
	if (!known)
		memset(ret_cpus, 0xff, sizeof(*ret_cpus));
	if (!status || !status_list(status, "Mems_allowed_list:", ret_mems))
		memset(ret_mems, 0xff, sizeof(*ret_mems));
	return 0;
}

int view_read(const struct request *req, struct view *ret,
	      struct why *reterr_why)
{
	struct view v = { .folder = -1 };
	int r = allowed_read(req, &v.allowed, &v.mems, reterr_why);

	if (r < 0)
		return r;
	auto_fd int root = open(req->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return why_set(reterr_why, -errno, "cannot open '%s': %s",
			       req->root, strerror(errno));
	r = hosttopo_read(root, &v.host, reterr_why);
	if (why_is_shortage(r))
		return r;
	if (r < 0)
		return -ENODATA;
	CPU_AND(&v.allowed, &v.allowed, &v.host.online);
	v.llc = calloc(v.host.llc_count, sizeof(*v.llc));
	if (!v.llc) {
		view_done(&v);
		return why_set(reterr_why, -ENOMEM, "out of memory");
	}
	*ret = v;
	return 0;
}

int view_open_folder(const struct request *req, bool create, struct view *v,
		     struct why *reterr_why)
{
	if (v->folder >= 0)
		return 0;
	free(v->path);
	v->path = NULL;
	v->folder = folder_open(req, create, &v->path, reterr_why);
	return v->folder < 0 ? v->folder : 0;
}

/* Holders and their kind, for each line of @table on the file @id. */
static void read_llc(const struct lock_table *table, const struct lock_id *id,
		     struct llc_state *state)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct lock_line *line = &table->line[i];

		if (line->by_file || !lock_line_is_of(line, id))
			continue;
		state->holders++;
		state->exclusive |= line->exclusive;
	}
}

/**
 * read_files() - the state of each lock file that is there
 * @id: of the folder: all its files are on that device
 */
static int read_files(const struct lock_table *table, struct lock_id id,
		      struct view *v, struct why *reterr_why)
{
	struct stat st;

	for (unsigned int i = 0; i < v->host.llc_count; i++) {
		struct llc_name name = llc_name(v->host.llc[i].id);

		v->llc[i] = (struct llc_state){ 0 };
		if (fstatat(v->folder, name.text, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue; /* whoever takes it says why not */
		id.inode = st.st_ino;
		read_llc(table, &id, &v->llc[i]);
	}
	if (fstatat(v->folder, USES_FILE, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
			       ? 0
			       : why_set(reterr_why, -errno,
					 "cannot look at '%s/%s': %s", v->path,
					 USES_FILE, strerror(errno));
	id.inode = st.st_ino;
	uses_read(table, &id, &v->uses);
	return 0;
}

/* Holders in other PID namespaces do not show, but what they use does. */
static void add_hidden_holders(struct view *v)
{
	for (unsigned int i = 0; i < v->host.llc_count; i++) {
		struct llc_state *state = &v->llc[i];

		for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
			if (CPU_ISSET(cpu, &v->host.llc[i].cpus) &&
			    v->uses.users[cpu] > state->holders)
				state->holders = v->uses.users[cpu];
		}
		if (!CPU_ISSET(v->host.llc[i].id, &v->uses.alone))
			continue;
		state->exclusive = true;
		state->holders += state->holders == 0;
	}
}

int view_read_locks(struct view *v, struct why *reterr_why)
{
	struct lock_table table = { 0 };
	struct lock_id id;
	int r;

	v->uses = (struct uses){ 0 };
	memset(v->llc, 0, v->host.llc_count * sizeof(*v->llc));
	if (v->folder < 0)
		return 0;
	r = lock_id_of(v->folder, &id, reterr_why);
	if (r == 0)
		r = lock_table_read(&table, reterr_why);
	if (r == 0)
		r = read_files(&table, id, v, reterr_why);
	if (r == 0)
		add_hidden_holders(v);
	lock_table_done(&table);
	return r;
}

void view_done(struct view *v)
{
	if (v->folder >= 0)
		(void)close(v->folder);
	hosttopo_done(&v->host);
	free(v->path);
	free(v->llc);
	*v = (struct view){ .folder = -1 };
}

int view_plan(const struct request *req, const struct view *v, struct plan *ret,
	      struct blocked *reterr_blocked, struct why *reterr_why)
{
	unsigned int count = (unsigned int)CPU_COUNT(&v->allowed);
	const struct plan_input in = {
		.host = &v->host,
		.allowed = v->allowed,
		.mems = v->mems,
		.kind = req->kind,
		.target = req->cap ? req->cap : plan_default_target(count),
		.guest = req->guest,
		.llc = v->llc,
		.users = v->uses.users,
		.windowed = v->uses.windowed,
	};
	int r;

	if (req->cap > count)
		die((enum exit_code)req->lacking_code,
		    "%u CPUs are wanted, and this process may use %u: ask "
		    "for fewer, widen its cpuset or affinity, or drop the %s",
		    req->cap, count,
		    req->kind == PLAN_WINDOW ? "window" : "cap");
	r = plan_make(&in, ret, reterr_blocked, reterr_why);
	if (r == -ERANGE)
		die((enum exit_code)req->lacking_code, "%s", reterr_why->text);
	return r;
}
