#!/usr/bin/env bats
# A variant that fails, made smaller with real machines.
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project
load ../e2e/kernel-scheds

setup_file() { new_scheds; }
setup() { new_scheds_project; }

@test "shrink: a scheduler's error is had on one CPU, with one worker and one flag" {
	cat >ktstr/qmap-flags.sched <<-'END'
		[scheduler]
		binary   = build/scx_qmap
		topology = 1n2l2c1t
		[flag batch]
		args     = -b 8
		[flag error]
		args     = -e 40
	END
	cat >ktstr/busy.test <<-'END'
		[test]
		duration       = 800ms
		settle         = 0
		required-flags = batch error
		[cgroup left]
		work = bursty workers=6 burst=5ms sleep=5ms
	END
	run ! kmake ktstr-test KTSTR_PROGS= KTSTR_SCHED=qmap-flags TEST=busy
	sed -i '/required-flags/d' ktstr/busy.test
	local v=k/qmap-flags/busy/own/batch+error/virtual/s1
	[ "$(result '.verdict + " " + .class' $v)" = "fail scx-error" ]
	run -0 kmake -s ktstr-shrink VARIANT=$v
	echo "$output"
	[[ $output == *"$v: fail (scx-error), smallest after "*" runs"* ]]
	[[ $output == *"  flags     error, was batch+error"* ]]
	[[ $output == *"  machine   1n1l1c1t, was 1n2l2c1t"* ]]
	[[ $output == *"  workers   1 of a kind at most, was 6 of a kind at most"* ]]
	# The command runs it again, and it fails again.
	command=$(sed -n 's/^  run it    //p' <<<"$output")
	cp ktstr-out/shrunk/$v/busy.test saved
	run -1 env PATH="$KTSTR_BUILD:$PATH" sh -c "$command --out again"
	[ "$(jq -r .class again/result.json)" = scx-error ]
}
