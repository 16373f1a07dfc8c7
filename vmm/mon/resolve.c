/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/mon/resolve.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"

/* Names of members that are nested: "scx.local_dsq.nr" has three. */
#define PART_MAX 48
/* Members without a name inside of others without a name. */
#define NESTED_MAX 8

static void take_symbol(const char *name, uint64_t value, struct mon_layout *l)
{
	for (unsigned int i = 0; name && i < MON_SYMBOLS; i++) {
		if (l->has[i] || strcmp(name, mon_symbol_info[i].name) != 0)
			continue;
		l->has[i] = true;
		l->symbol[i] = value;
	}
}

static void read_table(Elf *elf, Elf_Scn *section, const GElf_Shdr *h,
		       struct mon_layout *l)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = h->sh_entsize ? h->sh_size / h->sh_entsize : 0;
	GElf_Sym sym;

	for (size_t i = 0; data && i < count; i++) {
		if (gelf_getsym(data, (int)i, &sym) &&
		    sym.st_shndx != SHN_UNDEF)
			take_symbol(elf_strptr(elf, h->sh_link, sym.st_name),
				    sym.st_value, l);
	}
}

static int read_symbols(const char *path, struct mon_layout *l,
			struct why *reterr_why)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf_Scn *section = NULL;
	GElf_Ehdr head;
	GElf_Shdr h;
	Elf *elf;

	if (fd < 0)
		return why_set(reterr_why, -errno, "cannot open '%s': %s", path,
			       strerror(errno));
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf || !gelf_getehdr(elf, &head) || head.e_machine != EM_X86_64) {
		elf_end(elf);
		return why_set(reterr_why, -ENOTSUP,
			       "'%s' is no kernel of this architecture", path);
	}
	while ((section = elf_nextscn(elf, section))) {
		if (gelf_getshdr(section, &h) && h.sh_type == SHT_SYMTAB)
			read_table(elf, section, &h, l);
	}
	elf_end(elf);
	return 0;
}

/* What is left of a type without typedefs, const and volatile; NULL if it is no
 * structure. */
static const struct btf_type *structure(const struct btf *btf, __u32 id)
{
	int plain = btf__resolve_type(btf, id);
	const struct btf_type *t =
		plain < 0 ? NULL : btf__type_by_id(btf, (__u32)plain);

	return t && btf_is_composite(t) ? t : NULL;
}

/*
 * The member @name of @t. Return: its type's id, and in @bits where it begins;
 * 0 when there is none that begins with a byte.
 */
static __u32 find_member(const struct btf *btf, const struct btf_type *t,
			 const char *name, int depth, __u32 *bits)
{
	const struct btf_member *m = btf_members(t);

	for (__u32 i = 0; i < btf_vlen(t); i++) {
		const char *own = btf__name_by_offset(btf, m[i].name_off);
		__u32 at = btf_member_bit_offset(t, i), id;
		const struct btf_type *inner;

		if (own && *own) {
			if (strcmp(own, name) != 0)
				continue;
			*bits += at;
			return btf_member_bitfield_size(t, i) || at % 8
				       ? 0
				       : m[i].type;
		}
		inner = depth < NESTED_MAX ? structure(btf, m[i].type) : NULL;
		id = inner ? find_member(btf, inner, name, depth + 1, bits) : 0;
		if (id) {
			*bits += at;
			return id;
		}
	}
	return 0;
}

__u32 mon_find_member(const struct btf *btf, __u32 id, const char *path,
		      __u32 *ret_at)
{
	__u32 bits = 0;

	while (*path) {
		const struct btf_type *t = structure(btf, id);
		size_t len = strcspn(path, ".");
		char part[PART_MAX];

		if (!t || len >= sizeof(part))
			return 0;
		memcpy(part, path, len);
		part[len] = '\0';
		id = find_member(btf, t, part, 0, &bits);
		if (!id)
			return 0;
		path += len + (path[len] == '.');
	}
	*ret_at = bits / 8;
	return id;
}

/* Follow @path from the structure @id on. Return: false if it leads nowhere. */
static bool find_place(const struct btf *btf, __u32 id, const char *path,
		       struct mon_place *ret)
{
	__u32 at = 0, member = mon_find_member(btf, id, path, &at);
	__s64 size = member ? btf__resolve_size(btf, member) : 0;

	if (size <= 0)
		return false;
	*ret = (struct mon_place){ at, size < MON_FIELD_MAX ? (__u32)size
							    : MON_FIELD_MAX };
	return true;
}

void mon_resolve_types(const struct btf *btf, struct mon_layout *l)
{
	for (unsigned int i = 0; i < MON_FIELDS; i++) {
		const struct mon_field_info *f = &mon_field_info[i];
		__s32 id =
			btf__find_by_name_kind(btf, f->type, BTF_KIND_STRUCT);

		if (id > 0)
			(void)find_place(btf, (__u32)id, f->path, &l->field[i]);
	}
}

static int read_types(const char *path, struct mon_layout *l,
		      struct why *reterr_why)
{
	struct btf *btf;

	libbpf_set_print(NULL);
	btf = btf__parse(path, NULL);
	if (!btf)
		return why_set(reterr_why, -ENOTSUP,
			       "'%s' has no type information in BTF; the "
			       "kernel needs CONFIG_DEBUG_INFO_BTF",
			       path);
	mon_resolve_types(btf, l);
	btf__free(btf);
	return 0;
}

int mon_resolve(const char *vmlinux, struct mon_layout *ret,
		struct why *reterr_why)
{
	struct mon_layout l = { 0 };
	int r = read_symbols(vmlinux, &l, reterr_why);

	if (r == 0)
		r = read_types(vmlinux, &l, reterr_why);
	if (r == 0)
		r = mon_layout_check(&l, reterr_why);
	if (r == 0)
		*ret = l;
	return r;
}

/* "FOLDER/" of a path, with its slash; "" if it has none. */
static int folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash - path) + 1 : 0;
}

char *mon_find_vmlinux(const char *image)
{
	int folder = folder_len(image);
	const char *name = image + folder;
	const char *version =
		strncmp(name, "vmlinuz-", 8) == 0 ? name + 8 : NULL;
	struct str path[5] = { { 0 }, { 0 }, { 0 }, { 0 }, { 0 } };
	char *found = NULL;

	str_addf(&path[0], "%.*svmlinux", folder, image);
	str_addf(&path[1], "%.*s../../../vmlinux", folder, image);
	if (version) {
		str_addf(&path[2], "/usr/lib/debug/boot/vmlinux-%s", version);
		str_addf(&path[3], "%.*svmlinux-%s", folder, image, version);
		str_addf(&path[4], "/lib/modules/%s/build/vmlinux", version);
	}
	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++) {
		if (!found && path[i].len && access(path[i].text, R_OK) == 0)
			found = str_take(&path[i]);
		str_done(&path[i]);
	}
	return found;
}
