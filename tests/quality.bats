# What watches our code: tests/run, sanitizers, coverage, fuzzers. The programs that
# they watch are small ones of these tests.
# shellcheck disable=SC2154,SC2016 # bats sets stderr; a program's variables
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

# program NAME LINE...: a shell script.
program() {
	local name=$1
	shift
	printf '%s\n' '#!/bin/sh' "$@" >"$name"
	chmod +x "$name"
}

@test "quality: what a sanitizer writes is a failure, whoever was looked at" {
	mkdir build
	program good 'echo "ok 1 - a"; echo 1..1'
	program bad 'echo "leaks: 1" >"$KTSTR_BUILD/san/report.x.1"; echo "ok 1 - a"; echo 1..1'
	KTSTR_BUILD=$PWD/build KTSTR_SAN=address run -0 "$KTSTR_TOP/tests/run" ./good
	[ "${lines[-1]}" = "1 passed, 0 failed, 0 skipped" ]
	KTSTR_BUILD=$PWD/build KTSTR_SAN=address run -1 "$KTSTR_TOP/tests/run" ./bad
	[[ "$output" == *"not ok: a sanitizer has written $PWD/build/san/report.x.1"*"leaks: 1"* ]]
	[ "${lines[-1]}" = "1 passed, 1 failed, 0 skipped" ]
	# What the last run found is not told again.
	KTSTR_BUILD=$PWD/build KTSTR_SAN=address run -0 "$KTSTR_TOP/tests/run" ./good
}

@test "quality: SAN= takes sanitizers that there are, and not together with counters" {
	run -2 --separate-stderr make -C "$KTSTR_TOP" O="$PWD/b" SAN=adress help
	[[ "$stderr" == *"SAN is a list of address, undefined, thread, leak and fuzzer, not 'adress'"* ]]
	run -2 --separate-stderr make -C "$KTSTR_TOP" O="$PWD/b" SAN=thread COVERAGE=1 help
	[[ "$stderr" == *"SAN= and COVERAGE=1 are two builds"* ]]
}

@test "quality: a finding ends a program by SIGABRT, and is told in a file of the build" {
	local kinds
	echo 'int main(int argc, char **argv) { (void)argv; return 0x7fffffff + argc; }' >odd.c
	mkdir san
	for kinds in undefined address,undefined; do
		"${CC:-cc}" -D_GNU_SOURCE -DINSTRUMENT_DIR="\"$PWD\"" -fsanitize=$kinds -fno-sanitize-recover=all -o odd \
			"$KTSTR_TOP/tests/instrument/san.c" odd.c || skip "needs $kinds sanitizers of ${CC:-cc}"
		# Its options are inside: a test may clear the environment.
		run -134 env -i ./odd
		[ "$output" = "" ]
		grep -q "signed integer overflow" san/report.*
		rm san/report.*
	done
}

@test "quality: what a guest's sanitizer says on the console is told in a file of the build" {
	printf '%s\n' '#include "tools/vm/gate.h"' 'void gate_check(const struct machine_config *c, const struct machine_result *r) {' \
		'	(void)c; (void)r; write(1, "real\n", 5); }' >real.c
	sed -i '1i #include <unistd.h>' real.c
	printf '%s\n' '#include "tools/vm/gate.h"' 'int main(void) {' \
		'	struct machine_config c = { .console_fd = 0 }; struct machine_result r = { 0 };' \
		'	gate_check(&c, &r); return 0; }' >odd.c
	mkdir san
	"${CC:-cc}" -D_GNU_SOURCE -DINSTRUMENT_DIR="\"$PWD\"" -I"$KTSTR_TOP" -I"$KTSTR_BUILD/include" -Wl,--wrap=gate_check -o odd \
		"$KTSTR_TOP/tests/instrument/san-vm.c" odd.c real.c
	printf 'ok\n[ 1.0] sched_ext: disabled (runtime error)\nx: runtime error: stall\n' >console
	run -0 ./odd <console
	[ "$output" = real ]
	[ "$(ls san)" = "" ]
	printf 'ok\n\0\033[1mvmm/guest/main.c:68:14:\033[31m runtime error: shift\nmore\na.h:1:2: runtime error: null\n' >console
	run -0 ./odd <console
	[ "$output" = real ]
	[ "$(cat san/report.guest.* | wc -l)" = 2 ]
	grep -q 'main.c:68:14:.* runtime error: shift$' san/report.guest.*
}

