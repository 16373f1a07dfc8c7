#!/usr/bin/env bats
# The template's scheduler, broken in one place: each way to fail has a class of
# its own, and the reasons tell what the kernel knows.
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

# One project for all; what does not change is compiled once.
setup_file() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || return 0
	(new_project "$BATS_FILE_TMPDIR/p") >&2
}

setup() {
	needs_kernel
	cd "$BATS_FILE_TMPDIR/p" || return 1
	rm -rf ktstr-out/results ktstr/*.test
	cp "$KTSTR_TOP"/templates/scheduler/scx_mini* .
	printf '[test]\ntopology = 1n1l2c1t\nduration = 2s\n[cgroup a]\nwork = cpu-spin workers=3\n' >ktstr/short.test
	v=k/scx_mini/short/own/default/virtual/s1
}

# change FILE AFTER BEFORE CODE: the scheduler has CODE before the first line of
# FILE that begins with BEFORE and stands behind AFTER.
change() {
	CODE=$4 awk -v after="$2" -v before="$3" '
		index($0, after) { behind = 1 }
		behind && !found && index($0, before) == 1 { print ENVIRON["CODE"]; found = 1 }
		{ print } END { exit !found }' "$1" >changed
	mv changed "$1"
}

# broken [...]: the same, and it fails its test.
broken() {
	[ $# -eq 0 ] || change "$@"
	run ! kmake ktstr-test
	echo "$output" # shown if what follows fails
}

# is CLASS REASON...: of the run, with a reason that matches each pattern.
is() {
	local reasons pattern
	reasons=$(result '.reasons[]' "$v")
	[ "$(result '.verdict + " " + .class' "$v")" = "fail $1" ]
	shift
	for pattern; do
		grep -qE -- "$pattern" <<<"$reasons" || {
			echo "no reason matches: $pattern"
			return 1
		}
	done
}

@test "faults: what the verifier refuses is told in its words" {
	broken scx_mini.bpf.c mini_enqueue "	my_counts()" "	*(volatile u64 *)enq_flags = 1;"
	is load-rejected "^the verifier: R[0-9] invalid mem access 'scalar'"
}

@test "faults: an error of ops.init" {
	broken scx_mini.bpf.c mini_init\) "	bpf_for" "	if (queue_count) return -28;"
	is init-failed '^the kernel: ops.init\(\) failed \(-28\)'
}

@test "faults: a misuse tells the functions that led there" {
	broken scx_mini.bpf.c mini_enqueue "	my_counts()" "	if (my_counts()->queued > 100) { scx_insert(p, 77, slice_ns, 0); return; }"
	is scx-error '^the kernel: non-existent DSQ 0x4d' '^it was in .*(scx|dsq|dispatch)'
}

@test "faults: a scheduler that calls scx_bpf_exit()" {
	change scx_mini.bpf.c "char LICENSE" "char LICENSE" \
		"void scx_bpf_exit_bstr(s64 code, char *fmt, unsigned long long *data, u32 size) __ksym __weak;"
	broken scx_mini.bpf.c mini_enqueue "	my_counts()" "	if (my_counts()->queued > 200) {
		static char why[] = \"enough\";
		unsigned long long none[1] = { 0 };
		scx_bpf_exit_bstr(0, why, none, 0);
	}"
	is user-exit '^the kernel: .*disabled \(unregistered from BPF\)'
}

@test "faults: a program that leaves in the middle, in good order" {
	broken scx_mini.c "static int run" "	while (sigtimedwait" "	for (int n = 0; n < 15; n++) (void)sigtimedwait(stop, NULL, &tick);
	raise(SIGINT);"
	is user-exit '^the scheduler (ended in the middle of the test \(exit 0\)|lost its charge: )'
}

@test "faults: a task that is forgotten, while a CPU is idle" {
	cat >>ktstr/short.test <<-'END'
		[check]
		not-starved = no
		max-spread = none
		max-gap = none
		max-standstill = 500ms
		max-idle-while-waiting = 200ms
	END
	# It shall not be taken out for that before the test is over.
	sed -i 's/\.timeout_ms = .*/.timeout_ms = 25000,/' scx_mini.bpf.c
	broken scx_mini.bpf.c mini_enqueue "	my_counts()" \
		"	if (p->comm[0] == 'k' && p->comm[6] == 'w' && my_counts()->queued > 100) return;"
	# Linux 6.12 does not count that idle time, since the task is in the CPU's queue.
	is check-failed "^max-standstill: cgroup 'a': a worker that wanted to run got nothing done for" \
		"^max-idle-while-waiting: cgroup 'a': CPU [01] was idle for"
}
