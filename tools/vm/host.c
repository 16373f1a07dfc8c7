/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/host.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "tools/cache/store/lock.h"
#include "tools/lib/bzimage.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "vmm/elf.h"

/* Longest wait for who replaces the kernel, in milliseconds. */
#define HOLD_MS 10000

static char *join(const char *folder, const char *name)
{
	struct str path = { 0 };

	str_add(&path, folder);
	if (name)
		str_addf(&path, "/%s", name);
	char *text = str_take(&path);
	if (!text)
		die(EX_BROKEN, "out of memory");
	return text;
}

char *host_find_init(const struct request *req)
{
	static const char *const places[] = { "ktstr-init",
					      "../libexec/ktstr/ktstr-init",
					      NULL };
	char self[PATH_MAX] = "";
	struct elf_needs needs;
	struct why why;

	if (req->init) {
		if (access(req->init, R_OK) < 0)
			die(why_code(-errno, EX_USAGE),
			    "cannot read the init '%s': %m", req->init);
		if (elf_read_needs(req->init, &needs, &why) < 0)
			die(why_code(why.error, EX_USAGE), "--init: %s",
			    why.text);
		elf_needs_done(&needs);
		return strdup(req->init);
	}
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash = n > 0 ? strrchr(self, '/') : NULL;
	if (slash)
		*slash = '\0';
	for (const char *const *place = places; slash && *place; place++) {
		char *path = join(self, *place);

		if (access(path, R_OK) == 0)
			return path;
		free(path);
	}
	die(EX_BROKEN, "ktstr-init is neither beside this program nor in "
		       "../libexec/ktstr; name it with --init");
}

/* What a kernel entry calls its image, which a distribution has named. */
static char *named_image(const char *folder)
{
	auto_free char *path = join(folder, "metadata.json");
	json_t *meta = json_load_file(path, 0, NULL);
	const char *name =
		json_string_value(json_object_get(meta, "image_name"));
	char *image = NULL;

	if (name && *name && !strchr(name, '/'))
		image = join(folder, name);
	json_decref(meta);
	if (image && access(image, R_OK) < 0) {
		free(image);
		return NULL;
	}
	return image;
}

static char *find_image(const struct request *req)
{
	static const char *const places[] = { "bzImage",
					      "arch/x86/boot/bzImage", NULL };
	struct stat st;

	if (!req->kernel)
		die(EX_USAGE, "--kernel is missing: a kernel entry, a built "
			      "tree, or a boot image");
	if (stat(req->kernel, &st) < 0)
		die(why_code(-errno, EX_USAGE), "no such kernel '%s': %m",
		    req->kernel);
	if (S_ISREG(st.st_mode))
		return join(req->kernel, NULL);
	for (const char *const *place = places; *place; place++) {
		char *path = join(req->kernel, *place);

		if (access(path, R_OK) == 0)
			return path;
		free(path);
	}
	char *named = named_image(req->kernel);
	if (named)
		return named;
	die(EX_USAGE,
	    "'%s' holds no boot image: neither bzImage nor "
	    "arch/x86/boot/bzImage",
	    req->kernel);
}

char *host_find_image(const struct request *req)
{
	char *path = find_image(req);
	struct why why;

	if (bzimage_check(path, &why) < 0)
		die(why_code(why.error, EX_USAGE), "--kernel: %s", why.text);
	return path;
}

void host_hold_kernel(const struct request *req)
{
	char entry[PATH_MAX];
	struct why why;
	int fd;

	if (!req->kernel || !realpath(req->kernel, entry))
		return; /* host_find_image() says what is wrong */
	char *slash = strrchr(entry, '/');
	*slash = '\0';
	/* Never closed: the kernel lets go when we end, however we end. */
	if (entry_hold(entry, slash + 1, HOLD_MS, &fd, &why) < 0)
		die(EX_BROKEN, "kernel entry '%s' is being replaced or removed",
		    req->kernel);
}

void host_choose_clock(const struct request *req, struct machine_config *c)
{
	struct why why = { .text = "" };
	bool want_virtual = req->has_clock && req->clock == CLOCK_VIRTUAL;

	if (want_virtual && req->accel == CHOOSE_KVM)
		die(EX_USAGE, "the virtual clock counts instructions, which "
			      "KVM cannot; use --accel tcg or --clock real");
	c->accel = ACCEL_TCG;
	if (!want_virtual && !request_wants_tcg(req)) {
		if (host_kvm_works(&why) == 0)
			c->accel = ACCEL_KVM;
		else if (req->accel == CHOOSE_KVM)
			die(why_code(why.error, EX_SKIP), "%s", why.text);
	}
	c->clock = c->accel == ACCEL_KVM ? CLOCK_REAL : CLOCK_VIRTUAL;
	if (req->has_clock)
		c->clock = req->clock;
	if (req->shift >= 0 && c->clock == CLOCK_REAL)
		die(EX_USAGE,
		    "--shift says how long an instruction takes under "
		    "the virtual clock, and this machine's is the "
		    "real one; see --clock");
}
