/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/toolchain.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"

/* Start "NAME --version". Return: where to read what it says, or -1. */
static int start(const char *name, pid_t *ret_pid)
{
	char *argv[] = { (char *)name, (char *)"--version", NULL };
	posix_spawn_file_actions_t actions;
	int pipes[2], r;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	r = posix_spawnp(ret_pid, name, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	(void)close(pipes[1]);
	if (r == 0)
		return pipes[0];
	(void)close(pipes[0]);
	return -1;
}

/* Append the first line that "NAME --version" prints. */
static void add_version(struct str *out, const char *name)
{
	char line[256];
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	auto_fd int fd = start(name, &pid);
	while (fd >= 0 && len < sizeof(line) - 1 &&
	       (n = read(fd, line + len, sizeof(line) - 1 - len)) > 0)
		len += (size_t)n;
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (fd >= 0) {
		/* What it has left to say, it says to nobody. */
		(void)close(take_fd(fd));
		(void)waitpid(pid, NULL, 0);
	}
	str_addf(out, "%s%s", out->len ? "; " : "", *line ? line : "none");
}

/*
 * Names as kbuild puts them together: LLVM=1, LLVM=-15 and LLVM=/bin/ mean
 * clang, clang-15 and /bin/clang.
 */
static void add_tool(struct str *out, const char *gnu, const char *of_llvm)
{
	const char *cross = getenv("CROSS_COMPILE"), *llvm = getenv("LLVM");
	auto_str struct str name = { 0 };

	if (!llvm || !*llvm)
		str_addf(&name, "%s%s", cross ? cross : "", gnu);
	else
		str_addf(&name, "%s%s%s", strchr(llvm, '/') ? llvm : "",
			 of_llvm, *llvm == '-' ? llvm : "");
	add_version(out, str_text(&name));
}

char *toolchain_describe(void)
{
	auto_str struct str out = { 0 };

	add_tool(&out, "gcc", "clang");
	add_tool(&out, "ld", "ld.lld");
	add_version(&out, "pahole");
	return str_take(&out);
}
