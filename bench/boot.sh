#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# boot.sh - how long each phase of a machine takes, and what single words of QEMU's
# and the kernel's command line, and how its image is packed, cost a boot.
#
#   KTSTR_TEST_KERNEL_ENTRY=DIR  the kernel; ROUNDS=5  TOPOLOGY=1n1l4c1t
#   KTSTR_BENCH_IMAGES='...'     more images of that kernel to boot
#   CHANGES=REGEX                only changes whose names match
#
# For the second part a machine boots until its init runs and finds no job. The
# commands take turns; CPU time is told beside the wall's, since a busy host hardly
# changes it. doc/boot.md has the tables and what follows from them.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/ratio.bash"

entry=${KTSTR_TEST_KERNEL_ENTRY:-$(realpath "$KTSTR_BUILD/test-kernel/kernels/$(head -n 1 "$KTSTR_BUILD/test-kernel/kernels/list" 2>/dev/null)" 2>/dev/null || :)}
[ -d "$entry" ] || { echo "skip: needs a kernel: make test-kernel" && exit 4; }
topology=${TOPOLOGY:-1n1l4c1t}

# The phases, by the guest's clock and by the host's, with a scheduler if one can
# be built; medians.
project() {
	cp -R "$top/templates/scheduler" "$bench_dir/project"
	mkdir -p "$bench_dir/project/ktstr-out/kernels"
	ln -s "$entry" "$bench_dir/project/ktstr-out/kernels/k"
	echo k >"$bench_dir/project/ktstr-out/kernels/list"
	make -s -C "$bench_dir/project" KTSTR="$top" KTSTR_TOOLS="$(dirname "$(command -v ktstr-vm)")" all >/dev/null 2>&1
}
top=$(cd "$(dirname "$0")/.." && pwd)
sched=()
project && sched=(--sched ktstr/scx_mini.sched)
printf '[test]\nduration = 50ms\nsettle = 1ms\n[cgroup a]\nwork = cpu-spin workers=1\n' >"$bench_dir/one.test"

# phases CLOCK HOW OPTION...: a table of medians.
phases() {
	local clock=$1 how=$2 round
	shift 2
	cd "$bench_dir/project"
	for ((round = 1; round <= ${ROUNDS:-5}; round++)); do
		KTSTR_CACHE_DIR=$bench_dir/cache ktstr-vm run -q --kernel "$entry" --topology "$topology" --clock "$clock" --accel tcg \
			--test "$bench_dir/one.test" "${sched[@]}" "$@" --out "$bench_dir/phases$round" >/dev/null 2>"$bench_dir/errors" ||
			grep -qE '^[13]$' <<<"$?" || { cat "$bench_dir/errors" && return 1; }
	done
	echo "phases, $clock clock, $topology, $how: medians of ${ROUNDS:-5}"
	jq -rs 'def median(f): map(f) | sort | .[length / 2 | floor];
		def ns($n): median(.phases[$n + "_ns"]);
		def row($name; $guest; $host): "\($name)|\($guest // "")|\($host // "")";
		def both($n): row($n; ns($n); median(.host.phases[$n + "_s"]));
		row("qemu"; null; median(.host.phases.qemu_s)), row("firmware"; ns("firmware"); null),
		row("kernel"; ns("kernel"); null), row("init"; ns("init"); null),
		row(.[0].host.phases.start; null; median(.host.phases | .ready_s - .qemu_s)),
		both("load", "attach", "run", "shutdown")' "$bench_dir"/phases*/result.json |
		awk -F'|' '{ printf "  %-10s %12s %12s\n", $1, ($2 == "") ? "" : sprintf("%.3f s", $2 / 1e9), ($3 == "") ? "" : sprintf("%.3f s", $3) }'
	rm -r "$bench_dir"/phases*
}
phases virtual "booted" --cold
phases virtual "from a template"
phases real "booted" --cold

