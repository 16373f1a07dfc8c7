/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay.c - main() for a fuzz target without libFuzzer.
 *
 * With arguments: run these inputs. Without: run all that are saved in
 * tests/fuzz/NAME for the program fuzz-NAME, each in a process of its own,
 * whole, cut off at every byte, and with bytes changed; output is TAP.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define INPUT_MAX    (1 << 20)
#define CUTS_MAX     4096
#define CHANGES	     2000
#define SECONDS_EACH 240

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t input[INPUT_MAX], changed[INPUT_MAX];

static size_t load(const char *path)
{
	FILE *f = fopen(path, "re");
	size_t len;

	if (!f) {
		perror(path);
		exit(125);
	}
	len = fread(input, 1, sizeof(input), f);
	fclose(f);
	return len;
}

/* Every run changes the same bytes, so that a failure comes again. */
static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void run_around(size_t len)
{
	uint32_t state = 1;

	LLVMFuzzerTestOneInput(input, len);
	for (size_t cut = 0; cut < len && cut < CUTS_MAX; cut++)
		LLVMFuzzerTestOneInput(input, cut);
	for (int i = 0; len && i < CHANGES; i++) {
		memcpy(changed, input, len);
		for (uint32_t n = next(&state) % 4 + 1; n; n--) {
			size_t at = next(&state) % len;

			/* Mostly another byte of the input: it has meaning. */
			changed[at] = next(&state) % 8
					      ? input[next(&state) % len]
					      : (uint8_t)next(&state);
		}
		LLVMFuzzerTestOneInput(changed, len);
	}
}

/* True if a process of its own survives @path. */
static int survives(const char *path)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		alarm(SECONDS_EACH);
		run_around(load(path));
		exit(0);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return status == 0;
}

static int replay_saved(void)
{
	const char *top = getenv("KTSTR_TOP");
	const char *dash = strchr(program_invocation_short_name, '-');
	char folder[512], path[1024];
	struct dirent **entry;
	int n, failed = 0, count = 0;

	snprintf(folder, sizeof(folder), "%s/tests/fuzz/%s", top ? top : ".",
		 dash ? dash + 1 : "");
	n = scandir(folder, &entry, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		int ok;

		if (entry[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder,
				 entry[i]->d_name);
			ok = survives(path);
			failed += !ok;
			printf("%s %d - %s\n", ok ? "ok" : "not ok", ++count,
			       entry[i]->d_name);
		}
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	printf("1..%d\n", count);
	return failed || count == 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return replay_saved();
	for (int i = 1; i < argc; i++)
		LLVMFuzzerTestOneInput(input, load(argv[i]));
	return 0;
}
