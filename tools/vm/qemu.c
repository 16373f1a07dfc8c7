/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/qemu.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/msg.h"
#include "tools/lib/program.h"
#include "tools/lib/str.h"
#include "tools/vm/answers.h"
#include "vmm/buildid.h"
#include "vmm/confine.h"

#define VERSION_MAX 256

char *qemu_answer_path(const char *qemu)
{
	auto_free char *folder = NULL, *program = program_find(qemu);
	struct str path = { 0 };
	struct stat st;

	if (!program || stat(program, &st) < 0 || !(folder = answers_folder()))
		return NULL;
	str_addf(&path, "%s/qemu-%u-%jx-%jx-%jx-%jx.%lx", folder, geteuid(),
		 (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
		 (uintmax_t)st.st_size, (uintmax_t)st.st_ctim.tv_sec,
		 (unsigned long)st.st_ctim.tv_nsec);
	return str_take(&path);
}

bool qemu_has_sandbox(const char *qemu)
{
	static const char yes[] = "sandbox\n", no[] = "no sandbox\n";
	auto_free char *path = qemu_answer_path(qemu), *answer = NULL;

	if (answer_read(path, 100, &answer) >= 0) {
		if (strcmp(answer, yes) == 0 || strcmp(answer, no) == 0)
			return strcmp(answer, yes) == 0;
	}
	int has = confine_qemu_has_sandbox(qemu);
	if (has < 0)
		die(EX_BROKEN, "cannot start '%s': %s", qemu, strerror(-has));
	answer_keep(path, has ? yes : no);
	return has;
}

/* The first line of "QEMU --version"; NULL when it does not run. */
static char *ask_version(const char *qemu)
{
	char line[VERSION_MAX] = "";
	int out[2], status;

	if (pipe2(out, O_CLOEXEC) < 0)
		die(EX_BROKEN, "cannot make a pipe: %m");
	pid_t pid = fork();
	if (pid < 0)
		die(EX_BROKEN, "cannot start '%s': %m", qemu);
	if (pid == 0) {
		if (dup2(out[1], 1) < 0 || dup2(out[1], 2) < 0)
			_exit(EX_BROKEN);
		execlp(qemu, qemu, "--version", (char *)NULL);
		_exit(EX_NOT_FOUND);
	}
	close(out[1]);
	FILE *f = fdopen(out[0], "r");
	if (!f)
		die(EX_BROKEN, "out of memory");
	bool got = fgets(line, sizeof(line), f);
	while (fgetc(f) != EOF) /* let it write all it has */
		continue;
	if (ferror(f))
		die(EX_BROKEN, "cannot read what '%s' prints: %m", qemu);
	fclose(f);
	if (waitpid(pid, &status, 0) < 0 || status != 0 || !got)
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	char *copy = strdup(line);
	if (!copy)
		die(EX_BROKEN, "out of memory");
	return copy;
}

char *qemu_version(const char *qemu)
{
	auto_free char *program = program_find(qemu), *answers = NULL;
	auto_str struct str path = { 0 };
	char *line = NULL, id[BUILD_ID_SIZE];

	/* A script may start anything: it is asked each time. */
	if (program && build_id_read(program, id) == 0)
		answers = qemu_answer_path(qemu);
	if (answers) {
		str_addf(&path, "%s-version", answers);
		if (answer_read(str_text(&path), VERSION_MAX, &line) > 0)
			return line;
		free(line);
	}
	line = ask_version(qemu);
	if (line && answers)
		answer_keep(str_text(&path), line);
	return line ? line : strdup("unknown");
}
