#!/usr/bin/env bats
# Guests that lie, and what their kernels say. The bytes of damaged channels are
# in tests/unit/test-{frame,facts,wire,pump}.c, floods in tests/full.
# shellcheck disable=SC2154,SC2016 # bats sets stderr; the inner shell has the variables
bats_require_minimum_version 1.5.0
load ../helper
load deaths

setup_file() { new_deaths; }
setup() {
	needs_guest
	new_test
}

@test "hostile: a report that was forged in part, or does not rest, is damaged" {
	local kind why
	while IFS='|' read -r kind why; do
		lie "$kind" -125
		tells channel "the guest's report is damaged"
		[[ $stderr == *"$why"* ]]
	done <<-'END'
		two-ends|comes after the end
		second-machine|is the second 'topology'
		too-long|is too long
		wrong-crc|has a wrong checksum
		wrong-number|does not begin as it should
		restless|the channel's count of bytes went from
	END
}

@test "hostile: the kernel's complaint is told, and a program's in its words is none" {
	lie complain -1
	[ "$(jq -r '.class, .reasons[1]' o/result.json)" = "died
the kernel complained: BUG kmalloc-64 (Tainted: G): the kernel says so" ]
	[ "$(jq -r '.kernel_messages[].text' o/result.json)" = "BUG kmalloc-64 (Tainted: G): the kernel says so" ]
	[ "$(jq .kernel_messages_lost o/result.json)" = null ]
}

@test "hostile: messages of the kernel that were overwritten are counted" {
	lie overrun -1
	jq -e '.kernel_messages_lost.overrun > 1000' o/result.json
}

@test "hostile: a command has nothing of init's but its three streams" {
	run -0 --separate-stderr ktstr-vm exec --kernel "$KTSTR_TEST_KERNEL_ENTRY" --topology 1n1l2c1t -- ls /proc/self/fd
	[ "$(paste -sd' ' <<<"$output")" = "0 1 2 3" ] # 3 is that folder
}

@test "hostile: a terminal gets no control characters, a pipe each byte as it was" {
	command -v script >/dev/null || skip "needs script(1)"
	# An escape; C1 that is cut over two frames, and as a byte; an override; an end within a character.
	cat >speak <<-'END'
		#!/bin/sh
		printf 'a\033[31mb\302'
		sleep 0.2
		printf '\233c\233d\342\200\256e\303'
	END
	chmod 755 speak
	printf 'a\033[31mb\302\233c\233d\342\200\256e\303' >want
	local exec="ktstr-vm exec --kernel $KTSTR_TEST_KERNEL_ENTRY --topology 1n1l2c1t --include sleep -- ./speak"
	$exec >got
	cmp got want
	script -qec "$exec </dev/null" /dev/null >got
	printf 'a?[31mb?c\357\277\275d?e\357\277\275' | cmp - got
}

@test "hostile: the last words of a machine need no disk" {
	mkdir full
	unshare -m true || skip "needs mount namespaces"
	printf '[scheduler]\nbinary = %s/death\nargs = panic\n' "$BATS_FILE_TMPDIR" >x.sched
	run -125 --separate-stderr unshare -m sh -c 'mount -t tmpfs -o size=4k none full &&
		head -c 4096 /dev/zero >full/x; TMPDIR=$PWD/full exec "$@"' sh \
		ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --sched x.sched --test short.test --out o
	tells guest-panic "the guest's kernel panicked: sysrq triggered crash"
}
