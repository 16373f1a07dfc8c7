#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# clone.sh - machines that start from a template beside machines that boot.
#
# Busy hosts take longer for both; what the CPUs worked tells more there.
# KTSTR_TEST_KERNEL_ENTRY names the kernel; BENCH_CPUS the widths of the table.
# shellcheck source-path=SCRIPTDIR disable=SC2086 # options and their values
. "$(dirname "$0")/ratio.bash"
top=$(cd "$(dirname "$0")/.." && pwd)
[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || { echo "skip: needs a kernel: KTSTR_TEST_KERNEL_ENTRY" && exit 4; }
export KTSTR_CACHE_DIR=$bench_dir/cache
cd "$bench_dir"
printf '[test]\nduration = 10ms\nsettle = 1ms\n[cgroup a]\nwork = cpu-spin workers=1\n[check]\n%s\n' \
	'max-gap = none' >trivial.test

# vm OPTION...: judge the trivial test; the verdict is no matter here.
cat >vm <<'END'
#!/bin/sh
ktstr-vm run -q --clock virtual --kernel "$KTSTR_TEST_KERNEL_ENTRY" --test trivial.test "$@" >/dev/null || [ $? -le 3 ]
END
chmod +x vm

# phase NAME OUT...: the median of a phase, in s.
phase() {
	local name=$1
	shift
	jq -s "[.[].host.phases.$name] | sort | .[length / 2 | floor]" "${@/%//result.json}"
}

# seconds COMMAND RUNS: their median, and what of it the CPUs worked, in s.
seconds() {
	hyperfine -N --runs "$2" --style none --export-json one.json "$1" >/dev/null 2>&1
	jq -r '.results[0] | "\(.median) \(.user + .system)"' one.json
}

four='--topology 1n1l4c1t'
./vm $four --out warm
ratio "trivial test, 4 CPUs: clone over boot" 0.143 "./vm $four --cold --out cold" "./vm $four --out clone" 2
time_of "trivial test, 4 CPUs, from a template" 500 "./vm $four --out clone" 10
for n in 1 2 3 4 5 6 7 8 9; do ./vm $four --out "clone$n"; done
awk -v s="$(phase ready_s clone{1..9})" 'BEGIN {
	printf "%-44s %9.2f ms (at most 100 ms)%s\n", "a clone of 4 CPUs is ready", 1000 * s, (s > 0.1) ? "  OVER" : "" }'

echo
echo "CPUs  made (s)  size (MiB)  boot (s)  clone (s)  ratio  host CPU: boot (s)  clone (s)  ratio  ready (s)"
for cpus in ${BENCH_CPUS:-4 8 16 32 64}; do
	machine="--topology 1n$((cpus / 4))l4c1t"
	ktstr-vm template -q --remove >/dev/null
	began=$(date +%s%N)
	template=$(ktstr-vm template -q --clock virtual --kernel "$KTSTR_TEST_KERNEL_ENTRY" $machine)
	made=$((($(date +%s%N) - began) / 1000000))
	read -r boot boot_cpu < <(seconds "./vm $machine --cold --out cold" $((cpus > 16 ? 1 : 3)))
	./vm $machine --out clone
	read -r clone clone_cpu < <(seconds "./vm $machine --out clone" 5)
	awk -v cpus="$cpus" -v made="$made" -v boot="$boot" -v boot_cpu="$boot_cpu" -v clone="$clone" -v clone_cpu="$clone_cpu" \
		-v ready="$(phase ready_s clone)" -v mib="$(du -sm "$template" | cut -f1)" 'BEGIN {
		printf "%4d  %8.2f  %10d  %8.2f  %9.2f  %5.1f  %18.2f  %9.2f  %5.1f  %9.3f\n", cpus, made / 1000, mib,
			boot, clone, boot / clone, boot_cpu, clone_cpu, boot_cpu / clone_cpu, ready }'
done

# Sixteen at once, each with its guest running. Stopped, so that they can be read.
echo
for n in {1..16}; do
	setsid ktstr-vm exec -q --clock virtual --kernel "$KTSTR_TEST_KERNEL_ENTRY" $four -- sleep 100000000 </dev/null &
	clones+=($!)
done
trap 'for pid in "${clones[@]}"; do kill -KILL -- "-$pid" 2>/dev/null; done; wait; rm -rf "$bench_dir"' EXIT
machines() { for pid in "${clones[@]}"; do pgrep -s "$pid" -f 'qemu-system.* -incoming' || :; done; }
while [ "$(machines | wc -l)" -lt 16 ]; do sleep 0.1; done
sleep "${BENCH_SETTLE:-20}" # so that all of them are in their command
mapfile -t pids < <(machines)
kill -STOP "${pids[@]}"
for pid in "${pids[@]}"; do cat "/proc/$pid/smaps_rollup"; done | awk '
	/^Rss:/ { rss += $2 } /^Pss:/ { pss += $2 } /^Shared_Clean:/ { shared += $2 } /^Private_Dirty:/ { own += $2 }
	END { printf "16 clones of one template, each: RSS %.1f MiB, PSS %.1f MiB, its own %.1f MiB, shared %.1f MiB\n",
		rss / 16384, pss / 16384, own / 16384, shared / 16384 }'
for pid in "${clones[@]}"; do kill -KILL -- "-$pid" 2>/dev/null || :; done
wait 2>/dev/null || :
trap 'rm -rf "$bench_dir"' EXIT

# The loop of an author: an edit, a build, the first verdict.
command -v clang >/dev/null || exit 0
cp -R "$top/templates/scheduler" project
cd project
mkdir -p ktstr-out/kernels
ln -s "$KTSTR_TEST_KERNEL_ENTRY" ktstr-out/kernels/k
echo k >ktstr-out/kernels/list
cat >verdict <<END
#!/bin/sh
echo "/* \$\$ */" >>\$(ls ./*.bpf.c | head -n 1)
make --no-print-directory KTSTR="$top" KTSTR_TOOLS="$(dirname "$(command -v ktstr-vm)")" ktstr-test TEST='fair-*' >log 2>&1
END
chmod +x verdict
./verdict
echo
time_of "edit of a scheduler to its first verdict" 10000 ./verdict 5
