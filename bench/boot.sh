#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# boot.sh - what single words of QEMU's and the kernel's command line cost.
#
#   KTSTR_TEST_KERNEL_ENTRY=DIR  the kernel; ROUNDS=5  TOPOLOGY=1n1l4c1t
#
# A machine boots until its init runs and finds no job. The commands take turns;
# CPU time is told beside the wall's, since a busy host hardly changes it.
# doc/boot.md has a table and what follows from it.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/ratio.bash"

entry=${KTSTR_TEST_KERNEL_ENTRY:-$(realpath "$KTSTR_BUILD/test-kernel/kernels/$(head -n 1 "$KTSTR_BUILD/test-kernel/kernels/list" 2>/dev/null)" 2>/dev/null || :)}
[ -d "$entry" ] || { echo "skip: needs a kernel: make test-kernel" && exit 4; }
topology=${TOPOLOGY:-1n1l4c1t}

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
-machine q35|s/-machine pc,/-machine q35,/
-cpu Nehalem|s/-cpu max,/-cpu Nehalem,/; s/max-x86_64-cpu/Nehalem-x86_64-cpu/g
without empty seats|s/ -device max-x86_64-cpu[^ ]*//g; s/-smp [^ ]*/-smp 4,sockets=1,dies=1,cores=4,threads=1/; s/cpus=0-7/cpus=0-3/; s/ nr_cpus=4//'

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
	while IFS='|' read -r name change; do
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
