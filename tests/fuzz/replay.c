/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay.c - main() for a fuzz target without libFuzzer.
 *
 * With arguments: run these inputs. Without: run all that are saved in
 * tests/fuzz/NAME for the program fuzz-NAME, each in a process of its own,
 * whole, cut off at every byte, and with bytes changed; and once, as they are,
 * those in tests/fuzz/corpus/NAME.tar.xz, which make fuzz-save has made of what
 * libFuzzer found. Output is TAP.
 */
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
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

static void replay_file(const char *path)
{
	run_around(load(path));
}

/* The inputs in an archive; it is a failure if there are none. */
static void replay_archive(const char *path)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	unsigned int count = 0;
	int r;

	archive_read_support_format_tar(a);
	archive_read_support_filter_xz(a);
	if (archive_read_open_filename(a, path, 65536) != ARCHIVE_OK)
		exit(125);
	while ((r = archive_read_next_header(a, &e)) == ARCHIVE_OK) {
		la_ssize_t len = archive_read_data(a, input, sizeof(input));

		if (archive_entry_filetype(e) != AE_IFREG)
			continue;
		if (len < 0)
			exit(125);
		LLVMFuzzerTestOneInput(input, (size_t)len);
		count++;
	}
	archive_read_free(a);
	if (r != ARCHIVE_EOF || count == 0)
		exit(125);
}

/* True if a process of its own survives @path. */
static int survives(const char *path, void (*replay)(const char *path))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		alarm(SECONDS_EACH);
		replay(path);
		exit(0);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return status == 0;
}

static int tell(bool ok, int number, const char *name)
{
	printf("%s %d - %s\n", ok ? "ok" : "not ok", number, name);
	return !ok;
}

static int replay_saved(void)
{
	const char *top = getenv("KTSTR_TOP");
	const char *dash = strchr(program_invocation_short_name, '-');
	const char *name = dash ? dash + 1 : "";
	char folder[512], path[1024];
	struct dirent **entry;
	int n, failed = 0, count = 0;

	snprintf(folder, sizeof(folder), "%s/tests/fuzz", top ? top : ".");
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	n = scandir(path, &entry, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		const char *its = entry[i]->d_name;

		snprintf(path, sizeof(path), "%s/%s/%s", folder, name, its);
		if (its[0] != '.')
			failed +=
				tell(survives(path, replay_file), ++count, its);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	snprintf(path, sizeof(path), "%s/corpus/%s.tar.xz", folder, name);
	if (count > 0 && access(path, F_OK) == 0)
		failed += tell(survives(path, replay_archive), ++count,
			       "what libFuzzer has found");
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
