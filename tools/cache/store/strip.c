/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/store/strip.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "tools/lib/cleanup.h"

/* Largest alignment in a file that we follow; that of huge pages. */
#define ALIGN_MAX (2 << 20)

/* One copy at work. */
struct strip {
	Elf *from, *to;
	size_t names;	  /* number of .shstrtab */
	size_t strings;	  /* number of .strtab */
	uint64_t end;	  /* first free byte of the output */
	uint64_t symbols; /* bytes of .symtab */
	bool has_btf;
	bool whole; /* what is known of symbols is right */
};

/*
 * Does the section with this number keep its content? What the file needs to be
 * read is told by types and links, for a damaged file has other names.
 */
static bool is_kept(const struct strip *s, size_t index, const char *name,
		    const GElf_Shdr *sh)
{
	static const char *const kept[] = { ".BTF", ".BTF_ids", ".rodata" };

	if (sh->sh_type == SHT_NOBITS || sh->sh_type == SHT_NULL)
		return false;
	if (sh->sh_type == SHT_NOTE || sh->sh_type == SHT_SYMTAB ||
	    sh->sh_type == SHT_SYMTAB_SHNDX || index == s->names ||
	    index == s->strings)
		return true;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (strcmp(name, kept[i]) == 0)
			return true;
	}
	return false;
}

/* Find the symbols, and the names that they have. Return: 0 or -1. */
static int find_symbols(struct strip *s)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(s->from, scn))) {
		if (!gelf_getshdr(scn, &sh))
			return -1;
		if (sh.sh_type != SHT_SYMTAB)
			continue;
		s->symbols = sh.sh_size;
		s->strings = sh.sh_link;
		break;
	}
	if (s->symbols <= sizeof(Elf64_Sym))
		return 0;
	scn = elf_getscn(s->from, s->strings);
	return scn && gelf_getshdr(scn, &sh) && sh.sh_type == SHT_STRTAB ? 0
									 : -1;
}

/* Move @s->end up to a multiple of @align. */
static void align_end(struct strip *s, uint64_t align)
{
	if (align > 1)
		s->end = (s->end + align - 1) / align * align;
}

/* Give the section @to the bytes of @from. Return: 0 or -1. */
static int copy_content(struct strip *s, Elf_Scn *from, Elf_Scn *to,
			GElf_Shdr *sh)
{
	Elf_Data *in = elf_rawdata(from, NULL);
	Elf_Data *out = elf_newdata(to);

	if (!in || !out || in->d_size != sh->sh_size ||
	    sh->sh_addralign > ALIGN_MAX || (sh->sh_flags & SHF_COMPRESSED))
		return -1;
	*out = *in;
	out->d_type = ELF_T_BYTE; /* byte for byte */
	out->d_off = 0;
	out->d_align = 1;
	align_end(s, sh->sh_addralign);
	sh->sh_offset = s->end;
	s->end += sh->sh_size;
	return 0;
}

/* Copy the section @from as it deserves. Return: 0 or -1. */
static int copy_section(struct strip *s, Elf_Scn *from)
{
	Elf_Scn *to = elf_newscn(s->to);
	GElf_Shdr sh;
	const char *name;

	if (!to || !gelf_getshdr(from, &sh))
		return -1;
	name = elf_strptr(s->from, s->names, sh.sh_name);
	if (!name)
		return -1;
	if (strcmp(name, ".BTF") == 0)
		s->has_btf = sh.sh_size > 0;
	sh.sh_offset = s->end;
	if (is_kept(s, elf_ndxscn(from), name, &sh)) {
		if (copy_content(s, from, to, &sh) < 0)
			return -1;
	} else if (sh.sh_flags & SHF_ALLOC) {
		sh.sh_type = SHT_NOBITS;
	} else {
		sh = (GElf_Shdr){ .sh_name = sh.sh_name,
				  .sh_type = SHT_NULL,
				  .sh_offset = s->end };
	}
	return gelf_update_shdr(to, &sh) ? 0 : -1;
}

/* Lay out the whole output file and write it. Return: 0 or -1. */
static int copy_elf(struct strip *s)
{
	GElf_Ehdr head;
	Elf_Scn *scn = NULL;

	if (!gelf_getehdr(s->from, &head) ||
	    elf_getshdrstrndx(s->from, &s->names) < 0 ||
	    !gelf_newehdr(s->to, gelf_getclass(s->from)))
		return -1;
	if (find_symbols(s) < 0)
		return -1;
	s->whole = true;
	if (s->symbols <= sizeof(Elf64_Sym))
		return -1;
	elf_flagelf(s->to, ELF_C_SET, ELF_F_LAYOUT);
	s->end = gelf_fsize(s->to, ELF_T_EHDR, 1, EV_CURRENT);
	while ((scn = elf_nextscn(s->from, scn))) {
		if (copy_section(s, scn) < 0)
			return -1;
	}
	align_end(s, 8);
	head.e_ehsize = (GElf_Half)gelf_fsize(s->to, ELF_T_EHDR, 1, EV_CURRENT);
	head.e_phoff = 0;
	head.e_phnum = 0;
	head.e_phentsize = 0;
	head.e_shoff = s->end;
	if (!gelf_update_ehdr(s->to, &head))
		return -1;
	return elf_update(s->to, ELF_C_WRITE) < 0 ? -1 : 0;
}

/* Say what failed: the system, or what is in the file. */
static int complain(const struct strip *s, const char *from, int error,
		    struct why *reterr_why)
{
	const char *what = elf_errmsg(-1);

	if (error > 0)
		return why_set(reterr_why, -error, "cannot strip '%s': %s",
			       from, strerror(error));
	if (s->whole && s->symbols <= sizeof(Elf64_Sym))
		return why_set(reterr_why, -EINVAL, "'%s' has no symbols",
			       from);
	return why_set(reterr_why, -EINVAL, "'%s' is damaged: %s", from,
		       what ? what : "a section does not fit");
}

int strip_vmlinux(const char *from, int fd, bool *ret_has_btf,
		  struct why *reterr_why)
{
	auto_fd int in = open(from, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct strip s = { 0 };
	char magic[SELFMAG];
	ssize_t n = in < 0 ? -1 : pread(in, magic, SELFMAG, 0);
	int r = 0;

	if (n < 0)
		return why_set(reterr_why, -errno, "cannot read '%s': %s", from,
			       strerror(errno));
	if (n != SELFMAG || memcmp(magic, ELFMAG, SELFMAG) != 0)
		return why_set(reterr_why, -EINVAL, "'%s' is no ELF file",
			       from);
	elf_version(EV_CURRENT);
	(void)elf_errno();
	errno = 0; /* says afterwards whether the system failed, or libelf */
	s.from = elf_begin(in, ELF_C_READ, NULL);
	s.to = elf_begin(fd, ELF_C_WRITE, NULL);
	if (!s.from || !s.to || elf_kind(s.from) != ELF_K_ELF ||
	    copy_elf(&s) < 0)
		r = complain(&s, from, errno, reterr_why);
	(void)elf_end(s.to);
	(void)elf_end(s.from);
	if (r == 0)
		*ret_has_btf = s.has_btf;
	return r;
}
