/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/firmware.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/hash.h"
#include "tools/lib/why.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Below the folder of the program, or anywhere. */
static const char *const folders[] = { "../share/qemu", "../share/seabios",
				       "pc-bios", "/usr/share/qemu",
				       "/usr/share/seabios" };
static const char *const names[] = { "bios-256k.bin", "linuxboot_dma.bin",
				     "kvmvapic.bin" };

static int describe(struct str *out, const char *program, const char *folder,
		    const char *name)
{
	auto_str struct str path = { 0 }, entry = { 0 };
	char hex[HASH_HEX_SIZE];

	if (*folder != '/')
		str_addf(&path, "%s/", program);
	str_addf(&path, "%s/%s", folder, name);
	int r = hash_file(AT_FDCWD, str_text(&path), hex);
	if (r < 0)
		return why_is_system(r) ? r : 0;
	str_addf(&entry, "%s %.16s", name, hex);
	/* Two of the folders may be one. */
	if (!strstr(str_text(out), str_text(&entry)))
		str_addf(out, "%s%s", out->len ? ", " : "", str_text(&entry));
	return 0;
}

int firmware_describe(struct str *out, const char *qemu)
{
	char program[PATH_MAX];
	int r = 0;

	if (!realpath(qemu, program))
		return -errno;
	if (!strrchr(program, '/'))
		return 0;
	*strrchr(program, '/') = '\0';
	for (size_t n = 0; n < COUNT(names); n++) {
		for (size_t i = 0; r == 0 && i < COUNT(folders); i++)
			r = describe(out, program, folders[i], names[n]);
	}
	return r;
}
