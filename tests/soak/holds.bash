# holds.bash - what must hold when a command of ours has ended, whatever ended it.
# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each holds_*() prints a line "KIND: WHAT" for each thing that does not hold, and
# nothing when all does; none of them fails. What only the next command removes, such
# as a temporary folder after kill -9, is to be looked for behind that command.
holds_dir=${BASH_SOURCE[0]%/*}

# still_running: processes of this test, which have its folder as KTSTR_TEST_MARK in
# their environment, but for zombies; a QEMU by its folder, since it has little of the
# environment. Who has a PID namespace to himself knows better, and replaces it.
still_running() {
	{
		grep -lszxF "KTSTR_TEST_MARK=$BATS_TEST_TMPDIR" /proc/[0-9]*/environ
		find /proc -maxdepth 2 -name cwd -lname "$BATS_TEST_TMPDIR*" 2>/dev/null | while read -r cwd; do
			grep -lszq '^qemu-system' "${cwd%cwd}cmdline" && echo "$cwd"
		done
	} | cut -d/ -f3 | sort -u
}
nothing_runs() { [ -z "$(still_running)" ]; }

holds_processes() {
	local pids
	pids=$(still_running)
	# shellcheck disable=SC2086 # words
	[ -z "$pids" ] || ps -o pid=,ppid=,stat=,args= -p "$(echo $pids | tr ' ' ,)" | cut -c 1-200 | sed 's/^ */process: /'
}

# holds_locks PATH...: nothing at or below them is locked.
holds_locks() { "$holds_dir/locked.py" "$@" | sed 's/^/lock: /'; }

# holds_temporary FOLDER...: they are empty, or not there.
holds_temporary() { find "$@" -mindepth 1 -printf 'temporary: %p\n' 2>/dev/null; }

# holds_cgroups ROOT: below it is no cgroup of ktstr-sandbox or ktstr-vm host whose
# maker, by pid, start time and PID namespace of its name, has ended. Makers in
# other namespaces are others' business.
holds_cgroups() {
	local path pid start space
	find "$1" -depth -type d -name 'ktstr-sandbox-*' 2>/dev/null | while read -r path; do
		IFS=- read -r pid start space <<<"${path##*/ktstr-sandbox-}"
		[ "$space" = "$(stat -Lc %i /proc/self/ns/pid)" ] || continue
		# Behind the name in parentheses, which may have blanks in it.
		[ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d' ' -f20)" = "$start" ] || echo "cgroup: $path"
	done
}

# holds_files OUT: in a KTSTR_OUT and its results are only the files that we know,
# under their final names.
holds_files() {
	local known=(CACHEDIR.TAG .gitignore plan.mk variants sources progress lock)
	local result='result\.json|repro\.txt|trace\.json|inputs|(console|channel|scheduler|worker|payload)\.log|passed-[0-9a-f]+'
	[ ! -d "$1" ] || find "$1" -mindepth 1 -maxdepth 1 -type f | grep -vxF "${known[@]/#/-e$1/}" | sed 's/^/half: /'
	[ ! -d "$1/kernels" ] || find "$1/kernels" -name '*.new' -printf 'half: %p\n'
	[ ! -d "$1/results" ] || find "$1/results" -type f | grep -vE "/($result)\$" | sed 's/^/half: /'
}

# holds_results OUT: each result is whole, and a stamp stands for a pass beside it.
holds_results() {
	local file stamp
	[ -d "$1/results" ] || return 0
	find "$1/results" -name result.json | while read -r file; do
		jq -en '[inputs] | length == 1 and (.[0] | .schema_version == 1 and (.verdict | IN("pass", "fail", "inconclusive", "skip", "error")) and
			(.class | type == "string") and (.verdict == "pass" or (.reasons | length > 0)) and
			(.rerun | length > 0))' "$file" >/dev/null 2>&1 || echo "half: $file"
	done
	find "$1/results" -regextype egrep -regex '.*/passed-[0-9a-f]+' | while read -r stamp; do
		file=${stamp%/*}/result.json
		[ "$(jq -r '.verdict + " " + .identity' "$file" 2>/dev/null)" = "pass ${stamp##*/passed-}" ] ||
			echo "stamp: $stamp stands beside no pass of its own"
	done
}

# steady_facts FOLDER: all of a result that must not change from run to run.
steady_facts() { jq -S 'del(.host)' "$1/result.json" | cat - "$1/"{console,channel,scheduler}.log; }

# holds_verdict OUT NAME WANT [EXCUSE...]: the variant's result is that of WANT, a
# file with the steady facts of an undisturbed run; or one of the EXCUSEs, each
# VERDICT/CLASS, or "missing".
holds_verdict() {
	local folder=$1/results/$2 want=$3 name=$2 got excuse
	shift 3
	if [ ! -e "$folder/result.json" ]; then
		got=missing
	elif steady_facts "$folder" 2>/dev/null | cmp -s - "$want"; then
		return
	else
		got=$(jq -r '.verdict + "/" + .class' "$folder/result.json")
	fi
	for excuse; do
		[ "$got" != "$excuse" ] || return 0
	done
	echo "verdict: $name is $got, where $(jq -rn 'input | .verdict + "/" + .class' "$want") is right: $(
		jq -r '.reasons[0]' "$folder/result.json" 2>/dev/null)"
}

# holds_tally OUT LOG NAME...: the tally at the end of make's output, if there is one,
# counts what became of these variants.
holds_tally() {
	local out=$1 log=$2 tally want
	shift 2
	tally=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ inconclusive, [0-9]+ skipped, [0-9]+ errors' "$log" | tail -n 1)
	[ -n "$tally" ] || return 0
	# shellcheck disable=SC2016 # of jq
	want=$(for name; do jq -r .verdict "$out/results/$name/result.json" 2>/dev/null || echo error; done |
		jq -Rrn '[inputs] as $v | def n($w): [$v[] | select(. == $w)] | length;
		"\(n("pass")) passed, \(n("fail")) failed, \(n("inconclusive")) inconclusive, \(n("skip")) skipped, \(n("error")) errors"')
	[ "$tally" = "$want" ] || echo "tally: '$tally' was told, and the results are '$want'"
}
