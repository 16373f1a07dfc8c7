#!/usr/bin/env bats
# doc/monitor.md: samples of a guest whose load is known.
# shellcheck disable=SC2154 # bats sets output, stderr
bats_require_minimum_version 1.5.0
load ../helper
load project

setup() {
	needs_kernel
	cd "$BATS_TEST_TMPDIR" || return 1
}

# run_test STATUS NAME OUT [OPTION...]: a .test file that is here.
run_test() {
	local status=$1 name=$2 out=$3
	shift 3
	run "-$status" --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" \
		--kernel-label k --clock virtual --test "$name.test" --out "$out" "$@"
}

# monitor FILTER OUT: jq over what the monitor saw.
monitor() {
	jq -r ".monitor | $1" "$2/result.json"
}

# Three spinners that may use CPU 1 alone, one on CPU 2, and nobody on the others.
known_load() {
	cat <<-T
		[test]
		duration = ${1:-1s}
		settle = 10ms
		topology = 1n2l2c1t
		[cgroup a]
		work = cpu-spin workers=3 affinity=cpus:1
		work = cpu-spin workers=1 affinity=cpus:2
		[check]
		max-spread = none
		max-gap = none
	T
}

@test "monitor: samples show a known load, each limit holds to the last step, twice the same" {
	{ known_load; echo 'max-imbalance-ratio = 3'; echo 'fail-on-stall = yes'; } >fits.test
	run_test 0 fits a
	[ "$(monitor '.reader' a)" = inside ]
	[ "$(monitor '.period_ns' a)" = 100000000 ]
	[ "$(monitor '.samples >= 9 and .samples <= 11' a)" = true ]
	[ "$(monitor '.implausible' a)" = 0 ]
	# What the machine did: means of CPUs 1 and 2, and nearly nothing elsewhere. A
	# thread of the kernel's may be there in one sample or two.
	[ "$(monitor '[.cpus[1, 2].mean_nr_running] | .[0] >= 3 and .[0] < 3.3 and .[1] >= 1 and .[1] < 1.3' a)" = true ]
	[ "$(monitor '[.cpus[0, 3].mean_nr_running] | max < 0.5' a)" = true ]
	[ "$(monitor '.summary.sustained_imbalance.value' a)" = 3 ]
	[ "$(monitor '.summary.stalled_cpus' a)" = 0 ]
	[ "$(monitor '[.vcpus, .timeline[0].vcpu_run_ns, (.vcpus_why | length > 9)] == [null, null, true]' a)" = true ]
	# The kernel's own counters moved, and what it has not is said.
	[ "$(monitor '.counters[] | select(.name == "sched_count") | .increase > 100' a)" = true ]
	[ "$(monitor '.counters[] | select(.name == "run_delay_ns") | .increase > 1500000000' a)" = true ]
	[ "$(monitor '.domains | length >= 1 and all(.[]; .cpus == 4 and (.increase.lb_count | length == 3))' a)" = true ]
	[ "$(monitor '.cost.percent < 0.5 and .cost.percent > 0 and .cost.once_ns > 0' a)" = true ]

	run_test 0 fits b
	diff <(jq -S 'del(.host)' a/result.json) <(jq -S 'del(.host)' b/result.json)

	sed 's/ratio = 3/ratio = 2.999/' fits.test >fails.test
	run_test 1 fails c
	[ "$(jq -r .class c/result.json)" = check-failed ]
	[[ $stderr == *"max-imbalance-ratio: in 5 samples in a row, "*"(the last was CPU 1) had at least 3 times as many tasks"*"the limit is 2.999"* ]]
}

@test "monitor: a local queue of a scheduler is as deep as it is loaded, and its programs are named" {
	new_project p
	rm ktstr/*.test
	kmake ktstr-progs >&2
	known_load 700ms >deep.test
	{
		sed 's/^settle.*/&\nsysctl = kernel.bpf_stats_enabled=1/' deep.test
		echo 'max-local-dsq-depth = 50'
		echo 'fail-on-stall = yes'
	} >fits.test
	run_test 0 fits a --sched ktstr/scx_mini.sched
	[ "$(monitor '.programs | length >= 3 and all(.[]; .verified_insns > 0)' a)" = true ]
	[ "$(monitor '[.programs[] | select(.runs > 0 and .ns > 0)] | length >= 1' a)" = true ]
	[ "$(monitor '[.cpus[] | .mean_nr_running | . * 10 | round] | .[1:3] | join(" ")' a)" = "30 10" ]
	[ "$(monitor '.summary.stalled_cpus' a)" = 0 ]
}

@test "monitor: what it cannot have is a skip with the reason, and nothing is read unasked" {
	known_load 100ms >plain.test
	run_test 0 plain a
	[ "$(jq -r .monitor a/result.json)" = null ]
	# A kernel that counts no events, and a check of the test that needs them.
	{ cat plain.test; echo 'max-fallback-rate = 200'; } >rate.test
	run_test 4 rate b
	[[ $stderr == *"this kernel does not count events of schedulers"* ]]
	# An image alone has no vmlinux.
	cp "$KTSTR_TEST_KERNEL_ENTRY/bzImage" .
	sed 's/^settle.*/&\nmonitor = yes/' plain.test >asked.test
	run -4 --separate-stderr ktstr-vm run --kernel bzImage --clock virtual --test asked.test --out c
	[[ $stderr == *"needs the kernel's vmlinux"* ]]
	# One that is another kernel's is found out, by what is in memory.
	mkdir other
	cp bzImage other
	objcopy --strip-symbol=linux_banner --add-symbol linux_banner=.text:0,global \
		"$KTSTR_TEST_KERNEL_ENTRY/vmlinux" other/vmlinux
	run -4 --separate-stderr ktstr-vm run --kernel other --clock virtual --test asked.test --out d
	[[ $stderr == *"the kernel is not where its vmlinux says"* ]]
	[ "$(jq -r '.verdict + " " + .class' d/result.json)" = "skip unsupported" ]
}
