#!/usr/bin/env bats
# Much input and output of a command in a machine.
# shellcheck disable=SC2154,SC2317,SC2094 # bats sets output; functions for until_true; cmp only reads
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	cd "$BATS_TEST_TMPDIR" || return 1
	exec_=(ktstr-vm exec --kernel "$KTSTR_TEST_KERNEL_ENTRY")
}

@test "exec: 100 MiB in and 100 MiB out are the same bytes, under both clocks" {
	local clock
	head -c 100M /dev/urandom >in
	for clock in virtual real; do
		"${exec_[@]}" --clock "$clock" -- busybox cat <in | cmp - in
		# shellcheck disable=SC2002 # a pipe is what is tested
		cat in | "${exec_[@]}" --clock "$clock" -- busybox cat | cmp - in
	done
}

@test "exec: more input than the job region holds streams under the real clock" {
	head -c 1200M /dev/zero | "${exec_[@]}" --clock real -- busybox wc -c >out
	[ "$(cat out)" = $((1200 << 20)) ]
}

# The largest of what the command's ktstr-vm and QEMU had in memory, in KiB.
largest() {
	{ echo "$1" && pgrep -P "$1"; } | sed 's|.*|/proc/&/status|' | xargs grep -hs '^VmRSS' |
		awk '{ if ($2 > most) most = $2 } END { print most + 0 }'
}

@test "exec: a flood of 1 GiB takes bounded memory, and no byte is lost" {
	local most=0 now
	spawn sh -c '"$@" </dev/null 2>err | md5sum >out; touch ended' sh "${exec_[@]}" --cold -- \
		busybox dd if=/dev/zero bs=1M count=1024
	while [ ! -e ended ]; do
		now=$(largest "$(pgrep -s "${spawned[0]}" -x ktstr-vm | head -n 1)")
		[ "$now" -le "$most" ] || most=$now
		sleep 0.2
	done
	[ "$(cat out)" = "$(head -c 1G /dev/zero | md5sum)" ]
	echo "$most KiB"
	[ "$most" -gt 0 ]
	[ "$most" -lt $((1000 * 1024)) ] # 512 MiB of the machine, 256 MiB of the channel
}

@test "exec: a reader that comes late gets every byte of more than the channel holds" {
	mkfifo pipe
	spawn sh -c '"$@" </dev/null >pipe' sh "${exec_[@]}" -- busybox dd if=/dev/zero bs=1M count=400
	exec 7<pipe
	full() { # nothing more is taken from the machine: 256 MiB wait
		local fd
		for fd in /proc/"$(pgrep -s "${spawned[0]}" -x ktstr-vm)"/fd/*; do
			[[ $(readlink "$fd") == *ktstr-channel* ]] || continue
			[ "$(stat -Lc %b "$fd")" -lt $((255 * 2048)) ] || return 0
		done
		return 1
	}
	until_true full
	[ "$(md5sum <&7)" = "$(head -c 400M /dev/zero | md5sum)" ]
}
