/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/repro/lines.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "vmm/symbols.h"

/* The file of a kernel whose place in the tree is known. */
#define KNOWN_FILE "init/main.c"

/* @root: the tree; "" if names begin there, or if it is not known. */
struct repro_lines {
	const char *vmlinux;
	int fd;
	Elf *elf;
	Dwarf *dwarf;
	char root[PATH_MAX];
};

/* Without "." and ".." and double slashes, as the names say: a folder may be
 * gone by now. Return: false if it is too long. */
static bool clean_path(const char *path, char ret[PATH_MAX])
{
	bool from_root = *path == '/';
	size_t len = 0;

	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && strncmp(path, "..", 2) == 0) {
			while (len > 0 && ret[--len] != '/')
				continue;
		} else if (n > 0 && !(n == 1 && *path == '.')) {
			if (len + n + 2 > PATH_MAX)
				return false;
			if (len > 0 || from_root)
				ret[len++] = '/';
			memcpy(ret + len, path, n);
			len += n;
		}
		path += n + (path[n] == '/');
	}
	ret[len] = '\0';
	return true;
}

static const char *text_of(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attribute;

	return dwarf_formstring(dwarf_attr(die, name, &attribute));
}

/* A file's whole name: they are told from where the compiler ran, which may be
 * left out of all of them (-ffile-prefix-map). */
static bool whole_path(Dwarf_Die *unit, const char *file, char ret[PATH_MAX])
{
	const char *from = text_of(unit, DW_AT_comp_dir);
	char path[PATH_MAX];
	int n = *file == '/' || !from
			? snprintf(path, sizeof(path), "%s", file)
			: snprintf(path, sizeof(path), "%s/%s", from, file);

	return n >= 0 && n < PATH_MAX && clean_path(path, ret);
}

static bool ends_in(const char *path, const char *end)
{
	size_t len = strlen(path), n = strlen(end);

	return len >= n && strcmp(path + len - n, end) == 0;
}

/* The kernel's tree is where its KNOWN_FILE is, wherever it was built; another
 * program's where the compiler ran first. */
static void find_root(struct repro_lines *l)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;
	char path[PATH_MAX];

	while (dwarf_get_units(l->dwarf, unit, &unit, NULL, NULL, &die, NULL) ==
	       0) {
		const char *name = text_of(&die, DW_AT_name);

		if (!*l->root && whole_path(&die, "", path))
			memcpy(l->root, path, strlen(path) + 1);
		if (!name || !whole_path(&die, name, path) ||
		    !ends_in(path, "/" KNOWN_FILE))
			continue;
		path[strlen(path) - strlen("/" KNOWN_FILE)] = '\0';
		memcpy(l->root, path, strlen(path) + 1);
		return;
	}
}

static bool has_section(Elf *elf, const char *name, const char *old_name)
{
	Elf_Scn *section = NULL;
	size_t names = 0;
	GElf_Shdr h;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return false;
	while ((section = elf_nextscn(elf, section))) {
		const char *s = gelf_getshdr(section, &h)
					? elf_strptr(elf, names, h.sh_name)
					: NULL;

		if (s && h.sh_type != SHT_NOBITS && h.sh_type != SHT_NULL &&
		    (strcmp(s, name) == 0 || strcmp(s, old_name) == 0))
			return true;
	}
	return false;
}

static int read_all(struct repro_lines *l, struct why *reterr_why)
{
	l->fd = open(l->vmlinux, O_RDONLY | O_CLOEXEC);
	if (l->fd < 0)
		return why_set(reterr_why, -errno, "cannot open '%s': %s",
			       l->vmlinux, strerror(errno));
	elf_version(EV_CURRENT);
	l->elf = elf_begin(l->fd, ELF_C_READ_MMAP, NULL);
	if (!l->elf || elf_kind(l->elf) != ELF_K_ELF)
		return why_set(reterr_why, -ENOEXEC, "'%s' is no ELF file",
			       l->vmlinux);
	/* .zdebug_info: compressed as compilers did it before ELF could. */
	if (!has_section(l->elf, ".debug_info", ".zdebug_info"))
		return why_set(reterr_why, -ENODATA,
			       "'%s' has no debugging information", l->vmlinux);
	l->dwarf = dwarf_begin_elf(l->elf, DWARF_C_READ, NULL);
	if (!l->dwarf)
		return why_set(reterr_why, -ENODATA,
			       "the debugging information of '%s' cannot be "
			       "read: %s",
			       l->vmlinux, dwarf_errmsg(-1));
	find_root(l);
	return 0;
}

