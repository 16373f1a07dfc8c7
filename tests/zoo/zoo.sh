#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zoo.sh LEVEL FOLDER - play faults.list up to LEVEL in FOLDER, tell what is caught.
#
# LEVEL is smoke or full: smoke's lines are fewer; full is all of the list.
# FOLDER becomes a project with the zoo's scheduler and keeps the results; what it
# has already and has not changed is not run again, so that a run that was cut goes on.
# ZOO_ONLY is a pattern for awk that a line of the list must match, ZOO_KNOWN another
# list of known flaws than known.list; ZOO_SEEDS the seeds, else smoke has three, but one
# for the kernel's examples, which take longest; ZOO_EXAMPLES=no leaves these out;
# ZOO_JOBS how many machines at a time; ZOO_PLAY=no tells of the results that are there.
# The lines stay in FOLDER as matrix.LEVEL and accused.LEVEL, seconds in wall.LEVEL.
# Prints a line for each fault and scenario, one for each scheduler without a fault
# that fails, then the two figures. Exit status: 1 when a fault of the list is not
# caught by any line in each seed, unless the list says so, or when one is accused that
# has no fault.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
level=$1
folder=$2
case $level in
smoke) seeds='1 2 3' ;;
full) seeds=1 ;;
*) echo "zoo.sh: LEVEL is smoke or full, not '$level'" >&2; exit 2 ;;
esac
seeds=${ZOO_SEEDS:-$seeds}
# Who has no fault; dormant is the program of those that have one, the day before it
# shows. The kernel's own examples take minutes to build.
good='twin dormant none'
examples=''
[ "${ZOO_EXAMPLES:-}" = no ] || examples=' scx_simple scx_qmap scx_flatcg'

zmake() {
	make --no-print-directory -k -j"${ZOO_JOBS:-1}" -C "$folder" KTSTR="$KTSTR_TOP" KTSTR_TOOLS="$KTSTR_BUILD" REPRO=0 "$@"
}

# declare_sched NAME ARGS: one that promises slices of 5 ms, for all tasks.
declare_sched() {
	printf '[scheduler]\nbinary = build/scx_zoo\n%s[check]\nmin-run-time = 5ms\ntakes-all = yes\n' \
		"${2:+args = $2$'\n'}" >"$folder/ktstr/$1.sched"
}

# args_of FAULT: of stall+after0.5, or of crash+chance2, what the program is told.
args_of() {
	local word words
	IFS=+ read -ra words <<<"$1"
	echo -n "--fault ${words[0]}"
	for word in "${words[@]:1}"; do
		echo -n " --${word%%[0-9]*} ${word##*[a-z]}"
	done
}

