#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gauntlet.sh - make ktstr-gauntlet where 5,000 variants are up to date.
#
# Results of the size that real ones have (25 KB), and their stamps, are made here,
# as ktstr-gauntlet record would leave them; what is measured is all real.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/ratio.bash"
command -v python3 >/dev/null || { echo "skip: needs python3" && exit 4; }
variants=${KTSTR_BENCH_VARIANTS:-5000}
cd "$bench_dir"
mkdir -p project/{ktstr,tools,build,ktstr-out/kernels/k} locks
cd project
export KTSTR_LOCK_DIR=$bench_dir/locks
for tool in "$KTSTR_BUILD"/ktstr-*; do
	[ -d "$tool" ] || ln -s "$tool" tools/
done
echo '{}' >ktstr-out/kernels/k/metadata.json
echo k >ktstr-out/kernels/list
cp "$(type -P true)" build/scx_a
printf '[scheduler]\nbinary = build/scx_a\n[flag a]\n[flag b]\n[flag c]\n' >ktstr/a.sched
# 8 profiles on one machine of each of 25 tests; as many seeds as it takes.
for n in $(seq 25); do
	printf '[test]\nduration = 1s\n[cgroup a]\nwork = cpu-spin workers=%s\n' "$n" >"ktstr/t$n.test"
done
echo "include $KTSTR_TOP/mk/ktstr.mk" >Makefile
cat >run <<EOF
#!/bin/sh
exec make --no-print-directory KTSTR_TOOLS=tools PRESET=own PROFILE='*' KTSTR_SEEDS=1..$((variants / 200)) ktstr-gauntlet "\$@"
EOF
chmod +x run

PATH=$PWD/tools:$PATH
arguments=(--sched ktstr/a.sched --profile '*' --seed "1..$((variants / 200))" --kernel k=ktstr-out/kernels/k
	--init tools/ktstr-init --out ktstr-out/results)
plan="ktstr-gauntlet plan ${arguments[*]@Q} --variants v $(echo ktstr/*.test)"
eval "$plan" >/dev/null
python3 - <<'EOF'
import json, os
worker = dict(cgroup="a", units=123456789, max_gap_ns=1234567, migrations=12, run_ns=1234567890,
              wait_ns=123456789, latency=dict(p50=12345, p99=123456, max=1234567))
for line in open("v"):
    name, identity = line.split()
    folder = "ktstr-out/results/" + name
    os.makedirs(folder)
    with open(folder + "/result.json", "w") as f:
        json.dump(dict(schema_version=1, name=name, identity=identity, verdict="pass", reasons=[],
                       host=dict(wall_s=1.5), workers=[worker] * 75), f, indent=2)
    st = os.stat(folder + "/result.json")
    times = ("%d.%09d" % divmod(ns, 10**9) for ns in (st.st_mtime_ns, st.st_ctime_ns))
    with open(folder + "/passed-" + identity, "w") as f:
        f.write("%d %s %s 1.500\n" % (st.st_size, *times))
EOF
printf '%s KB each result\n' "$(du -k --apparent-size "$(find ktstr-out/results -name result.json -print -quit)" | cut -f1)"

# cpu: how much of the last time_of was CPU time, which a busy host lengthens less.
cpu() {
	jq -r '.results[0] | (.user + .system) * 1000 | round | "  CPU time \(.) ms"' "$bench_dir/1.json"
}

./run | tail -n 1
time_of "make ktstr-gauntlet, $variants up to date" 1000 ./run 10
cpu
if command -v strace >/dev/null; then
	strace -f -qq -e trace=execve -e signal=none -o trace ./run >/dev/null
	printf '%s processes were started, %s programs\n' "$(cut -d' ' -f1 trace | sort -u | wc -l)" "$(grep -c ' = 0$' trace)"
fi
time_of "  of it: ktstr-gauntlet plan" 500 "$plan" 10
cpu
time_of "  of it: ktstr-gauntlet report" 500 "ktstr-gauntlet report --variants ktstr-out/variants ktstr-out/results" 10
echo '# changed' >>ktstr/t1.test
time_of "plan of $((variants / 25)) to run, the others up to date" 500 \
	"$plan" 10
cpu
