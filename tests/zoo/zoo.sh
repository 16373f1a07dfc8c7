#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zoo.sh FOLDER - play faults.list in FOLDER, tell what is caught.
#
# FOLDER becomes a project with the zoo's scheduler; it keeps the results, and
# what it has already is not run again. ZOO_ONLY is a pattern for awk that a line
# of the list must match, ZOO_SEEDS the seeds. Prints a line for each fault and scenario,
# then for each scenario what becomes of those without a fault, then the two
# figures. Exit status: 1 when a fault is missed that the list says is caught, or
# the other way round, or somebody is accused who has no fault.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
seeds=${ZOO_SEEDS:-1}
lines() { awk -v only="${ZOO_ONLY:-}" '!/^#/ && NF && $0 ~ only' "$here/faults.list"; }

zmake() {
	make --no-print-directory -k -C "$folder" KTSTR="$KTSTR_TOP" KTSTR_TOOLS="$KTSTR_BUILD" "$@"
}

prepare() {
	mkdir -p "$folder/ktstr" "$folder/ktstr-out/kernels"
	cp "$here"/*.[ch] "$KTSTR_TOP/templates/scheduler/scx.bpf.h" "$folder"
	ln -sfn "$KTSTR_TEST_KERNEL_ENTRY" "$folder/ktstr-out/kernels/k"
	echo k >"$folder/ktstr-out/kernels/list"
	# shellcheck disable=SC2016 # make's variables
	printf '%s\n' 'KTSTR_PROGS := scx_zoo' 'include $(KTSTR)/mk/ktstr.mk' >"$folder/Makefile"
	zmake ktstr-progs >&2
	printf '[scheduler]\nbinary = build/scx_zoo\n' >"$folder/ktstr/twin.sched"
	"$folder/build/scx_zoo" --list | while read -r fault _; do
		printf '[scheduler]\nbinary = build/scx_zoo\nargs = --fault %s\n' "$fault" >"$folder/ktstr/$fault.sched"
	done
}

# play SCENARIO MACHINE SCHEDULER...: its verdicts are read from their files.
play() {
	local scenario=$1 machine=$2
	shift 2
	zmake KTSTR_PROGS= KTSTR_SEEDS="$seeds" KTSTR_SCHED="$*" TOPOLOGY="$machine" \
		KTSTR_TESTS="$(compgen -G "$KTSTR_TOP/scenarios/*/$scenario.test" | head -n 1)" ktstr-test >&2 || :
}

# result SCHEDULER SCENARIO MACHINE SEED: the file.
result() { echo "$folder/ktstr-out/results/k/$1/$2/$3/default/virtual/s$4/result.json"; }

# told FILE PATTERN: the first reason that matches.
told() { jq -r '.reasons[]' "$1" | grep -Em1 -e "$2"; }

# score FAULT SCENARIO MACHINE CLASS PATTERN: a line of the matrix.
score() {
	local fault=$1 scenario=$2 machine=$3 class=$4 pattern=$5 seed file by='' all=0 caught=0 verdict
	for seed in $seeds; do
		file=$(result "$fault" "$scenario" "$machine" "$seed")
		all=$((all + 1))
		verdict=$(jq -r '.verdict + " " + .class' "$file")
		[ "${verdict%% *}" = fail ] || continue
		by=${by:-${verdict#* }: $(jq -r '.reasons[0]' "$file")}
		[[ $verdict =~ ^fail\ ($class)$ ]] || continue
		told "$file" "$pattern" >/dev/null || continue
		[ "$caught" -gt 0 ] || by=${verdict#* }:\ $(told "$file" "$pattern")
		caught=$((caught + 1))
	done
	printf '%-16s %-26s %-9s %-7s %3s  %s\n' "$fault" "$scenario" "$machine" \
		"$([ "$caught" -gt 0 ] && echo caught || echo missed)" "$caught/$all" "${by:0:150}"
}

prepare
lines | awk '{ on[$2 " " $3] = on[$2 " " $3] " " $1 } END { for (s in on) print s, on[s] }' | sort |
	while read -r scenario machine faults; do
		# shellcheck disable=SC2086 # words
		play "$scenario" "$machine" twin none $faults </dev/null
	done

lines | while read -r fault scenario machine class pattern; do
	score "$fault" "$scenario" "$machine" "$class" "$pattern"
done | tee "$folder/matrix"

# Who has no fault passes, or is skipped.
accused=0
while read -r scenario machine; do
	for good in twin none; do
		for seed in $seeds; do
			file=$(result "$good" "$scenario" "$machine" "$seed")
			jq -e '.verdict | IN("pass", "skip")' "$file" >/dev/null && continue
			accused=$((accused + 1))
			echo "accused: $good $scenario $machine s$seed: $(jq -r '.class + ": " + .reasons[0]' "$file")"
		done
	done
done < <(lines | awk '{ print $2, $3 }' | sort -u)

awk '{ all[$1] = 1 } $4 == "caught" { caught[$1] = 1 }
	END { for (f in all) { n++; c += f in caught } printf "caught %d/%d\n", c, n }' "$folder/matrix"
echo "false accusations $accused"
wrong=$(paste -d' ' <(lines | awk '{ print $4 == "missed" ? "missed" : "caught" }') "$folder/matrix" |
	awk '$1 != $5 { print "not as faults.list says: " $2 " " $3 }')
[ -z "$wrong" ] || echo "$wrong"
[ "$accused" -eq 0 ] && [ -z "$wrong" ]
