#!/usr/bin/env bats
# doc/topology.md: machines that boot and are what was declared.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	cd "$BATS_TEST_TMPDIR" || return 1
	kernel=(--kernel "$KTSTR_TEST_KERNEL_ENTRY" --accel tcg)
}

# sees T FILTER: what jq finds in what the guest of machine T tells.
sees() {
	ktstr-vm topology "${kernel[@]}" --cold --json "$1" >seen.json || return
	jq -r ".difference, ($2)" seen.json
}

@test "topology: one CPU" {
	run -0 sees 1n1l1c1t '.guest | .cpus, .llcs[], (.domains[].spans | length)'
	[ "$output" = $'null\n0\n0\n0' ]
}

@test "topology: threads, a core without its second one, LLCs with different numbers of CPUs" {
	run -0 sees '1n2l2c2t cores=2,1 threads=2,1,2' \
		'.guest | (.cores | join(" ")), (.llcs | join(" ")), (.domains[] | .cpus + ": " + (.spans | join(" ")))'
	[ "$output" = $'null\n0-1 2 3-4\n0-2 3-4\n0-1: 0-1 0-2 0-4\n2: 0-2 0-4\n3-4: 3-4 0-4' ]
}

@test "topology: two nodes with two LLCs each, also as text" {
	run -0 ktstr-vm topology "${kernel[@]}" --cold 2n4l1c2t
	[[ $output == *$'\npackages  0-3 4-7\ndies      0-1 2-3 4-5 6-7\n'* ]]
	[[ $output == *$'\ncache     L3 Unified '*$': 0-1 (id 0), 2-3 (id 1), 4-5 (id 2), 6-7 (id 3)\n'* ]]
	[[ $output == *$'\ndomains   CPUs 6-7: 6-7 4-7 0-7' ]]
}

@test "topology: a node without CPUs, its latency, bandwidth and cache" {
	run -0 sees '3n2l1c1t cpus=0/1/- memory=400M,64M,48M latency=10,50,90,40,20,80,-,-,- bandwidth=9G,4G,2G,4G,8G,3G,-,-,- memory-cache=-,-,64M' \
		'.guest.nodes[2].cpus, (.guest.memory[] | "\(.access[0].initiators) \(.access[0].read_latency) \(.access[0].write_bandwidth)"), .guest.memory[2].cache.size'
	[ "$output" = $'null\n\n0 10 9216\n1 20 8192\n1 80 3072\n67108864' ]
}

@test "topology: a node without memory" {
	run -0 sees '2n2l1c1t memory=0,512M' '.guest.memory[].total_kib > 0'
	[ "$output" = $'null\nfalse\ntrue' ]
}

@test "topology: three nodes with unequal distances" {
	run -0 sees '3n3l1c1t distances=10,20,40,20,10,30,40,30,10' \
		'.guest | (.nodes[].distances | map(tostring) | join(" ")), (.domains[] | .cpus + ": " + (.spans | join(" ")))'
	[ "$output" = $'null\n10 20 40\n20 10 30\n40 30 10\n0-1: 0-1 0-2\n2: 1-2 0-2' ]
}

@test "topology: CPUs that are offline leave holes, and can be put online" {
	run -0 sees '1n2l2c1t offline=1-2' '.guest | .cpus, .present, .possible, (.llcs | join(" "))'
	[ "$output" = $'null\n0,3\n0-3\n0-3\n0 3' ]
	# shellcheck disable=SC2016
	run -0 --separate-stderr ktstr-vm exec "${kernel[@]}" --topology '1n2l2c1t offline=1-2' -- \
		sh -c 'echo 1 >/sys/devices/system/cpu/cpu2/online && read -r cpus </sys/devices/system/cpu/online && echo "$cpus"' </dev/null
	[ "$output" = "0,2-3" ]
}

@test "topology: RAM goes on above the hole below 4 GiB" {
	run -0 sees '2n2l1c1t memory=4G,1G' '.guest | (.ram[1:] | map(map(tostring) | join("-")) | join(" ")), (.memory | map(.present_kib / 1048576 | round))[]'
	[[ $output == null$'\n'1048576-32210*" 4294967296-6442450943"$'\n4\n1' ]]
}

@test "topology: a machine that is not the one declared is an error with the difference" {
	printf '[test]\nduration = 100ms\nsettle = 50ms\n[cgroup a]\nwork = cpu-spin workers=1\n' >a.test
	run -125 --separate-stderr ktstr-vm run "${kernel[@]}" --cold --test a.test --topology 1n1l2c1t --append maxcpus=1 --out o
	[[ $stderr == *"the machine is not the one declared: the guest has CPUs 0 online, not 0-1"* ]]
	[ "$(jq -r '.verdict' o/result.json)" = error ]
	run -125 --separate-stderr ktstr-vm topology "${kernel[@]}" --cold --append maxcpus=1 1n1l2c1t
	[[ $output == *$'\ncpus      0 online, 0-1 present, 0-1 possible\n'* ]]
	[ "$stderr" = "ktstr-vm: the machine is not the one declared: the guest has CPUs 0 online, not 0-1" ]
}