@test "quality: of leaks, those that a suppression names leave no file" {
	echo 'int main(void) { void lose(void); lose(); return 0; }' >odd.c
	echo '#include <stdlib.h>
		void lose(void) { void *volatile p = malloc(40); p = NULL; }' >lose.c
	mkdir san
	for name in libother.so libpcre2-8.so; do
		"${CC:-cc}" -shared -fPIC -o $name lose.c
		"${CC:-cc}" -D_GNU_SOURCE -DINSTRUMENT_DIR="\"$PWD\"" -fsanitize=address -o odd \
			"$KTSTR_TOP/tests/instrument/san.c" odd.c "$PWD/$name" || skip "needs the address sanitizer of ${CC:-cc}"
		if [ $name = libother.so ]; then
			run -134 env -i ./odd
			grep -q "40 byte(s) leaked" san/report.*
			rm san/report.*
		else
			run -0 env -i ./odd
			[ "$(ls san)" = "" ]
		fi
	done
}

@test "quality: of a build with counters it is told for each folder what has run, guests included" {
	command -v gcov-tool >/dev/null || skip "needs gcov-tool (gcc)"
	"${CC:-cc}" --version | grep -qi clang && skip "gcc alone has these counters"
	mkdir -p tools/x build/tools/x
	cat >tools/x/a.c <<-'END'
		static int never(void)
		{
			return -1;
		}

		int main(int argc, char **argv)
		{
			(void)argv;
			if (argc == 2)
				return 0;
			if (argc == 3)
				return never();
			return 1;
		}
	END
	"${CC:-cc}" -O0 --coverage -fprofile-abs-path -c -o build/tools/x/a.o tools/x/a.c
	"${CC:-cc}" --coverage -o a build/tools/x/a.o
	run -1 ./a
	cat >want <<-'END'
		| folder | files | lines | % ran | functions | % ran | error paths not run |
		|---|---|---|---|---|---|---|
		| tools/x | 1 | 8 | 50.0 | 2 | 50.0 | 0 |
		| all | 1 | 8 | 50.0 | 2 | 50.0 | 0 |
	END
	run -0 "$KTSTR_TOP/tests/instrument/coverage.sh" build
	diff -u want <(printf '%s\n' "$output" | head -n 4)
	[[ "$output" == *"With the counters of 0 machines"* ]]
	grep -qF 'tools/x/a.c:3: return -1;' build/uncovered
	# A guest has run another part: its tree is below the path of the build.
	GCOV_PREFIX=$PWD/build/guest-runs/run-1 ./a one
	run -0 "$KTSTR_TOP/tests/instrument/coverage.sh" build
	[[ "$output" == *"| tools/x | 1 | 8 | 62.5 | 2 | 50.0 | 0 |"* ]]
	[[ "$output" == *"With the counters of 1 machines"* ]]
	# It was compiled anew, and has run again; what ran before counts no more.
	echo '/* more */' >>tools/x/a.c
	"${CC:-cc}" -O0 --coverage -fprofile-abs-path -c -o build/tools/x/a.o tools/x/a.c
	sed -i 's/argc == 2/argc == 4/' tools/x/a.c
	"${CC:-cc}" -O0 --coverage -fprofile-abs-path -c -o build/tools/x/a.o tools/x/a.c
	run -0 "$KTSTR_TOP/tests/instrument/coverage.sh" build
	[[ "$output" == *"| tools/x | 1 | 8 | 0.0 | 2 | 0.0 | 0 |"* ]]
	# Since then somebody has edited it.
	sed -i 1,4d tools/x/a.c
	run -1 "$KTSTR_TOP/tests/instrument/coverage.sh" build
	[[ "$output" == "coverage: tools/x/a.c is another file than the one that was built: make coverage again" ]]
}