# The kernel's own examples, where clang is new enough for all three.
prepare_examples() {
	local scheds=$KTSTR_BUILD/test-scheds/${KTSTR_TEST_KERNEL_ENTRY##*/} name
	CLANG=$(command -v clang-16 || echo clang) BPFTOOL=$(compgen -G "$KTSTR_TEST_KERNEL_ENTRY/bpf/bpftool" || :) \
		flock "$KTSTR_BUILD/test-scheds.lock" "$KTSTR_TOP/tests/e2e/kernel-scheds.sh" \
		"$KTSTR_TEST_KERNEL_SOURCE" "$KTSTR_TEST_KERNEL_ENTRY/vmlinux" "$scheds" >&2
	for name in scx_simple scx_qmap scx_flatcg; do
		[ -x "$scheds/$name" ] || { echo "zoo.sh: without $name" >&2; examples=${examples/ $name/}; continue; }
		ln -sfn "$scheds/$name" "$folder/build/$name"
		cp "$KTSTR_TOP/tests/e2e/kernel-scheds/$name.sched" "$folder/ktstr"
	done
}

prepare() {
	mkdir -p "$folder/ktstr" "$folder/ktstr-out/kernels"
	cp "$here"/*.[ch] "$KTSTR_TOP/templates/scheduler/scx.bpf.h" "$folder"
	ln -sfn "$KTSTR_TEST_KERNEL_ENTRY" "$folder/ktstr-out/kernels/k"
	echo k >"$folder/ktstr-out/kernels/list"
	# shellcheck disable=SC2016 # make's variables
	printf '%s\n' 'KTSTR_PROGS := scx_zoo' 'include $(KTSTR)/mk/ktstr.mk' >"$folder/Makefile"
	zmake ktstr-progs >&2
	declare_sched twin ''
	declare_sched dormant '--fault crash --after 3600'
	awk '!/^#/ && NF { print $1 }' "$here/faults.list" | sort -u | while read -r fault; do
		declare_sched "$fault" "$(args_of "$fault")"
	done
	[ -z "$examples" ] || prepare_examples
}

# The list's lines of this level; a category stands for each of its scenarios.
lines() {
	local fault where machine its rest name
	awk -v only="${ZOO_ONLY:-}" -v levels="smoke full" -v level="$level" '
		!/^#/ && NF && $0 ~ only && index(levels, $4) <= index(levels, level)' "$here/faults.list" |
		while read -r fault where machine its rest; do
			if [ -d "$KTSTR_TOP/scenarios/$where" ]; then
				ktstr-gauntlet list -q --sched none --topology "$machine" "$KTSTR_TOP/scenarios/$where"/*.test |
					while IFS=/ read -r _ _ name _; do
						echo "$fault $name $machine $its $rest"
					done
			else
				echo "$fault $where $machine $its $rest"
			fi
		done
}

# cell SEEDS SCENARIO MACHINE SCHEDULERS [make's options]
cell() {
	zmake KTSTR_PROGS= KTSTR_SEEDS="$1" KTSTR_SCHED="$4" TOPOLOGY="$3" \
		KTSTR_TESTS="$(compgen -G "$KTSTR_TOP/scenarios/*/$2.test" | head -n 1)" "${@:5}" ktstr-test
}

# todo SEEDS SCENARIO MACHINE SCHEDULERS: the folders of what is to be played. For make
# a failure is never done; here it is what we want to see, and is done when it depended
# on the same as now.
todo() {
	local identity out
	cell "$@" -n | sed -n 's/.* record --identity \([0-9a-f]*\) .* --out \([^ ]*\) .*/\1 \2/p' |
		while read -r identity out; do
			jq -e --arg id "$identity" '.identity == $id and (.verdict | IN("fail", "skip"))' \
				"$folder/$out/result.json" >/dev/null 2>&1 || echo "$folder/$out"
		done
}

# play SEEDS SCENARIO MACHINE SCHEDULERS: its verdicts are read from their files. Those
# of an earlier run go first: what then cannot be played has no result.
play() {
	local out who outs schedulers=''
	if ! outs=$(todo "$@"); then
		for who in $4; do
			rm -rf "$folder/ktstr-out/results/k/$who/$2/$3"
		done
		return
	fi
	for out in $outs; do
		rm -f "$out/result.json"
		who=${out#*/results/k/}
		schedulers+=" ${who%%/*}"
	done
	[ -z "$schedulers" ] || cell "$1" "$2" "$3" "$(tr ' ' '\n' <<<"$schedulers" | sort -u | tr '\n' ' ')" >&2 || :
}

# result SCHEDULER SCENARIO MACHINE SEED: the file.
result() { echo "$folder/ktstr-out/results/k/$1/$2/$3/default/virtual/s$4/result.json"; }

# told FILE CLASS PATTERN: what FILE fails with, if that is of CLASS and a reason matches.
told() {
	jq -er --arg class "^($2)$" --arg pattern "$3" 'select(.verdict == "fail" and (.class | test($class))) |
		.class + ": " + (first(.reasons[] | select(test($pattern))))' "$1" 2>/dev/null
}

# score FAULT SCENARIO MACHINE LEVEL CLASS PATTERN: a line of the matrix: caught, other
# (it fails, by other words than the list has) or missed.
score() {
	local seed file by='' all=0 caught=0 failed=0 told word
	for seed in $seeds; do
		file=$(result "$1" "$2" "$3" "$seed")
		all=$((all + 1))
		if told=$(told "$file" "$5" "$6"); then
			caught=$((caught + 1))
		else
			failed=$((failed + $(jq '.verdict == "fail" | if . then 1 else 0 end' "$file" 2>/dev/null || echo 0)))
			told=$(jq -r '.verdict + " " + .class + ": " + (.reasons[0] // "")' "$file" 2>/dev/null || echo "no result")
		fi
		by=${by:-$told}
	done
	word=missed
	[ $((caught + failed)) -lt "$all" ] || word=other
	[ "$caught" -lt "$all" ] || word=caught
	printf '%-16s %-26s %-9s %-7s %5s  %s\n' "$1" "$2" "$3" "$word" "$caught/$all" "${by:0:200}"
}

# has_idle FILE: did a worker wait for 100 ms while a CPU that it may use was idle?
has_idle() { jq -e 'any(.workers[]?; .idle_wait_ns >= 100000000)' "$1" >/dev/null; }

# is_known SCHEDULER SCENARIO FILE: does it fail as known.list says, and by nothing else?
is_known() {
	local sched scenario class pattern
	while read -r sched scenario class pattern; do
		case "$sched $scenario" in "$1 $2" | "$1 *") ;; *) continue ;; esac
		told "$3" "${class%,idle}" "${pattern%% + *}" >/dev/null || continue
		[[ $class != *,idle ]] || has_idle "$3" || continue
		jq -e --arg pattern "${pattern/ + /|}" 'all(.reasons[]; test($pattern))' "$3" >/dev/null && return
	done < <(grep -v '^#' "${ZOO_KNOWN:-$here/known.list}")
	return 1
}

