/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/archive.h"

#include <errno.h>
#include <sys/mman.h>

#include "tests/unit/t.h"
#include "vmm/closure.h"

/* Write a job's archive and give its bytes. */
static char *write_job(const struct job *job, size_t *ret_len)
{
	int fd = memfd_create("job", 0);
	struct why why = { "" };
	off_t len;

	if (archive_job(fd, job, &why) < 0)
		printf("# %s\n", why.text);
	len = lseek(fd, 0, SEEK_END);
	CHECK(len > 0);
	CHECK_INT(len % 512, 0);
	*ret_len = (size_t)len;
	return mmap(NULL, (size_t)len, PROT_READ, MAP_PRIVATE, fd, 0);
}

TEST(the_same_job_gives_the_same_bytes)
{
	char option[] = "-s", value[] = "5 0";
	char *const args[] = { option, value, NULL };
	struct job job = { .test_text = "[test]\n",
			   .test_name = "x",
			   .scheduler = "/bin/true",
			   .args = args,
			   .seed = 7 };
	size_t a_len, b_len;
	char *a = write_job(&job, &a_len), *b = write_job(&job, &b_len);

	CHECK_INT(a_len, b_len);
	CHECK(memcmp(a, b, a_len) == 0);
	CHECK(memmem(a, a_len, "arg = '5 0'", 11) != NULL);
	CHECK(memmem(a, a_len, "scheduler = /job/bin/true", 25) != NULL);
	CHECK(memmem(a, a_len, "job/lib/libc.so.6", 17) != NULL);
}

TEST(libraries_and_loader_are_found)
{
	struct closure c;
	struct why why;
	bool libc = false;

	CHECK_INT(closure_find("/bin/true", &c, &why), 0);
	CHECK(c.interpreter && c.interpreter[0] == '/');
	for (size_t i = 0; i < c.count; i++)
		libc |= strcmp(c.item[i].soname, "libc.so.6") == 0;
	CHECK(libc);
	closure_done(&c);
}

TEST(what_is_no_program_is_refused)
{
	struct closure c;
	struct why why = { "" };

	CHECK_INT(closure_find("/etc/passwd", &c, &why), -ENOEXEC);
	CHECK(strstr(why.text, "not an ELF program") != NULL);
	CHECK_INT(closure_find("/no/such", &c, &why), -ENOENT);
}
