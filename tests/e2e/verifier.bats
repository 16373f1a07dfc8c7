#!/usr/bin/env bats
# make ktstr-verifier on machines: the numbers are the kernel's, whatever library
# loads, and whether it is refused or not.
bats_require_minimum_version 1.5.0
load ../helper
load project

setup() {
	needs_kernel
	new_project "$BATS_TEST_TMPDIR/p"
}

numbers() { jq -S '.programs | map(del(.log_at, .verification_us))' "$1"; }

@test "verifier: a scheduler's programs have the kernel's numbers, linked dynamically or not" {
	run -0 kmake ktstr-verifier KTSTR_VERIFIER_LOG=1
	[[ $output == *"mini_enqueue "*" programs, 0 refused"* ]]
	log=ktstr-out/verifier/results/k/scx_mini/verifier-log/own/default/virtual/s1
	# All of them are struct_ops or what it runs by itself, and all have a log.
	jq -e '.programs | length >= 8 and all(.accepted and .verified_insns > 0 and .insns > 0 and .insn_limit == 1000000 and
		.total_states >= 0 and .peak_states >= 0 and .stack_bytes >= 0 and .verification_us >= 0 and
		.xlated_bytes > 0 and .jited_bytes > 0 and .log_bytes > 0 and .log_lost == 0)' "$log/result.json"
	jq -e '[.programs[].name] | index("mini_select_cpu") and index("mini_dispatch")' "$log/result.json"
	# What the log says last is what the kernel says of the loaded program.
	at=$(jq '.programs[0].log_at + .programs[0].log_bytes' "$log/result.json")
	[[ $(head -c "$at" "$log/verifier.log" | tail -n 1) == "processed $(jq '.programs[0].verified_insns' "$log/result.json") insns (limit 1000000)"* ]]
	# Without a log, and without a C library that anything could be put before.
	rm -r build
	run -0 kmake ktstr-verifier LDFLAGS=-static
	[[ $(file -b build/scx_mini) == *"statically linked"* ]]
	numbers=ktstr-out/verifier/results/k/scx_mini/verifier/own/default/virtual/s1
	diff <(numbers "$log/result.json" | jq 'map(del(.log_bytes))') <(numbers "$numbers/result.json" | jq 'map(del(.log_bytes))')
	[ "$(stat -c %s "$numbers/verifier.log")" -lt "$(stat -c %s "$log/verifier.log")" ]
	# Nothing runs again, and nothing grew.
	run -0 kmake ktstr-verifier-baseline
	run -0 kmake ktstr-verifier
	[[ $output == *"+0.0%"*" programs, 0 refused, 0 above a bound" ]]
}

@test "verifier: a program that is refused is told with its last words, its loop once" {
	# Eight equal blocks, then a read that may not be.
	sed -i '/^s32 SCX_OP(mini_select_cpu/,/^{/ s/^{/{\n\tvolatile int turns = 0;\n#pragma unroll\n\tfor (int i = 0; i < 8; i++) {\n\t\tturns += p->pid;\n\t\tturns ^= (int)p->tgid;\n\t}\n\tif (turns > 5)\n\t\treturn *(int *)(long)turns;/' scx_mini.bpf.c
	run -2 kmake ktstr-verifier KTSTR_VERIFIER_LOG=1
	[[ $output == *"k/scx_mini/default: mini_select_cpu was refused: Permission denied"*"invalid mem access"* ]]
	[[ $output == *"--- 8 times the "*" lines that follow ---"*"--- 6 times left out ---"* ]]
	dir=ktstr-out/verifier/results/k/scx_mini/verifier-log/own/default/virtual/s1
	# Told once, though it was loaded again for its log; the scheduler had that, too.
	jq -e '.verdict == "fail" and .class == "load-rejected" and ([.programs[] | select(.accepted | not)] | length) == 1' "$dir/result.json"
	grep -q 'BEGIN PROG LOAD LOG' "$dir/scheduler.log"
	grep -q 'invalid mem access' "$dir/scheduler.log"
}