# seeds_of SCHEDULER: the kernel's examples take longest, and have one.
seeds_of() {
	case "$examples " in
	*" $1 "*) echo "${seeds%% *}" ;;
	*) echo "$seeds" ;;
	esac
}

# Who has no fault passes, is skipped, or fails by a flaw that is known.
accuse() {
	local scenario machine who seed file
	while read -r scenario machine; do
		for who in $good $examples; do
			for seed in $(seeds_of "$who"); do
				file=$(result "$who" "$scenario" "$machine" "$seed")
				jq -e '.verdict | IN("pass", "skip")' "$file" >/dev/null 2>&1 && continue
				is_known "$who" "$scenario" "$file" && echo -n "a flaw that is known: " || echo -n "accused: "
				echo "$who $scenario $machine s$seed: $(jq -r '.class + ": " + .reasons[0]' "$file" 2>/dev/null || echo "no result")"
			done
		done
	done <"$folder/cells"
}

play_all() {
	local scenario machine faults begin=$SECONDS
	while read -r scenario machine; do
		faults=$(awk -v s="$scenario" -v m="$machine" '$2 == s && $3 == m { print $1 }' "$folder/lines" | sort -u | tr '\n' ' ')
		play "$seeds" "$scenario" "$machine" "$good $faults" </dev/null
		[ -z "$examples" ] || play "${seeds%% *}" "$scenario" "$machine" "$examples" </dev/null
	done <"$folder/cells"
	echo $((SECONDS - begin)) >>"$folder/wall.$level"
}

prepare
lines | awk '!seen[$1, $2, $3]++' >"$folder/lines"
[ -s "$folder/lines" ] || { echo "zoo.sh: no line of the list is of level '$level'" >&2; exit 1; }
awk '{ print $2, $3 }' "$folder/lines" | sort -u >"$folder/cells"
[ "${ZOO_PLAY:-}" = no ] || play_all

while read -r fault scenario machine its class pattern; do
	score "$fault" "$scenario" "$machine" "$its" "$class" "$pattern"
done <"$folder/lines" | tee "$folder/matrix.$level"
accuse | tee "$folder/accused.$level"
accused=$(grep -c '^accused: ' "$folder/accused.$level" || :)
# Each fault counts once; that it comes late or by chance is a line that must be caught, too.
awk 'FNR == NR { if ($5 == "missed") listed[$1] = 1; next }
	{ all[$1] = 1 } $4 == "caught" { caught[$1] = 1 }
	END { for (f in all) {
			if (f !~ /[+]/) { n++; c += f in caught }
			if (!(f in caught)) { m = m || !(f in listed); print "not caught: " f (f in listed ? ", as the list says" : "") } }
		printf "caught %d/%d by %s\n", c, n, level; exit m }' level="$level" "$folder/lines" "$folder/matrix.$level" && missed=0 || missed=1
echo "false accusations $accused by $level"
[ "$accused" -eq 0 ] && [ "$missed" -eq 0 ]
