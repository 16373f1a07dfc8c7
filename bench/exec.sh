#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# exec.sh - what a command's input and output cost, per MiB.
#
# A serial port, the usual way out of a machine, took 2 s for each MiB here.
# KTSTR_TEST_KERNEL_ENTRY names the kernel.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/ratio.bash"
[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || { echo "skip: needs a kernel: KTSTR_TEST_KERNEL_ENTRY" && exit 4; }
command -v busybox >/dev/null || { echo "skip: needs busybox" && exit 4; }
export KTSTR_CACHE_DIR=$bench_dir/cache
cd "$bench_dir"
head -c 32M /dev/urandom >in

# through CLOCK FILE: what comes back is on standard output.
cat >through <<'END'
#!/bin/sh
exec ktstr-vm exec --clock "$1" --kernel "$KTSTR_TEST_KERNEL_ENTRY" -- busybox cat <"$2"
END
chmod +x through

# seconds CLOCK FILE: the median of three runs.
seconds() {
	hyperfine --warmup 1 --runs 3 --style none --export-json one.json "./through $1 $2 >out" >/dev/null 2>&1
	cmp out "$2" >/dev/null || [ "$2" = /dev/null ] || { echo "the bytes differ" && exit 1; }
	jq -r '.results[0].median' one.json
}

for clock in virtual real; do
	none=$(seconds "$clock" /dev/null)
	all=$(seconds "$clock" in)
	awk -v c="$clock" -v n="$none" -v a="$all" 'BEGIN {
		printf "32 MiB in and out, %s clock: %.1f s, %.1f s of it the machine; %.3f s each MiB\n", c, a, n, (a - n) / 32
	}'
done
