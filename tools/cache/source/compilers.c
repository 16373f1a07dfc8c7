/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/compilers.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/crc.h"
#include "tools/lib/str.h"
#include "tools/lib/words.h"

/* A setting; one that is empty is none, as kbuild sees it. */
static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* "-15", the way kbuild finds programs called clang-15. */
static bool is_suffix(const char *llvm)
{
	size_t digits = *llvm == '-' ? strspn(llvm + 1, "0123456789") : 0;

	return digits > 0 && digits <= 4 && !llvm[1 + digits];
}

static bool is_folder(const char *llvm)
{
	return llvm[strlen(llvm) - 1] == '/';
}

static int check(const char *llvm, const char *ias, struct why *reterr_why)
{
	if (llvm && strcmp(llvm, "1") != 0 && !is_suffix(llvm) &&
	    !is_folder(llvm))
		return why_set(reterr_why, -EINVAL,
			       "LLVM is '%.80s'; it may be 1, a version such "
			       "as -15, or a folder with a / at its end",
			       llvm);
	if (ias && strcmp(ias, "0") != 0 && strcmp(ias, "1") != 0)
		return why_set(reterr_why, -EINVAL,
			       "LLVM_IAS is '%.80s'; it may be 0 or 1", ias);
	return 0;
}

static void add_word(struct str *out, const char *name, const char *value)
{
	if (value)
		str_addf(out, "%s%s=%s", out->len ? " " : "", name, value);
}

int compilers_read(char ret_mark[COMPILERS_MARK_SIZE], char **ret_words,
		   struct why *reterr_why)
{
	const char *llvm = setting("LLVM"), *cc = setting("KTSTR_KERNEL_CC");
	const char *ias = setting("LLVM_IAS");
	auto_str struct str words = { 0 };
	int r = check(llvm, ias, reterr_why);

	if (r < 0)
		return r;
	add_word(&words, "LLVM", llvm);
	/* It speaks of clang's assembler, and is nothing to gcc. */
	add_word(&words, "LLVM_IAS", llvm || cc ? ias : NULL);
	add_word(&words, "CROSS_COMPILE", setting("CROSS_COMPILE"));
	add_word(&words, "CC", cc);
	if (words.failed)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	if (!words.len)
		ret_mark[0] = '\0';
	else if (llvm && words.len == strlen("LLVM=") + strlen(llvm) &&
		 !is_folder(llvm))
		snprintf(ret_mark, COMPILERS_MARK_SIZE, "llvm%s",
			 *llvm == '-' ? llvm : "");
	else
		snprintf(ret_mark, COMPILERS_MARK_SIZE, "cc%08x",
			 crc32_of(words.text, words.len, /* before */ 0));
	*ret_words = str_take(&words);
	return *ret_words ? 0 : why_set(reterr_why, -ENOMEM, "out of memory");
}

/* Start a program, ARGV[0]. Return: where to read what it says, or -1. */
static int start(char *const argv[], pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int pipes[2], r;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	r = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	(void)close(pipes[1]);
	if (r == 0)
		return pipes[0];
	(void)close(pipes[0]);
	return -1;
}

/* Append the first line that "COMMAND --version" prints. */
static void add_version(struct str *out, const char *command)
{
	auto_words char **argv = NULL;
	char line[256];
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	if (words_split(command, &argv, &len) < 1 ||
	    words_append(&argv, "--version") < 0)
		words_free(take_ptr(argv));
	len = 0;
	auto_fd int fd = argv ? start(argv, &pid) : -1;
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
	const char *cross = setting("CROSS_COMPILE"), *llvm = setting("LLVM");
	auto_str struct str name = { 0 };

	if (!llvm)
		str_addf(&name, "%s%s", cross ? cross : "", gnu);
	else
		str_addf(&name, "%s%s%s", strchr(llvm, '/') ? llvm : "",
			 of_llvm, *llvm == '-' ? llvm : "");
	add_version(out, str_text(&name));
}

char *compilers_versions(void)
{
	auto_str struct str out = { 0 };

	if (setting("KTSTR_KERNEL_CC"))
		add_version(&out, setting("KTSTR_KERNEL_CC"));
	else
		add_tool(&out, "gcc", "clang");
	add_tool(&out, "ld", "ld.lld");
	add_version(&out, "pahole");
	return str_take(&out);
}
