#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# boots.sh - boot each preset once, and have its guest attest it: the tables of
# doc/presets.md, as they stand there.
#
#   KTSTR_TEST_KERNEL_ENTRY=DIR  the kernel
#   PRESETS='zoo-*'              these; else all
#   BENCH_CPUS=80                wider ones are not booted: QEMU is asked if it can
#                                build them
#
# Under the real clock, which boots sooner. Exits with 1 if any is neither attested
# nor built nor skipped with a reason.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/ratio.bash"
[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || { echo "skip: needs a kernel: KTSTR_TEST_KERNEL_ENTRY" && exit 4; }
export KTSTR_CACHE_DIR=$bench_dir/cache
cd "$bench_dir"
printf '[cgroup a]\n' >a.test

# fate NAME CPUS: what became of it, in a few words.
fate() {
	local began status=0 told
	local machine="-q --clock real --kernel $KTSTR_TEST_KERNEL_ENTRY"
	began=$(date +%s%N)
	# shellcheck disable=SC2086 # options and their values
	if [ "$2" -gt "${BENCH_CPUS:-80}" ]; then
		told='QEMU builds it'
		ktstr-vm run $machine --dry-run --test a.test --preset "$1" </dev/null >shown 2>errors || status=$?
	else
		ktstr-vm topology $machine "$1" </dev/null >shown 2>errors || status=$?
		told="attested, $((($(date +%s%N) - began) / 1000000000)) s"
	fi
	case $status in
	0) echo "$told" ;;
	4) sed -n "\$s/^ktstr-vm: \(preset '[^']*': \)\{0,1\}/skip: /p" errors ;;
	*) echo "BROKEN ($status): $(grep -m 1 '^ktstr-vm:' errors)" ;;
	esac
}

bad=0
ktstr-gauntlet list --why a --preset "${PRESETS:-*}" --json a.test >presets
while read -r preset; do
	name=$(jq -r .preset <<<"$preset")
	[ "$name" != zoo-one-cpu ] || echo
	now=$(fate "$name" "$(jq .cpus <<<"$preset")")
	jq -r --arg fate "$now" '"| \(.preset) | `\(.topology)` | \(.cpus) | \(.about) | \($fate) |"' <<<"$preset"
	[[ $now != BROKEN* ]] || bad=1
done <presets
exit $bad