@test "quality: make fuzz says for each target how long it ran and what it found" {
	mkdir b
	program b/fuzz-one 'echo stat::number_of_executed_units: 17; echo stat::new_units_added: 2'
	program b/fuzz-two 'echo boom >b/two.found/crash-1; exit 77'
	run -0 "$KTSTR_TOP/tests/fuzz/run.sh" b 1 one
	[[ "$output" == "one "*" 17 runs,    2 new inputs, 0 found" ]]
	run -1 "$KTSTR_TOP/tests/fuzz/run.sh" b 1 two one
	[[ "$output" == *"1 found"*"exit status 77, see b/two.log and b/two.found"*"one "* ]]
	run -2 --separate-stderr "$KTSTR_TOP/tests/fuzz/run.sh" b soon one
	[ "$stderr" = "fuzz: TIME is a number of seconds, not 'soon'" ]
	run -2 --separate-stderr make -C "$KTSTR_TOP" O="$PWD/b" fuzz TARGET=nix
	[[ "$stderr" == *"no fuzz target is named 'nix'"* ]]
	run -2 --separate-stderr make -C "$KTSTR_TOP" O="$PWD/b" fuzz SECS=5
	[[ "$stderr" == *"make fuzz takes TIME="* ]]
}

@test "quality: T= of make check is a pattern of the shell" {
	run -0 make -s --no-print-directory -C "$KTSTR_TOP" O="$PWD/b" T='*spec-d*' -pn help
	[[ "$output" == *"unit-tests := $PWD/b/test-spec-diag"$'\n'* ]]
}

@test "quality: a program with counters that cannot save them does not say so" {
	local flags=("-I$KTSTR_TOP" -fdata-sections "-Wl,-T,$KTSTR_TOP/tests/instrument/counters.ld" "-Wl,--wrap=__gcov_reset_int" -O0 --coverage -fprofile-dir=/proc/none "-DINSTRUMENT_DIR=\"/proc/none\"" -D_GNU_SOURCE) end
	"${CC:-cc}" --version | grep -qi clang && skip "gcc alone has these counters"
	cat >a.c <<-'END'
		#include <stdlib.h>
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			if (argc == 3)
				_exit(7);
			if (argc == 2)
				execl("/bin/sh", "sh", "-c", "echo said >&2; exit 7", (char *)NULL);
			(void)argv;
			return 7;
		}
	END
	"${CC:-cc}" "${flags[@]}" -Wl,--wrap=_exit -Wl,--wrap=__gcov_dump -o a "$KTSTR_TOP/tests/instrument/"{exit,shared}.c a.c
	run -7 ./a
	[ "$output" = "" ]
	run -7 ./a 1
	[ "$output" = said ]
	run -7 ./a 1 2
	[ "$output" = "" ]
	# Where they can be saved, they are.
	sed -i 's/argc == 3/argc == 4/' a.c
	"${CC:-cc}" "${flags[@]//\/proc\/none/$PWD/saved}" -Wl,--wrap=_exit -Wl,--wrap=__gcov_dump -o a "$KTSTR_TOP/tests/instrument/"{exit,shared}.c a.c
	mkdir -p saved/tests/instrument
	for end in '' 1 '1 2 3'; do
		# shellcheck disable=SC2086 # words
		run -7 ./a $end
		[ -n "$(find saved -name '*a.gcda')" ]
		find saved -name '*.gcda' -delete
	done
}

@test "coverage: what a program and its children have run counts once" {
	"${CC:-cc}" --version | grep -qi clang && skip "gcc alone has these counters"
	mkdir -p saved/tests/instrument
	cat >a.c <<-'END'
		#include <sys/wait.h>
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			int first = argc;
			for (int i = 0; i < 3; i++) {
				if (fork() == 0) {
					execlp(i ? "true" : "/none", "true", (char *)NULL);
					_exit(1);
				}
				wait(NULL);
			}
			return first == 0 || !argv;
		}
	END
	"${CC:-cc}" "-I$KTSTR_TOP" -fdata-sections "-Wl,-T,$KTSTR_TOP/tests/instrument/counters.ld" -Wl,--wrap=__gcov_reset_int,--wrap=_exit,--wrap=__gcov_dump \
		-O0 --coverage "-DINSTRUMENT_DIR=\"$PWD/saved\"" -D_GNU_SOURCE -o a "$KTSTR_TOP/tests/instrument/"{exit,shared}.c a.c
	for _ in 1 2 3; do ./a; done
	run -0 "${GCOV:-gcov}" -t a-a.gcda
	echo "$output"
	counts=$(sed -n 's/^ *\([0-9#]*\): *\(5\|11\):.*/\2=\1/p' <<<"$output" | paste -sd' ')
	[ "$counts" = "5=3 11=9" ]
}
