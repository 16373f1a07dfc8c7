/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/pack.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "vmm/closure.h"

#define auto_closure __attribute__((cleanup(closure_done)))

/* Scripts that are run by scripts; the kernel has the same limit. */
#define SCRIPTS_MAX 4
/* What the kernel reads of a script's first line. */
#define SHELL_MAX 256

struct name {
	char *guest, *host;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->guest,
		      ((const struct name *)b)->guest);
}

static void free_name(void *node)
{
	struct name *n = node;

	free(n->guest);
	free(n->host);
	free(n);
}

void pack_done(struct pack *p)
{
	tdestroy(p->names, free_name);
	p->names = NULL;
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat one, two;

	return strcmp(a, b) == 0 ||
	       (stat(a, &one) == 0 && stat(b, &two) == 0 &&
		one.st_dev == two.st_dev && one.st_ino == two.st_ino);
}

/* Take the guest's path for @host. Return: 1, 0 when it is there, -EEXIST. */
static int take_name(struct pack *p, const char *host, const char *guest,
		     struct why *reterr_why)
{
	struct name *n = calloc(1, sizeof(*n));
	struct name **at;

	if (!n)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	n->guest = strdup(guest);
	n->host = strdup(host);
	at = n->guest && n->host ? tsearch(n, &p->names, compare) : NULL;
	if (at && *at == n)
		return 1;
	free_name(n);
	if (!at)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (is_same_file((*at)->host, host))
		return 0;
	return why_set(reterr_why, -EEXIST,
		       "both '%s' and '%s' would be '%s' in the guest",
		       (*at)->host, host, guest);
}

