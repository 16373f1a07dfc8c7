/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/holders.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"
#include "tools/lib/utf8.h"

#define PROC_BYTES_MAX	  (16 << 20)
#define COMMAND_CHARS_MAX 100
#define NAMED_MAX	  4
#define LINE_BYTES_MAX	  128

/* sscanf() reads on behind a line's end, and first measures all of the rest. */
static void copy_line(const char *text, char ret[LINE_BYTES_MAX])
{
	size_t len = strcspn(text, "\n");

	if (len >= LINE_BYTES_MAX)
		len = LINE_BYTES_MAX - 1;
	memcpy(ret, text, len);
	ret[len] = '\0';
}

/* "1: FLOCK  ADVISORY  WRITE 359 00:13:11691 0 EOF"; false for others. */
static bool parse_line(const char *line_of_text, struct lock_line *ret)
{
	char text[LINE_BYTES_MAX], type[16], mode[16], last[32];
	struct lock_line line;

	copy_line(line_of_text, text);
	if (sscanf(text,
		   "%*s %15s %*s %15s %d %x:%x:%" SCNu64 " %" SCNu64 " %31s",
		   type, mode, &line.pid, &line.major, &line.minor, &line.inode,
		   &line.first, last) != 8)
		return false;
	line.by_file = strcmp(type, "OFDLCK") == 0;
	if (!line.by_file && strcmp(type, "FLOCK") != 0)
		return false;
	line.exclusive = strcmp(mode, "WRITE") == 0;
	if (num_parse(last, 0, UINT64_MAX, &line.last) < 0)
		line.last = UINT64_MAX;
	*ret = line;
	return true;
}

int lock_table_parse(const char *text, struct lock_table *ret)
{
	struct lock_table t = { 0 };
	size_t lines = 0;

	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	t.line = calloc(lines + 1, sizeof(*t.line));
	if (!t.line)
		return -ENOMEM;
	while (*text && t.count <= lines) {
		size_t len = strcspn(text, "\n");

		if (parse_line(text, &t.line[t.count]))
			t.count++;
		text += len + (text[len] == '\n');
	}
	*ret = t;
	return 0;
}

int lock_table_read(struct lock_table *ret, struct why *reterr_why)
{
	auto_free char *text = NULL;
	int r = file_read_at(AT_FDCWD, "/proc/locks", PROC_BYTES_MAX, &text);

	if (r >= 0)
		r = lock_table_parse(text, ret);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '/proc/locks': %s",
			       strerror(-r));
	return 0;
}

void lock_table_done(struct lock_table *t)
{
	free(t->line);
	*t = (struct lock_table){ 0 };
}

/* The number behind "mnt_id:" of one of our descriptors. */
static int mount_of(int fd, unsigned int *ret)
{
	auto_free char *text = NULL;
	const char *at;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	r = file_read_at(AT_FDCWD, path, PROC_BYTES_MAX, &text);
	if (r < 0)
		return r;
	at = strstr(text, "mnt_id:");
	return at && sscanf(at, "mnt_id: %u", ret) == 1 ? 0 : -ENODATA;
}

bool lock_mount_parse(const char *mountinfo, unsigned int mount,
		      unsigned int *ret_major, unsigned int *ret_minor)
{
	while (*mountinfo) {
		size_t len = strcspn(mountinfo, "\n");
		char line[LINE_BYTES_MAX];
		unsigned int number, major, minor;

		copy_line(mountinfo, line);
		if (sscanf(line, "%u %*u %u:%u", &number, &major, &minor) ==
			    3 &&
		    number == mount) {
			*ret_major = major;
			*ret_minor = minor;
			return true;
		}
		mountinfo += len + (mountinfo[len] == '\n');
	}
	return false;
}

int lock_id_of(int fd, struct lock_id *ret, struct why *reterr_why)
{
	auto_free char *text = NULL;
	struct lock_id id;
	struct stat st;
	unsigned int mount = 0;
	int r = fstat(fd, &st) < 0 ? -errno : mount_of(fd, &mount);

	if (r == 0)
		r = file_read_at(AT_FDCWD, "/proc/self/mountinfo",
				 PROC_BYTES_MAX, &text);
	if (r < 0)
		return why_set(reterr_why, r,
			       "cannot tell the device of a lock file: %s",
			       strerror(-r));
	id.inode = st.st_ino;
	if (text && lock_mount_parse(text, mount, &id.major, &id.minor)) {
		*ret = id;
		return 0;
	}
	/*
	 * In a chroot the mount that the root is on is not listed. The file's
	 * own device is right but on btrfs and overlayfs, where the holders
	 * then stay unknown.
	 */
	id.major = major(st.st_dev);
	id.minor = minor(st.st_dev);
	*ret = id;
	return 0;
}

bool lock_line_is_of(const struct lock_line *line, const struct lock_id *id)
{
	return line->inode == id->inode && line->major == id->major &&
	       line->minor == id->minor;
}

/* Count @pid once; @ret holds at most @room of them. */
static void add(pid_t pid, pid_t *ret, size_t room, size_t *count)
{
	for (size_t i = 0; i < *count && i < room; i++) {
		if (ret[i] == pid)
			return;
	}
	if (*count < room)
		ret[*count] = pid;
	(*count)++;
}

