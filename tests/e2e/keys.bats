#!/usr/bin/env bats
# What a declaration and a test say of the guest, seen from inside by payloads.
bats_require_minimum_version 1.5.0
load ../helper
load project
load kernel-scheds

setup_file() { new_scheds; }
setup() { new_scheds_project; }

# looks NAME PATTERN FILE: a payload that finds PATTERN in a file of the guest.
looks() {
	printf '[payload %s]\ncommand = grep -qE "%s" %s\n' "$@"
}

@test "keys: a scheduler in the kernel, switched on and off, with its surroundings" {
	local features=/sys/kernel/debug/sched/features v=k/tuned/seen/own/slow/virtual/s1
	echo 'from the declaration' >table.conf
	echo 'from the test' >notes.txt
	cat >ktstr/tuned.sched <<-END
		[scheduler]
		enable        = echo NO_RUN_TO_PARITY > $features
		enable        = cp /proc/cmdline /tmp/words
		disable       = grep -q NO_RUN_TO_PARITY $features
		disable       = echo RUN_TO_PARITY > $features
		sysctl        = kernel.pid_max = 30000
		sysctl        = vm.overcommit_ratio=40
		kargs         = first=1 audience=0
		cgroup-parent = /app.slice/inner
		include-files = table.conf
		[flag slow]
		enable        = echo NO_WAKEUP_PREEMPTION > $features
		disable       = echo WAKEUP_PREEMPTION > $features
	END
	{
		printf '[test]\nrequired-flags = slow\nduration = 500ms\nsettle = 0\ninclude-files = notes.txt\n'
		printf 'kargs = audience=7\nsysctl = kernel.pid_max=31000\ncleanup-budget = 20s\n[cgroup a]\nwork = cpu-spin workers=2\n'
		looks words 'first=1 audience=0 audience=7' /tmp/words
		looks fresh 'NO_RUN_TO_PARITY.*' "$features"
		looks flag 'NO_WAKEUP_PREEMPTION' "$features"
		looks own '^31000$' /proc/sys/kernel/pid_max
		looks base '^40$' /proc/sys/vm/overcommit_ratio
		looks table 'from the declaration' /include-files/table.conf
		looks notes 'from the test' /include-files/notes.txt
		looks place ':/app.slice/inner/a$' /proc/self/cgroup
		echo 'cgroup = a'
	} >ktstr/seen.test
	run kmake ktstr-test KTSTR_PROGS= KTSTR_SCHED=tuned TEST=seen
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(result '[.payloads[].end] | unique | join(" ")' $v)" = ended ]
	[ "$(result '[.scheduler_events[].event] | join(" ")' $v)" = "switched-on switched-off" ]
	[ "$(result .limits.shutdown_ns $v)" = 20000000000 ]
	[ "$(result .guest.kargs $v)" = "first=1 audience=0 audience=7" ]
	[ "$(result '.guest.sysctl | join(" ")' $v)" = "vm.overcommit_ratio=40 kernel.pid_max=31000" ]
	[ "$(result .guest.cgroup_parent $v)" = /app.slice/inner ]
	[ "$(result '[.inputs.files[].path | select(startswith("/include"))] | sort | join(" ")' $v)" = "/include-files/notes.txt /include-files/table.conf" ]
	# Nothing changed: nothing runs. Another file: it runs.
	run -0 kmake ktstr-test KTSTR_PROGS= KTSTR_SCHED=tuned TEST=seen
	[[ $output != *"PASS "* ]]
	echo 'from the declaration again' >table.conf
	run -0 kmake ktstr-test KTSTR_PROGS= KTSTR_SCHED=tuned TEST=seen
	[[ $output == *"PASS "*"$v"* ]]
}

@test "keys: what the kernel does not take is told" {
	printf '[scheduler]\nenable = echo NO_SUCH_THING > /sys/kernel/debug/sched/features\n' >ktstr/bad.sched
	printf '[scheduler]\nenable = echo 1 > /sys/kernel/no-such-switch\n' >ktstr/lacking.sched
	printf '[test]\nduration = 50ms\n[cgroup a]\n' >ktstr/plain.test
	printf '[test]\nscheduler = none\nduration = 50ms\nsysctl = kernel.pid_max=1\n[cgroup a]\n' >ktstr/odd.test
	printf '[test]\nscheduler = none\nduration = 50ms\nsysctl = kernel.no_such=1\n[cgroup a]\n' >ktstr/none.test
	run ! kmake ktstr-test KTSTR_PROGS= KTSTR_SCHED="bad lacking" TEST="plain odd none"
	v=own/default/virtual/s1
	[ "$(result '.verdict + " " + .reasons[0]' k/bad/plain/$v)" = "error the guest's init: '/sys/kernel/debug/sched/features' does not take 'NO_SUCH_THING' of the scheduler's declaration: Invalid argument" ]
	[ "$(result '.verdict + " " + .reasons[0]' k/lacking/plain/$v)" = "skip this kernel has no '/sys/kernel/no-such-switch', to which the scheduler's declaration writes '1'" ]
	[ "$(result '.verdict + " " + .reasons[0]' k/none/odd/$v)" = "error the guest's init: sysctl 'kernel.pid_max' does not take '1': Invalid argument" ]
	[ "$(result '.verdict + " " + .reasons[0]' k/none/none/$v)" = "skip this kernel has no sysctl 'kernel.no_such'" ]
}

@test "keys: config file, cgroup and watchdog of a scheduler that is loaded" {
	local v=own/default/virtual/s1
	echo '{}' >some.json
	cat >ktstr/placed.sched <<-END
		[scheduler]
		binary        = build/scx_qmap
		args          = -b 8
		config-file   = some.json
		config-option = -P
		cgroup-parent = /app.slice
		cgroup-option = -P
	END
	{
		printf '[test]\nduration = 500ms\nsettle = 0\nargs = -S\ninclude-files = /usr/bin/cat /usr/bin/tr\n[cgroup a]\nwork = bursty workers=1\n'
		# Programs that are files are in PATH.
		printf '[payload words]\ncommand = sh -c "cat /proc/[0-9]*/cmdline | tr \\\\\\\\0 +"\noutput = regex\n'
		printf 'metric = batch match=scx_qmap[+]-P[+]/include-files/some[.]json[+]-P[+]/app[.]slice[+]-b[+](8)[+]-S[+]\n'
	} >ktstr/words.test
	printf '%s\n' '[test]' 'duration = 4s' 'settle = 0' 'watchdog = 600ms' 'args = -t 10' '[cgroup a]' \
		'work = bursty workers=4 burst=10ms sleep=15ms' 'work = cpu-spin workers=2' >ktstr/stalls.test
	run ! kmake ktstr-test KTSTR_PROGS= KTSTR_SCHED=placed TEST="words stalls"
	echo "$output"
	[ "$(result '.payloads[0].metrics[0].value' k/placed/words/$v)" = 8 ]
	[ "$(result .verdict k/placed/words/$v)" = pass ]
	[ "$(result '.verdict + " " + .class' k/placed/stalls/$v)" = "fail stalled" ]
	[[ $(result '.reasons[2]' k/placed/stalls/$v) =~ "failed to run for 0."[6-9][0-9]*s$ ]]
	[ "$(result .guest.watchdog_ns k/placed/stalls/$v)" = 600000000 ]
}
