#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# monitor.sh - what the monitor costs: of a CPU of the guest, by its own account and
# by what workers get done without it, and of the host's time.
#
# KTSTR_TEST_KERNEL_ENTRY names the kernel; BENCH_SHAPES the machines.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/ratio.bash"
[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || { echo "skip: needs a kernel: KTSTR_TEST_KERNEL_ENTRY" && exit 4; }
export KTSTR_CACHE_DIR=$bench_dir/cache
cd "$bench_dir"

# write NAME LINE: a spinner on each CPU, and a line of [test].
write() {
	printf '[test]\nduration = 2s\nsettle = 10ms\n%s\n[cgroup a]\nwork = cpu-spin workers=cpus affinity=each\n[check]\n%s\n' \
		"$2" $'max-spread = none\nmax-gap = none' >"$1.test"
}
write without 'monitor = no'
write with 'monitor = yes'

# The verdict is no matter here.
cat >vm <<'END'
#!/bin/sh
ktstr-vm run -q --clock virtual --kernel "$KTSTR_TEST_KERNEL_ENTRY" "$@" >/dev/null || [ $? -le 3 ]
END
chmod +x vm

for shape in ${BENCH_SHAPES:-1n1l1c1t 1n2l2c1t 1n2l4c1t 2n4l8c1t}; do
	for name in without with; do
		./vm --topology "$shape" --test $name.test --out "$shape-$name"
	done
	jq -rs --arg shape "$shape" '(map(.stats.total.units)) as $u | .[1].monitor as $m |
		"\($shape): a sample each \($m.period_ns / 1000000) ms, \($m.samples) of them; " +
		"\($m.cost.percent * 1000 | round / 1000) % of a CPU, at most 1, and \($m.cost.once_ns / 100000 | round / 10) ms once; " +
		"workers do \(100 * (1 - $u[1] / $u[0]) * 1000 | round / 1000) % less"' \
		"$shape"-{without,with}/result.json
done
ratio "2 s on 4 CPUs: with the monitor over without" 1.05 \
	"./vm --topology 1n2l2c1t --test without.test --out h" "./vm --topology 1n2l2c1t --test with.test --out h" 2
