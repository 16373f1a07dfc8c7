#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# deaths.sh - how long after a machine's death ktstr-vm has told of it.
#
# From when "now" is read, which the guest prints just before, to the program's
# end. KTSTR_TEST_KERNEL_ENTRY names the kernel.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/ratio.bash"
top=$(cd "$(dirname "$0")/.." && pwd)
[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || { echo "skip: needs a kernel: KTSTR_TEST_KERNEL_ENTRY" && exit 4; }
export KTSTR_CACHE_DIR=$bench_dir/cache
cd "$bench_dir"
"${CC:-cc}" -D_GNU_SOURCE -I"$top" -O2 -static -o death "$top/tests/e2e/death.c"
# shellcheck disable=SC2016 # of the guest
printf '#!/bin/sh\necho now\nexec /death "$1"\n' >die
chmod 755 die
machine=(--kernel "$KTSTR_TEST_KERNEL_ENTRY" --clock virtual --topology 1n1l2c1t)
ktstr-vm template -q "${machine[@]}" >/dev/null

# die KIND: what was said is in ./said. "killed" is of QEMU, from outside.
die() {
	local out word
	exec {out}< <(exec ktstr-vm exec -q "${machine[@]}" --include death=/death --include die=/die -- /die "$1" 2>said </dev/null)
	local pid=$!
	read -r word <&"$out"
	[ "$word" = now ] || { echo "the guest says '$word'" && exit 1; }
	began=$EPOCHREALTIME
	[ "$1" != killed ] || pkill -KILL -P "$pid"
	cat <&"$out" >/dev/null
	ended=$EPOCHREALTIME
	exec {out}<&-
}

for kind in killed panic triple garbage too-much-written cut; do
	: >ms.list
	for _ in 1 2 3 4 5; do
		die $kind
		awk -v a="$began" -v b="$ended" 'BEGIN { print 1000 * (b - a) }' >>ms.list
	done
	awk -v kind="$kind" -v ms="$(sort -n ms.list | sed -n 3p)" -v most="$(sort -n ms.list | tail -n 1)" 'BEGIN {
		printf "%-18s %6.0f ms, %6.0f at most (at most 1000)%s", kind, ms, most, (most > 1000) ? "  OVER" : "" }'
	printf '   %s\n' "$(head -n 1 said | cut -c 11-90)"
done
