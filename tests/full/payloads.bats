#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Payloads that others wrote: Debian's stress-ng and rt-app, and perf bench.
# shellcheck disable=SC2154 # bats sets output, stderr
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

setup() {
	needs_kernel
	cd "$BATS_TEST_TMPDIR" || return 1
}

# play: payload.test, which must pass; its metrics as NAME VALUE.
play() {
	run --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --test payload.test \
		--topology 1n1l2c1t --out a
	[ "$status" -eq 0 ] || { echo "$stderr" && cat a/payload.log && return 1; }
	run -0 jq -r '.payloads[] | .end, (.metrics[]? | "\(.name) \(.value)")' a/result.json
}

@test "payloads: stress-ng, whose table of operations is read" {
	command -v stress-ng >/dev/null || skip "needs stress-ng"
	cat >payload.test <<-'T'
		[payload stress]
		command = stress-ng --cpu 2 --cpu-method bitops --cpu-ops 4 --metrics-brief
		output = regex
		timeout = 30s
		metric = operations min=4 max=8 match= cpu +([0-9]+)
		metric = rate min=0.01 unit=1/s better=higher match= cpu +[0-9]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +([0-9.]+)
	T
	play
	[[ $output == $'ended\noperations '* ]]
}

@test "payloads: rt-app, with the file that says what it does" {
	command -v rt-app >/dev/null || skip "needs rt-app"
	cat >two.json <<-'J'
		{ "global": { "duration": 1, "ftrace": false, "calibration": 123 },
		  "tasks": { "light": { "instance": 2, "loop": -1, "run": 1000,
		    "timer": { "ref": "unique", "period": 10000 } } } }
	J
	cat >payload.test <<-'T'
		[payload rt]
		command = rt-app two.json
		file = two.json
		output = regex
		timeout = 30s
		metric = load min=123 max=123 unit=ns match=pLoad = ([0-9]+)ns
		metric = ended min=1 match=\[([1])\] Exiting
	T
	play
	[[ $output == $'ended\nload 123\nended 1' ]]
}

@test "payloads: perf bench, whose last lines have the numbers" {
	command -v perf >/dev/null || skip "needs perf"
	cat >payload.test <<-'T'
		[payload perf]
		command = perf bench sched pipe -l 500
		output = regex
		timeout = 30s
		metric = time min=1 unit=us better=lower match=([0-9.]+) usecs/op
	T
	play
	[[ $output == $'ended\ntime '* ]]
}
