/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/accel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/t.h"

TEST(a_host_without_kvm_says_so)
{
	struct why why;

	CHECK_INT(accel_kvm_is_there("/dev/no-kvm", &why), -ENOENT);
	CHECK(strcmp(why.text, "cannot use '/dev/no-kvm': No such file or "
			       "directory") == 0);
}

/* Root may use everything: ask as somebody else. */
TEST(who_may_not_use_it_is_told)
{
	char path[] = "/tmp/test-accel.XXXXXX";
	int fd = mkstemp(path), status = -1;

	CHECK(fd >= 0);
	CHECK_INT(fchmod(fd, 0), 0);
	close(fd);
	pid_t pid = fork();
	if (pid == 0) {
		struct why why;

		if (getuid() == 0 && setuid(65534) < 0)
			_exit(1);
		_exit(accel_kvm_is_there(path, &why) != -EACCES ||
		      !strstr(why.text, "': Permission denied"));
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
	unlink(path);
}

TEST(what_is_no_kvm_runs_nothing)
{
	struct why why;

	CHECK_INT(accel_kvm_is_there("/dev/null", &why), 0);
	CHECK_INT(accel_kvm_runs("/dev/null", &why), -ENOEXEC);
	CHECK(strcmp(why.text, "'/dev/null' cannot run a guest in 64-bit mode "
			       "(Inappropriate ioctl for device)") == 0);
}

#define EXITED(code) ((code) << 8)

TEST(each_end_of_the_try_has_its_answer)
{
	static const struct {
		int status, answer;
		const char *why;
	} row[] = {
		{ EXITED(0), 0, "" },
		{ EXITED(EIO), -ENOEXEC,
		  "'k' cannot run a guest in 64-bit mode (Input/output error)" },
		{ SIGSEGV, -ENOEXEC,
		  "'k' cannot run a guest in 64-bit mode (the try ended with "
		  "signal 11)" },
		{ SIGPROF, -ENOEXEC,
		  "'k' interprets its guests: a loop of ten million turns took "
		  "more than 2 s of CPU time" },
		/* These may be otherwise the next time. */
		{ SIGALRM, -EAGAIN,
		  "'k' could not be tried: the host was too busy for 30 s" },
		{ EXITED(EBUSY), -EAGAIN,
		  "'k' makes no guest at the moment (Device or resource busy)" },
		{ EXITED(ENOMEM), -EAGAIN,
		  "'k' makes no guest at the moment (Cannot allocate memory)" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct why why = { .text = "" };

		CHECK_INT(accel_answer(row[i].status, "k", &why),
			  row[i].answer);
		CHECK(strcmp(why.text, row[i].why) == 0);
	}
}
