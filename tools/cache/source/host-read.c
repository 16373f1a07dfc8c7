/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/host-read.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"

#define MAX_CONFIG (4 << 20)
#define MAX_NOTES  (64 << 10)

/* Is the content of the section called .notes @size bytes at @want? */
static bool is_section(Elf *elf, const char *want, size_t size)
{
	Elf_Scn *section = NULL;
	size_t strings;

	if (elf_getshdrstrndx(elf, &strings) < 0)
		return false;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		Elf_Data *data;
		const char *name;

		if (!gelf_getshdr(section, &header))
			continue;
		name = elf_strptr(elf, strings, header.sh_name);
		if (!name || strcmp(name, ".notes") != 0)
			continue;
		data = elf_rawdata(section, NULL);
		return data && data->d_size == size && data->d_buf &&
		       memcmp(data->d_buf, want, size) == 0;
	}
	return false;
}

bool host_has_notes(const char *path, const char *notes)
{
	auto_free char *want = malloc(MAX_NOTES);
	bool equal = false;
	ssize_t size;
	Elf *elf;

	auto_fd int notes_fd = open(notes, O_RDONLY | O_CLOEXEC);
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (!want || notes_fd < 0 || fd < 0 ||
	    (size = read(notes_fd, want, MAX_NOTES)) <= 0 ||
	    elf_version(EV_CURRENT) == EV_NONE)
		return false;
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		equal = is_section(elf, want, (size_t)size);
	(void)elf_end(elf);
	return equal;
}

/* Read all that @a has, which is one file without a name. */
static int read_all(struct archive *a, const char *path, struct str *out,
		    struct why *reterr_why)
{
	struct archive_entry *entry;
	char buf[1 << 14];
	la_ssize_t n;

	if (archive_read_open_filename(a, path, sizeof(buf)) != ARCHIVE_OK ||
	    archive_read_next_header(a, &entry) != ARCHIVE_OK)
		return why_set(reterr_why, -EINVAL, "cannot read '%s': %s",
			       path, archive_error_string(a));
	while ((n = archive_read_data(a, buf, sizeof(buf))) > 0 &&
	       out->len <= MAX_CONFIG)
		str_add_bytes(out, buf, (size_t)n);
	if (n < 0 || out->len > MAX_CONFIG)
		return why_set(reterr_why, -EINVAL, "cannot read '%s': %s",
			       path,
			       n < 0 ? archive_error_string(a)
				     : "it is no configuration");
	return 0;
}

int host_read_config(const char *path, char **ret, struct why *reterr_why)
{
	auto_str struct str out = { 0 };
	struct archive *a = archive_read_new();
	int r;

	if (!a)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	archive_read_support_filter_gzip(a);
	archive_read_support_format_raw(a);
	r = read_all(a, path, &out, reterr_why);
	archive_read_free(a);
	if (r < 0)
		return r;
	*ret = str_take(&out);
	return *ret ? 0 : why_set(reterr_why, -ENOMEM, "out of memory");
}
