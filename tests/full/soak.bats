#!/usr/bin/env bats
# "make soak" is repeatable, and sees what is wrong: see tests/soak/soak.sh.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats sets output and lines; code for other shells
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project
load ../e2e/soak

@test "soak: a seed and a round's number are that round again" {
	needs_kernel
	local first
	KTSTR_SOAK_SEED=7 KTSTR_SOAK_ROUND=3 KTSTR_SOAK_FAULTS=stop soak
	[ "$status" = 0 ]
	first=${lines[1]}
	KTSTR_SOAK_SEED=7 KTSTR_SOAK_ROUND=3 KTSTR_SOAK_FAULTS=stop soak
	[[ ${first%%;*} == "round 3: "* ]]
	[ "${first%%;*}" = "${lines[1]%%;*}" ]
}

# plant JOB PROGRAM COMMAND: each call of the program in that job is followed by it, in
# programs of our own; $out is the folder of a result.
plant() {
	local bin=$BATS_TEST_TMPDIR/bin
	rm -rf "$bin"
	mkdir "$bin"
	ln -s "$KTSTR_BUILD"/* "$bin"
	rm "$bin/$2"
	printf '%s\n' '#!/bin/bash' "\"$KTSTR_BUILD/$2\" \"\$@\"" 'status=$?' \
		'while [ $# -gt 1 ] && [ "$1" != --out ]; do shift; done' 'out=$2' "$3" 'exit $status' >"$bin/$2"
	chmod +x "$bin/$2"
	PATH=$bin:$PATH KTSTR_BUILD=$bin KTSTR_SOAK_SEED=7 KTSTR_SOAK_ROUND=3 KTSTR_SOAK_JOBS=$1 KTSTR_SOAK_FAULTS=stop soak
	[ "$status" = 1 ]
	[[ ${lines[-1]} =~ ^rounds\ 1,\ faults\ [0-9]+.*,\ violations\ [1-9] ]]
}

@test "soak: what a program of ours leaves behind is found" {
	needs_kernel
	plant exec ktstr-vm 'setsid sleep 1000 </dev/null >/dev/null 2>&1 &'
	[[ $output == *"  violation: process: "*"sleep 1000"* ]]
	plant exec ktstr-vm 'setsid flock "$KTSTR_CACHE_DIR" sleep 1000 </dev/null >/dev/null 2>&1 &'
	[[ $output == *"  violation: lock: "*"/cache (flock)"* ]]
	plant exec ktstr-vm 'mktemp -d >/dev/null'
	[[ $output == *"  violation: temporary: "* ]]
	# The last of what a round runs, by those who look.
	plant exec ktstr-sandbox 'sleep 1001 </dev/null >/dev/null 2>&1 &'
	[[ $output == *"  violation: process: "*"sleep 1001"* ]]
}

@test "soak: a result that is half, or not as it should be, is found" {
	needs_kernel
	plant test ktstr-vm '[ ! -d "$out" ] || : >"$out/result.json.aBcDeF"'
	[[ $output == *"  violation: half: "*"/result.json.aBcDeF"* ]]
	plant test ktstr-vm '[ ! -d "$out" ] || echo "{" >"$out/result.json"'
	[[ $output == *"  violation: half: "*"/result.json"* || $output == *"  violation: undisturbed: "* ]]
	plant test ktstr-vm '[ ! -d "$out" ] || echo $RANDOM$$ >>"$out/console.log"'
	[[ $output == *"  violation: verdict: "*", where "*" is right"* ]]
}