static int read_head(const char *host, void *head, size_t room)
{
	auto_fd int fd = open(host, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 ? -1 : (int)pread(fd, head, room, 0);
}

enum pack_kind pack_kind(const char *host)
{
	Elf64_Ehdr h = { 0 };
	int n = read_head(host, &h, sizeof(h));

	if (n >= 2 && memcmp(&h, "#!", 2) == 0)
		return PACK_SCRIPT;
	if (n == (int)sizeof(h) && memcmp(&h, ELFMAG, SELFMAG) == 0 &&
	    h.e_ident[EI_CLASS] == ELFCLASS64 && h.e_machine == EM_X86_64 &&
	    (h.e_type == ET_EXEC || h.e_type == ET_DYN))
		return PACK_ELF;
	return PACK_DATA;
}

static int add_file(struct pack *p, const char *host, const char *guest,
		    struct why *reterr_why)
{
	struct stat st;
	int r = take_name(p, host, guest, reterr_why);

	if (r <= 0)
		return r;
	if (stat(host, &st) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", host,
			       strerror(errno));
	return cpio_add_file(p->cpio, guest + 1, st.st_mode & 07777, host,
			     reterr_why);
}

static int add_closure(struct pack *p, const struct closure *needs,
		       struct why *reterr_why)
{
	int r = 0;

	if (needs->interpreter)
		r = add_file(p, needs->interpreter, needs->interpreter,
			     reterr_why);
	for (size_t i = 0; r == 0 && i < needs->count; i++) {
		const char *slash = strrchr(needs->item[i].soname, '/');
		auto_str struct str lib = { 0 };

		str_addf(&lib, "/job/lib/%s",
			 slash ? slash + 1 : needs->item[i].soname);
		r = add_file(p, needs->item[i].path, str_text(&lib),
			     reterr_why);
	}
	return r;
}

/* The program that the first line of a script names, or -ENOEXEC. */
static int read_shell(const char *host, char ret[static SHELL_MAX],
		      struct why *reterr_why)
{
	char head[SHELL_MAX] = "";
	const char *shell = head + 2;
	int n = read_head(host, head, sizeof(head) - 1);

	if (n < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", host,
			       strerror(errno));
	shell += strspn(shell, " \t");
	if (*shell != '/')
		return why_set(reterr_why, -ENOEXEC,
			       "the first line of '%s' names no program by its "
			       "absolute path",
			       host);
	snprintf(ret, SHELL_MAX, "%.*s", (int)strcspn(shell, " \t\r\n"), shell);
	if (access(ret, X_OK) < 0)
		return why_set(reterr_why, -ENOEXEC,
			       "'%s' is run by '%s', which is not on this "
			       "machine",
			       host, ret);
	return 0;
}

static int add_program(struct pack *p, const char *host, const char *guest,
		       int depth, struct why *reterr_why)
{
	auto_closure struct closure needs = { 0 };
	int r;

	if (pack_kind(host) == PACK_SCRIPT) {
		char shell[SHELL_MAX];

		if (depth >= SCRIPTS_MAX)
			return why_set(reterr_why, -ENOEXEC,
				       "'%s' is run by a script that is run by "
				       "a script, too often",
				       host);
		r = read_shell(host, shell, reterr_why);
		if (r == 0)
			r = add_file(p, host, guest, reterr_why);
		return r < 0 ? r
			     : add_program(p, shell, shell, depth + 1,
					   reterr_why);
	}
	r = closure_find(host, &needs, reterr_why);
	if (r == 0)
		r = add_file(p, host, guest, reterr_why);
	return r < 0 ? r : add_closure(p, &needs, reterr_why);
}

int pack_program(struct pack *p, const char *host, const char *guest,
		 struct why *reterr_why)
{
	if (access(host, X_OK) < 0 && errno == ENOENT)
		return why_set(reterr_why, -ENOENT, "no such program: '%s'",
			       host);
	if (access(host, X_OK) < 0)
		return why_set(reterr_why, -EACCES, "'%s' is not executable",
			       host);
	return add_program(p, host, guest, 0, reterr_why);
}

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

/* The guest's own places; vmm/guest/mounts.c covers all but the first two. */
static bool is_covered(const char *guest)
{
	static const char *const places[] = { "/init", "/job", "/proc", "/sys",
					      "/dev",  "/run", NULL };

	for (const char *const *place = places; *place; place++) {
		if (is_below(guest, *place))
			return true;
	}
	return false;
}

/* In a tree a program brings what it needs, a library is there for one, and a
 * script may be one for another machine. */
static bool is_program(const char *host, mode_t mode)
{
	enum pack_kind kind = pack_kind(host);
	auto_closure struct closure needs = { 0 };
	char shell[SHELL_MAX];
	struct why ignored;

	if ((mode & 0111) == 0 || kind == PACK_DATA)
		return false;
	if (kind == PACK_SCRIPT)
		return read_shell(host, shell, &ignored) == 0;
	/* What is missing is told when it is added. */
	return closure_find(host, &needs, &ignored) < 0 || needs.interpreter;
}

static int add_tree(struct pack *p, const char *host, const char *guest,
		    struct why *reterr_why);

static int add_link(struct pack *p, const char *host, const char *guest,
		    struct why *reterr_why)
{
	char target[PATH_MAX] = "";
	int r = take_name(p, host, guest, reterr_why);

	if (r <= 0)
		return r;
	if (readlink(host, target, sizeof(target) - 1) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", host,
			       strerror(errno));
	return cpio_add_link(p->cpio, guest + 1, target, reterr_why);
}

static int add_any(struct pack *p, const char *host, const char *guest,
		   bool in_tree, struct why *reterr_why)
{
	struct stat st;

	if ((in_tree ? lstat(host, &st) : stat(host, &st)) < 0)
		return why_set(reterr_why, -errno, "cannot include '%s': %s",
			       host, strerror(errno));
	if (is_covered(guest))
		return why_set(
			reterr_why, -EINVAL,
			"'%s' cannot be '%s' in the guest, which has its "
			"own there; write %s=/PATH",
			host, guest, host);
	if (S_ISLNK(st.st_mode))
		return add_link(p, host, guest, reterr_why);
	if (S_ISDIR(st.st_mode))
		return add_tree(p, host, guest, reterr_why);
	if (!S_ISREG(st.st_mode))
		return why_set(reterr_why, -EINVAL,
			       "'%s' is neither a file nor a folder", host);
	if (in_tree ? is_program(host, st.st_mode)
		    : pack_kind(host) == PACK_ELF ||
			      (pack_kind(host) == PACK_SCRIPT &&
			       st.st_mode & 0111))
		return add_program(p, host, guest, 0, reterr_why);
	return add_file(p, host, guest, reterr_why);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *e)
{
	return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

static int add_tree(struct pack *p, const char *host, const char *guest,
		    struct why *reterr_why)
{
	struct dirent **entry;
	struct stat st;
	int n = scandir(host, &entry, is_entry, by_name), r = 0;

	if (n < 0 || stat(host, &st) < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", host,
			       strerror(errno));
	if (strcmp(guest, "/") != 0)
		r = cpio_add_folder(p->cpio, guest + 1, st.st_mode & 07777,
				    reterr_why);
	for (int i = 0; i < n; i++) {
		auto_str struct str from = { 0 }, to = { 0 };

		str_addf(&from, "%s/%s", host, entry[i]->d_name);
		str_addf(&to, "%s/%s", strcmp(guest, "/") == 0 ? "" : guest,
			 entry[i]->d_name);
		if (r == 0)
			r = add_any(p, str_text(&from), str_text(&to),
				    /* in_tree */ true, reterr_why);
		free(entry[i]);
	}
	free(entry);
	return r;
}

int pack_include(struct pack *p, const struct include *i,
		 struct why *reterr_why)
{
	return add_any(p, i->host, i->guest, /* in_tree */ false, reterr_why);
}
