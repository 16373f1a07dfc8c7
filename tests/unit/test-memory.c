/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/memory.h"

#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/spec/topology-detail.h"
#include "vmm/machine.h"

#define MIB (UINT64_C(1) << 20)

static struct topology read_it(const char *text)
{
	struct topology t;

	CHECK_INT(topology_parse(text, &t, NULL), 0);
	return t;
}

TEST(nodes_have_equal_shares)
{
	struct topology t = read_it("3n3l1c1t"), big = read_it("1n8l8c2t");

	CHECK_INT(machine_memory(&t, 0), 516);
	CHECK_INT(machine_memory(&t, 1000), 1002);
	CHECK_INT(machine_memory(&big, 0), 4096);
	CHECK_INT(memory_of_node(&t, 516, 2), 172);
	CHECK_INT(memory_declared(&t), 0);
}

TEST(what_a_topology_gives_goes_before)
{
	struct machine_config c = { .topology = read_it("3n3l1c1t memory="
							"1G,0,64M") };

	CHECK_INT(memory_declared(&c.topology), 1088);
	c.memory_mib = machine_memory(&c.topology, 4000);
	CHECK_INT(c.memory_mib, 1088);
	CHECK_INT(memory_of_node(&c.topology, 1088, 1), 0);
	/* One backend for each node that has memory. */
	CHECK_INT(machine_ram_mib(&c, 0), 1024);
	CHECK_INT(machine_ram_mib(&c, 1), 64);
	CHECK_INT(machine_ram_mib(&c, 2), 0);
	topology_forget();
}

TEST(the_least_memory_has_all_terms)
{
	struct memory_need none = { 0 };
	struct memory_need small = { 1 * MIB, 10 * MIB + 1, 30 * MIB, 1 };
	struct memory_need large = { 1 * MIB, 400 * MIB, 30 * MIB, 5 };

	/* ceil(256 * 512 / 503) */
	CHECK_INT(memory_least(&none), 261);
	/* ceil((11 + 30 + 1 + 256) * 512 / 503) */
	CHECK_INT(memory_least(&small), 304);
	/* ceil((2 * 400 + 30 + 1 + 8 + ceil(5 / 4)) * 512 / 503) */
	CHECK_INT(memory_least(&large), 857);
}

TEST(memory_grows_to_what_is_needed)
{
	struct memory_need large = { 1 * MIB, 400 * MIB, 30 * MIB, 1 };
	struct topology t = read_it("3n3l1c1t");
	unsigned int mib;
	struct why why;

	CHECK_INT(memory_fit(&t, &large, 516, &mib, &why), 0);
	CHECK_INT(mib, 858);
	CHECK_INT(memory_fit(&t, &large, 1002, &mib, &why), 0);
	CHECK_INT(mib, 1002);
}

TEST(memory_that_is_declared_and_too_little_is_refused)
{
	struct memory_need large = { 1 * MIB, 400 * MIB, 30 * MIB, 1 };
	struct topology t = read_it("1n1l1c1t memory=855M");
	unsigned int mib;
	struct why why = { .text = "" };

	CHECK_INT(memory_fit(&t, &large, 512, &mib, &why), -ENOSPC);
	CHECK(strstr(why.text, "gives the machine 855 MiB of memory, it needs "
			       "856: the files of the job, 400 MiB, must fit "
			       "half of what the kernel, 30, and init, 1, "
			       "leave, and 256 are to work with"));
	t = read_it("1n1l1c1t memory=856M");
	CHECK_INT(memory_fit(&t, &large, 512, &mib, &why), 0);
	CHECK_INT(mib, 856);
	topology_forget();
}

TEST(a_boot_image_says_what_it_needs)
{
	static unsigned char image[4096];
	char path[] = "/tmp/ktstr-test-XXXXXX";
	int fd = mkstemp(path);
	uint64_t bytes;
	struct why why;

	CHECK(fd >= 0);
	CHECK(write(fd, image, sizeof(image)) == (ssize_t)sizeof(image));
	CHECK_INT(memory_of_kernel(path, &bytes, &why), 0);
	CHECK_INT(bytes, 4096);
	CHECK(pwrite(fd, "HdrS", 4, 0x202) == 4);
	CHECK(pwrite(fd, "\x00\x00\x80\x02", 4, 0x260) == 4);
	CHECK_INT(memory_of_kernel(path, &bytes, &why), 0);
	CHECK_INT(bytes, 0x2800000);
	close(fd);
	unlink(path);
	CHECK_INT(memory_of_kernel(path, &bytes, &why), -ENOENT);
	CHECK(strstr(why.text, path));
}
