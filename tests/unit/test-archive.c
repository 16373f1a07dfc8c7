/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"
#include "vmm/closure.h"

/* Write a job's archive and give its bytes. */
static char *write_job(const struct job *job, size_t *ret_len)
{
	int fd = memfd_create("job", 0);
	struct why why = { .text = "" };
	off_t len;

	if (archive_job(fd, job, NULL, &why) < 0)
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
	CHECK(!memmem(a, a_len, "shared-cores", 12));
	job.cores = true;
	a = write_job(&job, &a_len);
	CHECK(memmem(a, a_len, "\nshared-cores = yes\n", 20) != NULL);
}

static bool has(const struct closure *c, const char *soname)
{
	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(c->item[i].soname, soname) == 0)
			return true;
	}
	return false;
}

TEST(libraries_and_loader_are_found)
{
	struct closure c;
	struct why why;

	CHECK_INT(closure_find("/bin/true", &c, &why), 0);
	CHECK(c.interpreter && c.interpreter[0] == '/');
	CHECK(has(&c, "libc.so.6"));
	CHECK(!has(&c, "libgcc_s.so.1"));
	closure_done(&c);
}

/* glibc aborts a program that ends a thread where it cannot load this. */
TEST(who_ends_threads_gets_what_libc_loads_for_that)
{
	void (*volatile end)(void *) = pthread_exit;
	struct closure c;
	struct why why;

	CHECK(end != NULL);
	CHECK_INT(closure_find("/proc/self/exe", &c, &why), 0);
	CHECK(has(&c, "libgcc_s.so.1"));
	closure_done(&c);
}

TEST(what_is_no_program_is_refused)
{
	struct closure c;
	struct why why = { .text = "" };

	CHECK_INT(closure_find("/etc/passwd", &c, &why), -ENOEXEC);
	CHECK(strstr(why.text, "not an ELF program") != NULL);
	CHECK_INT(closure_find("/no/such", &c, &why), -ENOENT);
}

/* A folder of files, gone with the test's folder. */
static char top[] = "/tmp/ktstr-archive.XXXXXX";

static char *put(const char *name, const char *text, unsigned int mode)
{
	static char path[8][300];
	static int n;
	char *to = path[n++ % 8];

	snprintf(to, sizeof(path[0]), "%s/%s", top, name);
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK(fd >= 0 && write(fd, text, strlen(text)) >= 0);
	CHECK_INT(fchmod(fd, mode), 0);
	close(fd);
	return to;
}

static bool holds(const char *archive, size_t len, const char *name)
{
	return memmem(archive, len, name, strlen(name) + 1) != NULL;
}

TEST(a_command_brings_its_words_and_what_is_included)
{
	char name[] = "/job/bin/x.sh", arg[] = "a\nb", guest[] = "/tree",
	     where[] = "/etc/data";
	char *const words[] = { name, arg, NULL };
	struct job job = { .command = words, .input = true };
	size_t len;

	CHECK(mkdtemp(top));
	job.program = put("x.sh", "#!/bin/sh\n", 0755);
	struct include include[] = { { top, guest },
				     { put("data", "1", 0640), where } };
	job.include = include;
	job.include_count = 2;
	char link[300];
	snprintf(link, sizeof(link), "%s/link", top);
	CHECK_INT(symlink("data", link), 0);
	char *a = write_job(&job, &len);
	CHECK(memmem(a, len, "/job/bin/x.sh\0a\nb\0", 18) != NULL);
	CHECK(holds(a, len, "job/bin/x.sh"));
	CHECK(holds(a, len, "bin/sh") && holds(a, len, "job/lib/libc.so.6"));
	CHECK(holds(a, len, "tree/data") && holds(a, len, "tree/x.sh"));
	CHECK(holds(a, len, "etc/data") && holds(a, len, "tree/link"));
	munmap(a, len);
	file_remove_tree(top);
}

static int refusal(const char *host, const char *guest, struct why *why)
{
	char first[] = "/etc/passwd", at[] = "/etc/a";
	struct include i[] = { { first, at }, { strdup(host), strdup(guest) } };
	char name[] = "/bin/x";
	char *const words[] = { name, NULL };
	struct job job = { .command = words, .include = i, .include_count = 2 };
	int fd = memfd_create("job", 0), r = archive_job(fd, &job, NULL, why);

	close(fd);
	free(i[1].host);
	free(i[1].guest);
	return r;
}

TEST(what_cannot_be_included_is_refused)
{
	static const char *const covered[] = { "/init",	  "/job", "/job/lib/x",
					       "/proc/x", "/sys", "/dev/null",
					       "/run/x" };
	struct why why;

	for (size_t i = 0; i < sizeof(covered) / sizeof(covered[0]); i++) {
		CHECK_INT(refusal("/etc/passwd", covered[i], &why), -EINVAL);
		CHECK(strstr(why.text, covered[i]));
	}
	CHECK_INT(refusal("/dev/null", "/x", &why), -EINVAL);
	CHECK(strstr(why.text, "'/dev/null' is neither a file nor a folder"));
	CHECK_INT(refusal("/etc/passwd", "/etc/a", &why), 0);
	CHECK_INT(refusal("/etc/group", "/etc/a", &why), -EEXIST);
	CHECK(strstr(why.text, "both '/etc/passwd' and '/etc/group'"));
	CHECK_INT(refusal("/no/such", "/x", &why), -ENOENT);
}
