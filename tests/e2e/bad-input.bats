#!/usr/bin/env bats
# What goes in is wrong: one sentence says so, make fails, and nothing is left.
# shellcheck disable=SC2154,SC2103 # bats sets stderr; a failing cd ends a test
bats_require_minimum_version 1.5.0
load ../helper
load project

setup_file() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || return 0
	(new_project "$BATS_FILE_TMPDIR/p" && kmake ktstr-progs && cp build/scx_mini good) >&2
}

# One project for all, so that the scheduler's BPF half is compiled once.
setup() {
	needs_kernel
	private_places
	cd "$BATS_FILE_TMPDIR/p" || return 1
	rm -rf ktstr-out/results ktstr-out/variants ktstr-out/plan.mk ktstr
	cp "$KTSTR_TOP"/templates/scheduler/scx_mini.c .
	cp "$KTSTR_TOP"/templates/scheduler/Makefile .
	cp -R "$KTSTR_TOP/templates/scheduler/ktstr" .
	rm ktstr/*.test
	sed -i 's/^topology.*/topology = 1n1l2c1t/' ktstr/scx_mini.sched # a small machine
	printf '[test]\nduration = 1s\n[cgroup a]\nwork = cpu-spin workers=2\n' >ktstr/short.test
	rm -f build/scx_mini
	cp good build/scx_mini
	v=k/scx_mini/short/own/default/virtual/s1
}

teardown() {
	cd "$BATS_FILE_TMPDIR/p" 2>/dev/null || return 0
	[ ! -d "$TMPDIR" ] || nothing_left
}

# with_program [CC-ARG...]: the C program on standard input is the scheduler.
with_program() {
	"${CC:-cc}" -o build/scx_mini -x c - "$@"
}

# misbehave CODE: the template's scheduler does CODE when it waits for the nth
# time, a tenth of a second each.
misbehave() {
	CODE=$1 awk '{ i = index($0, "while (sigtimedwait(stop, NULL, &tick) < 0)") }
		i { $0 = "for (int n = 0; ({ " ENVIRON["CODE"] "; }), sigtimedwait(stop, NULL, &tick) < 0; n++)"; found = 1 }
		{ print } END { exit !found }' "$KTSTR_TOP/templates/scheduler/scx_mini.c" >scx_mini.c
	rm -f build/scx_mini
	kmake ktstr-progs
}

# fails: run the test, which does not pass.
fails() {
	run ! --separate-stderr kmake ktstr-test KTSTR_PROGS= "$@"
	! compgen -G "ktstr-out/results/$v/passed-*"
}

# is "VERDICT CLASS" REASON: of the variant, whose reason matches the pattern.
is() {
	echo "$(result '.verdict + " " + .class' "$v"), $(result '.reasons[0]' "$v")"
	[ "$(result '.verdict + " " + .class' "$v")" = "$1" ]
	# shellcheck disable=SC2053 # a pattern
	[[ $(result '.reasons[0]' "$v") == $2 ]]
	[[ $output == *"$(result '.reasons[0]' "$v")"* ]]
}

# refused SENTENCE: before anything runs; it is the first line that is ours.
refused() {
	# shellcheck disable=SC2053 # a pattern
	[[ ${stderr_lines[0]} == $1 ]] || {
		echo "$stderr"
		return 1
	}
	[ ! -e ktstr-out/results ]
}

# --- KERNEL

@test "bad-input: a KERNEL that is not there, or is no kernel tree" {
	fails KERNEL=/no/such
	refused "ktstr-cache: kernel '/no/such': No such file or directory"
	mkdir -p empty
	fails KERNEL=empty
	refused "ktstr-cache: '*empty' is no kernel tree: it has no Makefile and no Kconfig"
	[ "$(cat ktstr-out/kernels/list)" = k ]
	rm ktstr-out/kernels/list
	fails
	refused "ktstr: set KERNEL to a kernel tree, a tarball, a version or a cache key"
	echo k >ktstr-out/kernels/list
}

# --- the scheduler's program

@test "bad-input: a scheduler's binary that is missing, or a folder" {
	rm build/scx_mini
	fails
	refused "ktstr-gauntlet: cannot read the scheduler's binary 'build/scx_mini': No such file or directory"
	mkdir build/scx_mini
	fails
	refused "ktstr-gauntlet: cannot read the scheduler's binary 'build/scx_mini': Is a directory"
	rmdir build/scx_mini
}

@test "bad-input: a scheduler that cannot be executed" {
	chmod -x build/scx_mini
	fails
	is "error input" "ktstr-vm: 'build/scx_mini' is not executable"
	chmod +x build/scx_mini

	printf '#!/bin/sh\nexec scx_mini\n' >build/scx_mini
	fails
	is "error input" "ktstr-vm: 'build/scx_mini' is a script*"

	: >build/scx_mini
	fails
	is "error input" "ktstr-vm: 'build/scx_mini' is not an ELF program"

	# ELF machine 183 is arm64's.
	cp good build/scx_mini
	printf '\267\0' | dd of=build/scx_mini bs=1 seek=18 conv=notrunc status=none
	fails
	is "error input" "ktstr-vm: 'build/scx_mini' is for another architecture (ELF machine 183), the guest is x86_64"

	head -c 20000 good >build/scx_mini
	fails
	is "error input" "ktstr-vm: 'build/scx_mini' is cut short*"
}

