/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "tools/lib/cleanup.h"

/* The best so far: the number of a name, and its address. */
struct found {
	const char *const *names;
	unsigned char type;
	size_t best, count;
	uint64_t at;
	bool any;
	/* Of symbols_find_exact(): bytes up to what comes next, else 0; how
	 * many fit, and whether they fill these. */
	uint64_t room;
	size_t fits;
	bool tight;
};

/* Compilers put ".isra.0" and the like behind the name of a function that they
 * have changed; ".cold" and ".part.0" are pieces of it, where it does not
 * begin. */
static bool is_name(const char *symbol, const char *name)
{
	size_t len = strlen(name);

	return strncmp(symbol, name, len) == 0 &&
	       (symbol[len] == '\0' ||
		(symbol[len] == '.' && !strstr(symbol + len, ".cold") &&
		 !strstr(symbol + len, ".part.")));
}

static void take(struct found *f, const char *symbol, uint64_t at)
{
	for (size_t i = 0; symbol && i < f->best; i++) {
		if (!is_name(symbol, f->names[i]))
			continue;
		f->best = i;
		f->at = at;
	}
}

/* What comes behind a function begins at a multiple of 64 bytes at most, but
 * for the last one of a section: Linux's CONFIG_FUNCTION_ALIGNMENT. */
#define GAP_MAX 64

static void take_exact(struct found *f, const char *symbol, const GElf_Sym *sym)
{
	bool tight = f->room - sym->st_size < GAP_MAX;

	if (!symbol || f->count == 0 || strcmp(symbol, f->names[0]) != 0 ||
	    sym->st_shndx == SHN_UNDEF || sym->st_size > f->room ||
	    (f->fits > 0 && (f->at == sym->st_value || (f->tight && !tight))))
		return;
	f->fits = tight && !f->tight ? 1 : f->fits + 1;
	f->tight = tight;
	f->best = 0;
	f->at = sym->st_value;
}

static void read_table(Elf *elf, Elf_Scn *section, const GElf_Shdr *h,
		       struct found *f)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = h->sh_entsize ? h->sh_size / h->sh_entsize : 0;
	GElf_Sym sym;

	for (size_t i = 0; data && i < count; i++) {
		const char *name =
			gelf_getsym(data, (int)i, &sym)
				? elf_strptr(elf, h->sh_link, sym.st_name)
				: NULL;

		if (f->room) {
			f->any = true;
			take_exact(f, name, &sym);
		} else if (name && GELF_ST_TYPE(sym.st_info) == f->type) {
			f->any = true;
			take(f, name, sym.st_value);
		}
	}
}

static int find(const char *vmlinux, struct found *f, struct why *reterr_why)
{
	auto_fd int fd = open(vmlinux, O_RDONLY | O_CLOEXEC);
	Elf_Scn *section = NULL;
	GElf_Shdr h;

	if (fd < 0)
		return why_set(reterr_why, -errno, "cannot open '%s': %s",
			       vmlinux, strerror(errno));
	while (f->names[f->count])
		f->count++;
	f->best = f->count;
	elf_version(EV_CURRENT);
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	while (elf && (section = elf_nextscn(elf, section))) {
		if (gelf_getshdr(section, &h) && h.sh_type == SHT_SYMTAB)
			read_table(elf, section, &h, f);
	}
	elf_end(elf);
	if (!f->any)
		return why_set(reterr_why, -ENOEXEC,
			       "'%s' has no symbols of functions", vmlinux);
	if (f->best == f->count)
		return why_set(reterr_why, -ENOENT,
			       "this kernel has no %s '%s'",
			       f->type == STT_FUNC ? "function" : "variable",
			       f->names[0]);
	return 0;
}

int symbols_find(const char *vmlinux, const char *const *names, uint64_t *ret,
		 const char **ret_name, struct why *reterr_why)
{
	struct found f = { .names = names, .type = STT_FUNC };
	int r = find(vmlinux, &f, reterr_why);

	if (r < 0)
		return r;
	*ret = f.at;
	*ret_name = names[f.best];
	return 0;
}

int symbols_find_variable(const char *vmlinux, const char *name, uint64_t *ret,
			  struct why *reterr_why)
{
	const char *const names[] = { name, NULL };
	struct found f = { .names = names, .type = STT_OBJECT };
	int r = find(vmlinux, &f, reterr_why);

	if (r == 0)
		*ret = f.at;
	return r;
}

int symbols_find_exact(const char *vmlinux, const char *name, uint64_t size,
		       uint64_t *ret)
{
	const char *const names[] = { name, NULL };
	struct found f = { .names = names, .type = STT_FUNC, .room = size };
	int r = size ? find(vmlinux, &f, NULL) : -ENOENT;

	if (r < 0)
		return r;
	if (f.fits > 1)
		return -ENOTUNIQ;
	*ret = f.at;
	return 0;
}
