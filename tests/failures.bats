#!/usr/bin/env bats
# Calls that fail one by one: doc/quality.md has what must hold then. The whole is
# tests/full/failures.bats, and make check-failures.
# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and lines
bats_require_minimum_version 1.5.0
load helper

setup() {
	[ -z "${KTSTR_SAN:-}" ] || skip "needs the C library's own malloc(), without SAN="
	cd "$BATS_TEST_TMPDIR" || return 1
}

# failing [OPTION... --] COMMAND...: each call of it in turn, in a folder with the file "old".
failing() {
	rm -rf in
	mkdir -p from
	echo content >from/old
	[[ $1 == --* ]] || set -- -- "$@"
	fail-each --preload "$KTSTR_BUILD/fail-calls.so" --from from --in "$PWD/in" --name it --limit 4000 "$@"
}

# program CODE: a program of ours with this in main().
program() {
	printf '#include <fcntl.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>
int main(void) { %s }\n' "$1" >program.c
	${CC:-cc} -o program program.c
}

@test "failures: a program that does all right has none" {
	program 'char *p = malloc(5); int fd = open("old", O_RDONLY); if (!p || fd < 0) { fprintf(stderr, "program: %m\n"); return 125; } puts("done");
		if (fflush(stdout) || fsync(fd)) { fprintf(stderr, "program: %m\n"); return 125; }'
	run -0 failing ./program
	[ "${lines[-1]}" = "it: 12 failures, 0 violations" ]
}

# breaks CODE WORDS: a program with this in main() has a violation, told with these words.
breaks() {
	program "$1"
	run -1 failing ./program
	[[ $output == *"$2"* ]]
}

@test "failures: each kind of mistake is a violation" {
	breaks 'char *p = malloc(5); strcpy(p, "word"); puts(p);' \
		"it: memory:0:1 memory: ended by a signal; signal 11;"
	breaks 'char *p = malloc(5); if (p) puts("word");' \
		"it: memory:0:1 memory: the same status with another output; exit 0;"
	breaks 'int fd = open("old", O_RDONLY); return fd < 0 ? 125 : 0;' \
		"it: call:0:1 open: no word of it; exit 125;"
	breaks 'int fd = open("old", O_RDONLY); if (fd < 0) { perror("program"); return 1; }' \
		"it: call:0:1 open: an exit status that says something else; exit 1;"
	breaks 'while (open("old", O_RDONLY) < 0) usleep(100);' \
		"it: call-on:0:1 open: does not end;"
	breaks 'int fd = open("new.tmp", O_CREAT | O_WRONLY, 0600); if (fd < 0 || fsync(fd) || rename("new.tmp", "new")) { perror("program"); return 125; }' \
		"it: call:0:2 fsync: a file that is neither old nor new: new.tmp; exit 125;"
	breaks 'pid_t pid = fork(); if (pid == 0) { int fd = open("old", O_RDONLY); if (fd < 0) pause(); _exit(0); }' \
		"it: call:1:1 open: processes are left;"
	breaks 'char *p = malloc(9); fprintf(stderr, "program: %s\n", p ? "fine" : strerror(0)); return p ? 0 : 125;' \
		"it: memory:0:1 memory: an odd sentence; exit 125;"
}

@test "failures: a command that is refused at once is a violation, unless it is meant to be" {
	program 'fputs("program: wrong option", stderr); return 2;'
	run -1 failing ./program
	[ "${lines[0]}" = "it: undisturbed: another exit status than --ends; exit 2; it said 'program: wrong option'" ]
	run -0 failing --ends 2 --may 2 -- ./program
}

@test "failures: commands of ours end with a sentence, and leave nothing half" {
	mkdir work
	run "$KTSTR_TOP/tests/failures/failures.sh" work --places -- 'lock-*' 'kconfig-*' 'gauntlet-[!rt]*' 'gauntlet-report-*' \
		cache-key cache-get cache-strip cache-push cache-pull cache-built 'cache-gc*' vm-run vm-initramfs
	echo "$output" # shown if what follows fails
	[[ ${lines[-1]} =~ ^[0-9]+' commands, '([0-9]+)' failures injected, 0 violations'$ ]]
	[ "${BASH_REMATCH[1]}" -gt 1000 ]
}