int repro_lines_open(const char *vmlinux, struct repro_lines **ret,
		     struct why *reterr_why)
{
	struct repro_lines *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	*l = (struct repro_lines){ .vmlinux = vmlinux, .fd = -1 };
	r = read_all(l, reterr_why);
	if (r < 0)
		repro_lines_close(l);
	else
		*ret = l;
	return r;
}

void repro_lines_close(struct repro_lines *l)
{
	if (!l)
		return;
	dwarf_end(l->dwarf);
	elf_end(l->elf);
	cleanup_fd(&l->fd);
	free(l);
}

/* Which file an address was compiled from. A compiler may leave out the table
 * that is quick to look up, .debug_aranges, as clang does. */
static bool find_unit(struct repro_lines *l, uint64_t at, Dwarf_Die *ret)
{
	Dwarf_CU *unit = NULL;

	if (dwarf_addrdie(l->dwarf, at, ret))
		return true;
	while (dwarf_get_units(l->dwarf, unit, &unit, NULL, NULL, ret, NULL) ==
	       0) {
		if (dwarf_haspc(ret, at) > 0)
			return true;
	}
	return false;
}

/* Where the function begins that has the address. */
static bool find_begin(Dwarf_Die *unit, uint64_t at, const char **ret_file,
		       int *ret_line)
{
	Dwarf_Die *scope = NULL;
	int count = dwarf_getscopes(unit, at, &scope);
	bool found = false;

	for (int i = 0; i < count && !found; i++) {
		if (dwarf_tag(&scope[i]) != DW_TAG_subprogram)
			continue;
		*ret_file = dwarf_decl_file(&scope[i]);
		found = *ret_file &&
			dwarf_decl_line(&scope[i], ret_line) == 0 &&
			*ret_line > 0;
	}
	free(scope);
	return found;
}

static bool find_line(Dwarf_Die *unit, uint64_t at, const char **ret_file,
		      int *ret_line)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, at);

	*ret_file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
	/* Line 0: what the compiler has made up. */
	if (*ret_file && dwarf_lineno(line, ret_line) == 0 && *ret_line > 0)
		return true;
	return find_begin(unit, at, ret_file, ret_line);
}

/* "FILE:LINE", the file below the tree; its end, if there is too much. */
static void tell(const struct repro_lines *l, const char *path, int line,
		 char ret[REPRO_LINE_MAX])
{
	size_t root = strlen(l->root), len, room, left_out = 0;
	char number[16];

	if (root > 0 && strncmp(path, l->root, root) == 0 && path[root] == '/')
		path += root + 1;
	snprintf(number, sizeof(number), ":%d", line);
	len = strlen(path);
	room = REPRO_LINE_MAX - 1 - strlen(number);
	if (len > room)
		left_out = len - room;
	len -= left_out;
	memcpy(ret, path + left_out, len);
	memcpy(ret + len, number, strlen(number) + 1);
	if (left_out)
		memset(ret, '.', 3);
	for (char *c = ret; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
}

bool repro_lines_at(struct repro_lines *l, uint64_t at,
		    char ret[REPRO_LINE_MAX])
{
	char path[PATH_MAX];
	const char *file;
	Dwarf_Die unit;
	int line;

	*ret = '\0';
	if (!find_unit(l, at, &unit) || !find_line(&unit, at, &file, &line) ||
	    !whole_path(&unit, file, path))
		return false;
	tell(l, path, line, ret);
	return true;
}

bool repro_lines_back(struct repro_lines *l, const char *line,
		      char ret[REPRO_LINE_MAX])
{
	uint64_t offset, size, at;
	char name[128];
	int end = 0;

	*ret = '\0';
	/* A module's name would be behind it. "+0x0": a pointer that lay on the
	 * stack, and no call. */
	if (sscanf(line, " %127[^+ \t]+0x%" SCNx64 "/0x%" SCNx64 "%n", name,
		   &offset, &size, &end) != 3 ||
	    line[end + (int)strspn(line + end, " \t\n")] || offset == 0 ||
	    offset > size ||
	    symbols_find_exact(l->vmlinux, name, size, &at) < 0)
		return false;
	return repro_lines_at(l, at + offset - 1, ret);
}