# name | what sed does to the command line
changes='as it is|
without lpj=|s/ lpj=[0-9]*//
without tsc=reliable|s/ tsc=reliable//
without swiotlb=noforce|s/ swiotlb=noforce//
without no_timer_check|s/ no_timer_check//
all messages, loglevel=8|s/loglevel=5/loglevel=8/
no messages, loglevel=0|s/loglevel=5/loglevel=0/
mitigations=off|s/ panic=-1/ mitigations=off&/
nokaslr|s/ panic=-1/ nokaslr&/
pci=off|s/ panic=-1/ pci=off&/
8250.nr_uarts=1|s/ panic=-1/ 8250.nr_uarts=1&/
random.trust_cpu=off|s/ panic=-1/ random.trust_cpu=off&/
an instruction in 1 ns|s/shift=[0-9]*/shift=0/
an instruction in 8 ns|s/shift=[0-9]*/shift=3/
-machine q35|s/-machine pc,/-machine q35,/
with erms|s/,erms=off,fsrm=off//
-cpu Nehalem|s/-cpu max,/-cpu Nehalem,/; s/max-x86_64-cpu/Nehalem-x86_64-cpu/g
without empty seats|s/ -device max-x86_64-cpu[^ ]*//g; s/-smp [^ ]*/-smp 4,sockets=1,dies=1,cores=4,threads=1/; s/cpus=0-7/cpus=0-3/; s/ nr_cpus=4//'

for image in ${KTSTR_BENCH_IMAGES:-}; do
	changes+=$'\n'"image ${image##*/}|s|-kernel [^ ]*|-kernel $image|"
done
changes=$(grep -E "^as it is|^[^|]*(${CHANGES:-})[^|]*\|" <<<"$changes")

init=$(ktstr-vm initramfs --out "$bench_dir/init")
truncate -s 1G "$bench_dir/job"
truncate -s 256M "$bench_dir/channel"

# command CLOCK CHANGE: the machine's command line, in one script.
command_of() {
	local line
	line=$(ktstr-vm exec --cold --kernel "$entry" --topology "$topology" --clock "$1" --accel tcg --dry-run -- true)
	line=$(sed -E "s|INITRD|$init|; s|console\.log|$bench_dir/console|; s|job\.region|$bench_dir/job|; s|channel\.region|$bench_dir/channel|" <<<"$line")
	printf '#!/bin/sh\nexec %s\n' "$(sed -E "$2" <<<"$line")"
}

for clock in virtual real; do
	n=0 commands=()
	while IFS='|' read -r _ change; do
		n=$((n + 1))
		command_of "$clock" "$change" >"$bench_dir/run$n"
		chmod +x "$bench_dir/run$n"
		commands+=("$bench_dir/run$n")
	done <<<"$changes"
	rm -f "$bench_dir"/*.json
	for ((round = 1; round <= ${ROUNDS:-5}; round++)); do
		hyperfine -N -i --runs 1 --style none --export-json "$bench_dir/$round.json" "${commands[@]}" >/dev/null 2>&1
	done
	echo "$clock clock, $topology: seconds of CPU time and of the wall, medians of ${ROUNDS:-5}"
	n=0
	while IFS='|' read -r name change; do
		jq -rs --argjson n $n --arg name "$name" 'def median: sort | .[length / 2 | floor];
			def round3: . * 1000 | round / 1000;
			[.[].results[$n]] | "\($name)|\(map(.user + .system) | median | round3)|\(map(.mean) | median | round3)|\(map(.exit_codes[0]) | unique)"' \
			"$bench_dir"/[0-9]*.json
		n=$((n + 1))
	done <<<"$changes" | awk -F'|' 'NR == 1 { base = $2 }
		{ printf "  %-26s %7.3f %7.3f  %5.2f%s\n", $1, $2, $3, $2 / base, ($4 == "[89]") ? "" : "  did not boot " $4 }'
done