@test "bad-input: a library that is missing is named, and who needs it" {
	echo 'int far(void) { return 0; }' | "${CC:-cc}" -shared -fPIC -o libfar.so -x c -
	echo 'int far(void); int near(void) { return far(); }' |
		"${CC:-cc}" -shared -fPIC -o libnear.so -x c - -L. -lfar -Wl,-rpath,"$PWD"
	echo 'int near(void); int main(void) { return near(); }' |
		with_program -L. -lnear -Wl,-rpath,"$PWD" -Wl,-rpath-link,.
	rm libfar.so
	fails
	is "error input" "ktstr-vm: library 'libfar.so', which '$PWD/libnear.so' needs, is not on this machine"
	rm libnear.so
	fails
	is "error input" "ktstr-vm: library 'libnear.so', which 'build/scx_mini' needs, is not on this machine"
}

@test "bad-input: a scheduler that ends at once" {
	echo 'int puts(const char *); int main(void) { puts("no luck"); return 3; }' | with_program
	fails
	is "fail died" "the scheduler ended before it was in charge (exit 3)"
	[ "$(result '.reasons[1]' "$v")" = "its last line: no luck" ]
}

@test "bad-input: a scheduler that never comes into charge" {
	printf '#include <unistd.h>\nint main(void) { for (;;) pause(); }\n' | with_program
	fails
	is "fail not-attached" "the scheduler never came into charge: it was not in charge after *.0 s of the guest's time"
}

@test "bad-input: a scheduler that crashes in the middle" {
	sed -i 's/1s/4s/' ktstr/short.test
	misbehave 'if (n == 15) { puts("here it comes"); fflush(stdout); raise(SIGSEGV); }'
	fails
	is "fail died" "the scheduler ended in the middle of the test (signal 11 (Segmentation fault))"
	[ "$(result '.reasons[1]' "$v")" = "its last line: here it comes" ]
}

@test "bad-input: a scheduler that prints without end, and does not hear SIGINT" {
	misbehave 'for (;;) puts("all work and no play makes Jack a dull boy")'
	fails
	is "fail fell-back" "the scheduler did not unload: it did not end on SIGINT within 5 s"
	log=ktstr-out/results/$v/scheduler.log
	[ "$(stat -c %s "$log")" -lt 1100000 ]
	grep -q 'bytes were dropped here' "$log"
}

# --- files of the project

# complains FIRST-LINE <<TEXT: the test of this text is refused.
complains() {
	cat >ktstr/bad.test
	fails TEST=bad
	refused "ktstr/bad.test:$1"
}

@test "bad-input: mistakes in a test are told with their place, before anything runs" {
	complains "2:1: unknown key 'duratoin'" <<-'END'
		[test]
		duratoin = 1s
		[cgroup a]
	END
	complains "2:19: this share is a number from 0 to 1, not '2'" <<-'END'
		[cgroup a]
		cpuset = disjoint 2/2
	END
	complains "2:12: 3 LLCs cannot be divided among 2 nodes" <<-'END'
		[test]
		topology = 2n3l2c1t
		[cgroup a]
	END
	complains "4:10: on 1n1l1c1t: 1 usable CPUs cannot be shared among 4 cpusets" <<-'END'
		[test]
		topology = 1n1l1c1t
		[cgroup a]
		cpuset = disjoint 0/4
	END
	complains "2:18: scheduler 'scx_mini' declares no flag 'stael'" <<-'END'
		[test]
		required-flags = stael
		[cgroup a]
	END
	[ ! -e ktstr-out/plan.mk ]
}

