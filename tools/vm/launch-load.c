/* SPDX-License-Identifier: GPL-2.0-or-later */
/* launch-load.c - what a machine is loaded with, and the room for it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/words.h"
#include "tools/vm/launch.h"
#include "tools/vm/region.h"
#include "vmm/memory.h"
#include "vmm/wire.h"

static int make_init(const char *init)
{
	struct why why = { .text = "" };
	int fd = memfd_create("ktstr-init", MFD_CLOEXEC);

	if (fd < 0)
		die(EX_BROKEN, "cannot make a memory file: %m");
	if (archive_init(fd, init, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	return fd;
}

/* The boot image as it is now: what is hashed, measured and started is the
 * same, whoever builds a new one meanwhile. */
static int load_kernel(const char *path)
{
	char piece[65536];
	auto_fd int from = open(path, O_RDONLY | O_CLOEXEC);
	int fd = memfd_create("ktstr-kernel", MFD_CLOEXEC);
	ssize_t n = 0;

	if (fd < 0)
		die(EX_BROKEN, "cannot make a memory file: %m");
	while (from >= 0 && (n = read(from, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		int r = file_write_all(fd, piece, (size_t)n);
		if (r < 0)
			die(EX_BROKEN, "cannot write a memory file: %s",
			    strerror(-r));
	}
	if (from < 0 || n < 0)
		die(why_code(-errno, EX_USAGE),
		    "cannot read the kernel '%s': %m", path);
	return fd;
}

/* Give the machine the memory that its files need beside the kernel. */
static void fit_memory(struct machine_config *c, uint64_t files)
{
	struct memory_need need = { .cpus = topology_cpus(&c->topology) };
	unsigned int asked = c->memory_mib;
	char kernel[32];
	struct stat st;
	struct why why;

	snprintf(kernel, sizeof(kernel), "/proc/self/fd/%d", c->kernel_fd);
	if (fstat(c->initrd_fd, &st) < 0)
		die(EX_BROKEN, "cannot look at a memory file: %m");
	need.archive = (uint64_t)st.st_size;
	need.files = files + need.archive;
	if (memory_of_kernel(kernel, &need.kernel, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	if (memory_fit(&c->topology, &need, c->memory_mib, &c->memory_mib,
		       &why) < 0)
		die(why_code(why.error, EX_USAGE), "%s", why.text);
	if (c->memory_mib > asked)
		detail("the machine gets %u MiB of memory, which its files "
		       "need",
		       c->memory_mib);
}

void launch_load(struct machine_config *c, const char *init, uint64_t files)
{
	c->kernel_fd = load_kernel(c->kernel);
	c->initrd_fd = make_init(init);
	fit_memory(c, files);
}

void launch_show(const struct machine_config *given)
{
	struct machine_config c = *given;
	auto_words char **argv = NULL;
	auto_str struct str line = { 0 };
	struct why why;

	c.kernel_fd = 0;
	c.initrd_fd = -1;
	if (machine_argv(&c, &argv, &why) < 0)
		die(why_code(why.error, EX_SKIP), "%s", why.text);
	for (char **w = argv; *w; w++) {
		str_add(&line, w == argv ? "" : " ");
		words_quote(&line, *w);
	}
	puts(str_text(&line));
}

void launch_rehearse(struct machine_config *c, const struct job *job,
		     const char *init)
{
	auto_wire struct wire wire;
	struct job without_input = *job;
	struct why why;

	without_input.input = false;
	if (wire_open(&wire, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	launch_load(c, init, region_fill(&wire, &without_input, 0, false));
	launch_show(c);
}