static bool lives(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return access(path, F_OK) == 0;
}

static size_t find_in_table(const struct lock_table *table,
			    const struct lock_id *id, pid_t *ret, size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++) {
		const struct lock_line *line = &table->line[i];

		if (!line->by_file && lock_line_is_of(line, id) &&
		    line->pid != getpid() && lives(line->pid))
			add(line->pid, ret, room, &count);
	}
	return count;
}

/**
 * struct walk - a walk through /proc for locks on the file @st
 */
struct walk {
	struct stat st;
	void (*found)(void *arg, pid_t pid, const struct lock_line *line);
	void *arg;
};

/* "lock:	1: FLOCK  ADVISORY  READ 359 00:13:11691 0 EOF", among others.
 */
static void walk_lines(const struct walk *w, pid_t pid, const char *text)
{
	for (const char *p = text; (p = strstr(p, "\nlock:"));) {
		struct lock_line line;

		p += strlen("\nlock:");
		if (parse_line(p, &line))
			w->found(w->arg, pid, &line);
	}
}

static void walk_descriptor(const struct walk *w, pid_t pid, int proc,
			    const char *name)
{
	auto_free char *text = NULL;
	struct stat other;
	char path[300];

	snprintf(path, sizeof(path), "fd/%s", name);
	if (fstatat(proc, path, &other, 0) < 0 ||
	    other.st_dev != w->st.st_dev || other.st_ino != w->st.st_ino)
		return;
	snprintf(path, sizeof(path), "fdinfo/%s", name);
	if (file_read_at(proc, path, PROC_BYTES_MAX, &text) >= 0)
		walk_lines(w, pid, text);
}

static void walk_process(const struct walk *w, pid_t pid)
{
	struct dirent *entry;
	char path[32];
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	auto_fd int proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return;
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	fds = opendir(path);
	if (!fds)
		return; /* another user's */
	while ((entry = readdir(fds))) {
		if (isdigit((unsigned char)*entry->d_name))
			walk_descriptor(w, pid, proc, entry->d_name);
	}
	closedir(fds);
}

void holders_walk(int fd,
		  void (*found)(void *arg, pid_t pid,
				const struct lock_line *line),
		  void *arg)
{
	struct walk w = { .found = found, .arg = arg };
	struct dirent *entry;
	DIR *proc;

	if (fstat(fd, &w.st) < 0)
		return;
	proc = opendir("/proc");
	if (!proc)
		return;
	while ((entry = readdir(proc))) {
		uint64_t pid;

		if (num_parse(entry->d_name, 1, INT32_MAX, &pid) == 0 &&
		    (pid_t)pid != getpid())
			walk_process(&w, (pid_t)pid);
	}
	closedir(proc);
}

/* Pids, as add() wants them. */
struct pids {
	pid_t *pid;
	size_t room, count;
};

static void add_pid(void *arg, pid_t pid, const struct lock_line *line)
{
	struct pids *p = arg;

	(void)line;
	add(pid, p->pid, p->room, &p->count);
}

static size_t find_in_processes(int fd, pid_t *ret, size_t room)
{
	struct pids pids = { .pid = ret, .room = room };

	holders_walk(fd, add_pid, &pids);
	return pids.count;
}

static int by_pid(const void *left, const void *right)
{
	const pid_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

size_t holders_find(const struct lock_table *table, int fd, pid_t *ret,
		    size_t room)
{
	struct lock_table own = { 0 };
	struct lock_id id;
	size_t count = 0;

	if (!table && lock_table_read(&own, NULL) == 0)
		table = &own;
	if (table && lock_id_of(fd, &id, NULL) == 0)
		count = find_in_table(table, &id, ret, room);
	lock_table_done(&own);
	if (count == 0)
		count = find_in_processes(fd, ret, room);
	qsort(ret, count < room ? count : room, sizeof(*ret), by_pid);
	return count;
}

void holders_command(struct str *out, pid_t pid)
{
	auto_free char *text = NULL;
	char path[64];
	int len;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	len = file_read_at(AT_FDCWD, path, PROC_BYTES_MAX, &text);
	for (int i = 0; i < len; i++) {
		if (!text[i])
			text[i] = ' ';
	}
	while (len > 0 && text[len - 1] == ' ')
		text[--len] = '\0';
	if (len <= 0)
		str_add(out, "<cmdline unavailable>");
	else
		utf8_add_line(out, text, (size_t)len, COMMAND_CHARS_MAX);
}

void holders_describe(struct str *out, int fd)
{
	pid_t pid[NAMED_MAX];
	size_t count = holders_find(NULL, fd, pid, NAMED_MAX);

	if (count == 0)
		str_add(out, "someone whom /proc/locks does not show (another "
			     "PID namespace?)");
	for (size_t i = 0; i < count && i < NAMED_MAX; i++) {
		str_addf(out, "%spid %d (", i ? ", " : "", pid[i]);
		holders_command(out, pid[i]);
		str_add(out, ")");
	}
	if (count > NAMED_MAX)
		str_addf(out, " and %zu more", count - NAMED_MAX);
}
