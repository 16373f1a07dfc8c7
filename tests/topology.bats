#!/usr/bin/env bats
# doc/topology.md: machines as they are written. Nothing boots here; see
# tests/e2e/topology.bats.
# shellcheck disable=SC2154,SC2030,SC2031 # bats sets stderr; each test is a shell
# shellcheck disable=SC2016 # backticks of markdown
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	printf '[test]\nscheduler = none\nmax-nodes = 64\nmax-llcs = 512\n[cgroup a]\nwork = cpu-spin\n' >a.test
	boot_image bzImage
}

# dry T: QEMU's words for a machine, one a line.
dry() {
	local words
	words=$(ktstr-vm run --kernel . --accel tcg --clock real --test a.test --topology "$1" --dry-run) || return
	eval "printf '%s\n' $words"
}

@test "topology: each example of the table is a machine" {
	local example count=0
	while read -r example; do
		[[ $example == [0-9]* ]] || continue
		run -0 ktstr-gauntlet list --topology "$example" a.test
		count=$((count + 1))
	done < <(sed -n 's/^| `[a-z-]*=[a-z]*` .* | `\(.*\)` |$/\1/p' "$KTSTR_TOP/doc/topology.md")
	[ "$count" -ge 8 ]
}

@test "topology: every machine that doc/topology.md calls attested is one" {
	local machine count=0
	while read -r machine; do
		run -0 ktstr-gauntlet list --topology "$machine" a.test
		count=$((count + 1))
	done < <(sed -n 's/^| `\([0-9][0-9]*n[^`]*\)` |.*/\1/p' "$KTSTR_TOP/doc/topology.md")
	[ "$count" -ge 20 ]
}

@test "topology: a machine with words has a short name in results" {
	run -0 ktstr-gauntlet list --topology '1n2l2c1t  offline=3' a.test
	[[ $output =~ ^kernel/none/a/1n2l2c1t-[0-9a-f]{8}/default/virtual/s1$ ]]
	local name=$output
	run -0 ktstr-gauntlet list --topology '1n2l2c1t offline=3-3' a.test
	[ "$output" = "$name" ]
	run -0 ktstr-gauntlet list --topology '1n2l2c1t offline=2' a.test
	[ "$output" != "$name" ]
}

@test "topology: a variant of the plan gets the whole machine" {
	mkdir entry
	touch entry/{bzImage,metadata.json} init
	run -0 ktstr-gauntlet plan --init init --kernel k=entry --topology '1n2l2c1t offline=3' a.test
	[[ $output == *"--topology '1n2l2c1t offline=3'"* ]]
}

@test "topology: QEMU is told of CPUs, nodes, memory and distances" {
	run -0 dry '3n2l2c1t cpus=0-1/2-3/- memory=256M,0,128M distances=10,20,30,20,10,40,30,40,10'
	[[ $output == *$'\n'"node,nodeid=1,cpus=2-3"$'\n'* ]]
	[[ $output == *$'\n'"node,nodeid=2,memdev=ram1"$'\n'* ]]
	[[ $output == *$'\n'"memory-backend-ram,id=ram1,size=128M"$'\n'* ]]
	[[ $output == *$'\n'"dist,src=2,dst=1,val=40"$'\n'* ]]
	run -0 dry '1n1l4c1t offline=2'
	[[ $output == *" ktstr_offline=2"* ]]
}

@test "topology: what QEMU cannot build is a skip, with its reason" {
	command -v qemu-system-x86_64 >/dev/null || skip "needs qemu-system-x86_64"
	export KTSTR_CACHE_DIR=$PWD/cache
	run -4 --separate-stderr dry 1n33l8c1t
	[[ $stderr == "ktstr-vm: QEMU cannot build this machine, whose highest APIC id is 263 (TCG can have more than 254 since QEMU 9.0): "?* ]]
	run -4 --separate-stderr dry 1n1l512c1t
	[[ $stderr == "ktstr-vm: QEMU cannot build this machine, whose highest APIC id is 511 (TCG can have more than 254 since QEMU 9.0): "*"512"* ]]
}

@test "topology: QEMU is asked once what it can build" {
	command -v qemu-system-x86_64 >/dev/null || skip "needs qemu-system-x86_64"
	export KTSTR_CACHE_DIR=$PWD/cache
	mkdir bin
	cat >bin/qemu-system-x86_64 <<-EOF
		#!/bin/sh
		echo . >>"$PWD/asked"
		exec $(command -v qemu-system-x86_64) "\$@"
	EOF
	chmod +x bin/qemu-system-x86_64
	PATH=$PWD/bin:$PATH
	run -0 dry '1n1l4c1t offline=2'
	local -i first
	first=$(find cache/.host -name '*-can-*' | wc -l)
	[ "$first" = 1 ]
	run -0 dry '1n1l4c1t offline=2'
	[ "$(find cache/.host -name '*-can-*' | wc -l)" = 1 ]
	run -0 dry '1n1l4c1t offline=3'
	run -0 dry '1n1l4c2t threads=2,1,1,1'
	[ "$(find cache/.host -name '*-can-*' | wc -l)" = 2 ]
}

@test "topology: ktstr-vm topology takes one machine, in quotes, behind its options" {
	run -2 --separate-stderr ktstr-vm topology --kernel . 1n1l2c1t offline=1
	[ "$stderr" = "ktstr-vm: topology takes one machine; write its words in quotes: '1n1l2c1t offline=1'" ]
	run -2 --separate-stderr ktstr-vm topology --kernel . 1n1l2c1t --json
	[ "$stderr" = "ktstr-vm: options stand before the machine: --json" ]
	run -2 --separate-stderr ktstr-vm topology --kernel . --topology 1n1l1c1t 1n1l2c1t
	[ "$stderr" = "ktstr-vm: the machine is given twice: '1n1l2c1t' and --topology '1n1l1c1t'" ]
	run -2 --separate-stderr ktstr-vm topology --kernel . '1n1l2c1t ofline=1'
	[ "$stderr" = "ktstr-vm: a topology has no word 'ofline=', did you mean 'offline='?" ]
	run -0 ktstr-vm topology --kernel . --accel tcg --clock real --dry-run smt-2llc
	[[ $output == *" 8,sockets=1,dies=2,cores=2,threads=2 "* ]]
}

@test "topology: CPUs of the host are reserved for the whole shape" {
	run -2 --separate-stderr ktstr-lock cpus --exclusive --topology '1n1l2c1t offline=2' -- true
	[[ $stderr == *"there is no CPU 2, the last is 1" ]]
}