@test "bad-input: no test, no such test, no such scheduler" {
	fails TEST=other
	refused "*no test is named 'other'.  Stop."
	fails KTSTR_SCHED=scx_mimi
	refused "*no scheduler 'scx_mimi': there is neither such a file nor ktstr/scx_mimi.sched.  Stop."
	rm ktstr/*.test
	fails
	refused "*no test: there is no ktstr/\*.test.  Stop."
	printf '[scheduler]\ntopology = 1n1l2c1t\n' >ktstr/scx_mini.sched
	printf '[cgroup a]\n' >ktstr/a.test
	fails
	refused "ktstr/scx_mini.sched:1:1: \[scheduler\] needs 'binary = PATH', the program that loads the scheduler, or 'enable = COMMAND' for one that is in the kernel"
}

@test "bad-input: a result that is damaged is an error with its path, until the next run" {
	echo garbage >build/scx_mini
	fails
	echo '{"schema_version": 1, "verd' >"ktstr-out/results/$v/result.json"
	run ! --separate-stderr kmake ktstr-report
	[[ $output == *"error "*"harness: 'ktstr-out/results/$v/result.json' is not a result of schema version 1"* ]]
	[ "${lines[-1]}" = "0 passed, 0 failed, 0 inconclusive, 0 skipped, 1 errors" ]
	fails
	is "error input" "*is not an ELF program"
}

# --- the host

@test "bad-input: without QEMU it is a skip that says how to get it" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	(
		IFS=:
		for folder in $PATH; do
			ln -sf "$folder"/* "$BATS_TEST_TMPDIR/bin/"
		done
	)
	rm -f "$BATS_TEST_TMPDIR"/bin/qemu-system-*
	PATH=$BATS_TEST_TMPDIR/bin fails
	is "skip unsupported" "ktstr-vm: cannot run 'qemu-system-x86_64': No such file or directory (install QEMU: make deps)"
	[ "${lines[-1]}" = "0 passed, 0 failed, 0 inconclusive, 1 skipped, 0 errors" ]
}

# needs_mounts: skip where no mount namespace can be had. Said apart from
# on_disk, which runs below "run", where a skip would be lost.
needs_mounts() {
	new=(unshare --mount)
	[ "$(id -u)" = 0 ] || new+=(--map-root-user)
	"${new[@]}" true 2>/dev/null || skip "needs mount namespaces"
}

# on_disk MOUNT-OPTIONS SCRIPT: run it where "disk" is a file system of its own.
on_disk() {
	mkdir -p disk
	"${new[@]}" sh -ec "mount -t tmpfs -o $1 disk disk; mkdir disk/kernels
		ln -s '$KTSTR_TEST_KERNEL_ENTRY' disk/kernels/k; echo k >disk/kernels/list
		run() { KTSTR_TEST_MARK='$BATS_TEST_TMPDIR' make --no-print-directory KTSTR='$KTSTR_TOP' \
			KTSTR_TOOLS='$KTSTR_BUILD' KTSTR_OUT=disk KTSTR_PROGS= \"\$@\"; }; $2"
}

@test "bad-input: a full disk is an error, and nothing is half there" {
	needs_mounts
	# Pages for kernels/list, plan, variants and two of the logs, not for more.
	run -0 --separate-stderr on_disk size=20k \
		'! run ktstr-test; find disk/results -type f -size +0 -printf "%f\n"'
	[[ $stderr == *"cannot write 'disk/results/$v/"*"': No space left on device"* ]]
	[[ $output != *passed-* ]]
	[[ $output != *result.json* ]] || [[ $output == *ERROR* ]]
	run -0 --separate-stderr on_disk size=64k \
		'dd if=/dev/zero of=disk/fill bs=4096 2>disk/null || :; ! run ktstr-test; find disk -type f -printf "%f\n"'
	echo "$stderr"
	[[ $stderr == *"ktstr: cannot write 'disk/sources': No space left on device"* ]]
	[[ $output != *plan.mk* ]]
}

@test "bad-input: a folder of results that cannot be written is named" {
	needs_mounts
	run -0 --separate-stderr on_disk size=1m 'mount -o remount,ro disk; ! run ktstr-test'
	[[ $stderr == *disk/*": Read-only file system"* ]]
}

@test "bad-input: results may be on another file system" {
	needs_mounts
	run -0 on_disk size=8m 'run ktstr-test'
	[[ $output == *"1 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors"* ]]
}

@test "bad-input: a folder with blanks in its name is refused by a sentence" {
	mkdir "a b"
	cp -R Makefile scx* ktstr "a b"
	cd "a b"
	mkdir -p ktstr-out/kernels
	ln -s "$KTSTR_TEST_KERNEL_ENTRY" ktstr-out/kernels/k
	echo k >ktstr-out/kernels/list
	find . | sort >../before
	sentence="\*\*\* ktstr: make cannot work in a folder with blanks in its name, '$PWD'"
	for goal in all ktstr-test ktstr-kernel; do
		run ! --separate-stderr kmake $goal
		[ "$(grep -c "$sentence" <<<"$stderr")" = 1 ]
	done
	find . | sort >../after
	cd ..
	diff before after
	rm -r "a b"
	run ! --separate-stderr kmake ktstr-list "KTSTR_OUT=a b"
	[[ $stderr == *"ktstr: make cannot have targets in KTSTR_OUT='a b': no blanks, no ':', no '%'.  Stop."* ]]
}

@test "bad-input: settings that make no sense are refused before anything runs" {
	local -A wanted=(
		[KTSTR_FORMAT=yaml]="KTSTR_FORMAT knows table tap ktap json jsonl junit markdown github, not 'yaml'.  Stop."
		[RERUN=some]="RERUN knows 'all' and 'failed', not 'some'.  Stop."
		[KTSTR_CLOCK=fast]="ktstr-gauntlet: --clock: 'fast' is neither virtual nor real"
		[KTSTR_SEEDS=x]="ktstr-gauntlet: --seed: 'x' is no number from 0 to 4294967295, and no range of them such as 1..50"
		[KTSTR_TOOLS=/none]="ktstr: no programs of ours are in KTSTR_TOOLS='/none'.  Stop."
		[KTSTR_OUT=a:b]="ktstr: make cannot have targets in KTSTR_OUT='a:b': no blanks, no ':', no '%'.  Stop."
	)
	for setting in "${!wanted[@]}"; do
		fails "$setting"
		refused "*${wanted[$setting]}"
	done
}
