#!/usr/bin/env bats
# What ktstr-gauntlet-plan(7) says of variants that are up to date or not.
# shellcheck disable=SC2154 # run sets stderr
bats_require_minimum_version 1.5.0
load helper
load gauntlet

plain=6.12/none/plain/own/default/virtual/s1

# why [ARG...]: what a plan says of the plain test.
why() {
	ktstr-gauntlet plan --reasons --vm-command ./vm --lock-command '' --kernel 6.12=entry \
		--init init "$@" ktstr/plain.test 2>&1 >plan.mk | sed "s|^ktstr-gauntlet: ||; s|^$plain: ||"
}

# says REASON [ARG...]: a plan does so, and of nothing that is up to date.
says() {
	local reason=$1
	shift
	diff <(printf '%s\n' "$reason" "0 of 1 variants are up to date") <(why "$@")
}

@test "gauntlet: --reasons tells why each variant has to run" {
	says "first time"
	run_plan
	[ "$(why)" = "1 of 1 variants are up to date" ]
	says "all are to run again" --all
	echo '# more' >>ktstr/plain.test
	says "test changed"
	echo '# more' >>init
	echo more >>entry/metadata.json
	says "init changed, kernel changed, test changed"
	echo 'verdict=fail' >sabotage
	run_plan
	says "the last verdict was fail"
	echo 'exit 143' >sabotage
	run ! run_plan
	says "the last run was stopped"
	rm sabotage
	run_plan
	rm results/$plain/passed-*
	says "the stamp of the last pass is gone"
	echo garbage >results/$plain/result.json
	says "the last result cannot be read"
	rm results/$plain/inputs
	says "nobody recorded the inputs of the last run"
}

@test "gauntlet: an input that comes or goes is told" {
	cp /bin/true worker
	printf '[test]\nscheduler = none\n[cgroup a]\nwork = exec ./worker\n' >ktstr/plain.test
	why
	run_plan
	sed -i 's/^work.*/work = cpu-spin/' ktstr/plain.test
	says "test changed, programs is gone"
	run_plan
	sed -i 's/^work.*/work = exec .\/worker/' ktstr/plain.test
	says "test changed, programs is new"
	run_plan
	cp /bin/false worker
	says "programs changed"
}

@test "gauntlet: files that a declaration or a test brings are inputs" {
	cp /bin/true switch
	echo one >config
	echo one >extra
	echo one >added
	printf '%s\n' '[scheduler]' 'binary = build/scx_qmap' 'config-file = config' 'config-option = --config' \
		'include-files = extra' >ktstr/files.sched
	printf '%s\n' '[scheduler]' 'enable = ./switch on' 'disable = ./switch off' >ktstr/switched.sched
	printf '[test]\ninclude-files = added\n[cgroup a]\nwork = cpu-spin\n' >ktstr/both.test
	changed() {
		ktstr-gauntlet plan --reasons --vm-command ./vm --lock-command '' --kernel 6.12=entry --init init \
			--sched ktstr/files.sched --sched ktstr/switched.sched ktstr/both.test 2>&1 >plan.mk |
			sed -n 's|^ktstr-gauntlet: 6.12/\([a-z]*\)/.*: |\1 |p' | paste -sd,
	}
	[ "$(changed)" = "files first time,switched first time" ]
	run_plan
	for file in config extra; do
		echo two >$file
		[ "$(changed)" = "files files changed" ]
		run_plan
	done
	echo two >added
	[ "$(changed)" = "files programs changed,switched programs changed" ]
	run_plan
	cp /bin/false switch
	[ "$(changed)" = "switched files changed" ]
}

@test "gauntlet: the inputs stand beside the result, and their hash is the identity" {
	plan --sched ktstr/qmap.sched --seed 7 ktstr/swap.test
	run_plan
	read -r name identity <variants.list
	[ "$(sha256sum <"results/$name/inputs" | cut -c 1-16)" = "$identity" ]
	hash() { sha256sum <"$1" | cut -c 1-16; }
	for line in "ktstr-vm = $(hash vm)" "init = $(hash init)" "kernel = $(hash entry/metadata.json)" \
		"declaration = $(hash ktstr/qmap.sched)" "test = $(hash ktstr/swap.test)" "clock = virtual" \
		"seed = 7" "machine = 1n2l4c1t" "profile = llc+steal" "arguments = -v -l"; do
		grep -qxF "$line" "results/$name/inputs"
	done
	# The next run writes its own.
	echo '# more' >>init
	plan --sched ktstr/qmap.sched --seed 7 ktstr/swap.test
	run_plan
	grep -qxF "init = $(hash init)" "results/$name/inputs"
}

@test "gauntlet: what is up to date is neither read nor has a rule" {
	command -v strace >/dev/null || skip "needs strace"
	plan --seed 1 --seed 2 ktstr/plain.test
	run_plan
	strace -f -o trace -e trace=openat ktstr-gauntlet plan --vm-command ./vm --lock-command '' \
		--kernel 6.12=entry --init init --seed 1 --seed 2 ktstr/plain.test >plan.mk
	[ "$(grep -c 'passed-' trace)" = 2 ]
	run -1 grep result.json trace
	run -1 grep record plan.mk
	strace -f -o trace -e trace=openat ktstr-gauntlet report --variants variants.list results >table
	run -1 grep result.json trace
	ktstr-gauntlet report --format json --variants variants.list results | jq -e '.variants[1].result.identity'
	# The table that is made without them is the same.
	touch results/6.12/none/plain/own/default/virtual/s?/result.json
	ktstr-gauntlet report --variants variants.list results | diff table -
	grep -q ' pass  *2/2  *6.50 s$' table
}

@test "gauntlet: a copy of a passed variant's folder is not the other variant's pass" {
	plan ktstr/plain.test
	run_plan
	from=results/$plain to=results/6.12/none/plain/1n1l1c1t/default/virtual/s1
	mkdir -p "$to"
	cp -a $from/. "$to"
	plan --topology 1n1l1c1t ktstr/plain.test
	run -125 ktstr-gauntlet report --variants variants.list results
	[[ $output == *"no result: the one in its folder is another variant's"* ]]
	run_plan
	[ "$(wc -l <count)" = 2 ]
	run -0 ktstr-gauntlet report --variants variants.list results
}

@test "gauntlet: a pass of inputs that were changed since the plan is not up to date" {
	# As ktstr-vm does: what ran, not what was planned.
	mv vm machine
	cat >vm <<-'END'
		#!/bin/sh
		./machine "$@" || exit
		hash() { sha256sum <"$1" | cut -d' ' -f1; }
		while [ $# -gt 0 ]; do [ "$1" != --out ] || out=$2; shift; done
		[ -n "$out" ] || exit 0
		jq --arg t "$(hash ktstr/plain.test)" --arg s "$(hash build/scx_qmap)" \
			'.inputs = {test: $t, scheduler: $s}' "$out/result.json" >new &&
			mv new "$out/result.json"
	END
	chmod +x vm
	sed -i /scheduler/d ktstr/plain.test
	qplan() { plan --sched ktstr/qmap.sched ktstr/plain.test; }
	qplan
	run_plan
	[ "$(jq -r .inputs.scheduler results/6.12/qmap/plain/own/default/virtual/s1/result.json)" = "$(sha256sum <build/scx_qmap | cut -d' ' -f1)" ]
	run -0 ktstr-gauntlet report --variants variants.list results
	cp build/scx_qmap first
	echo 'echo rebuilt >build/scx_qmap' >sabotage
	plan --all --sched ktstr/qmap.sched ktstr/plain.test
	run -0 --separate-stderr run_plan
	[ "$stderr" = "ktstr-gauntlet: 6.12/qmap/plain/own/default/virtual/s1 ran with other inputs than were planned (scheduler), and will run again" ]
	# Also for who goes back to what was planned.
	rm sabotage
	cp first build/scx_qmap
	qplan
	run_plan
	[ "$(wc -l <count)" = 3 ]
	qplan
	run_plan
	[ "$(wc -l <count)" = 3 ]
}

@test "gauntlet: --all plans also what has passed" {
	plan ktstr/plain.test
	run_plan
	plan --all ktstr/plain.test
	run_plan
	[ "$(wc -l <count)" = 2 ]
	run -0 ktstr-gauntlet report --variants variants.list results
}

@test "gauntlet: --only plans what a file or standard input names" {
	names() { cut -d' ' -f1 variants.list | sed 's|.*/||' | paste -sd' '; }
	ktstr-gauntlet list --kernel 6.12 --seed 1 --seed 2 --seed 3 ktstr/plain.test >all
	sed -n '3p; 1p' all >some
	plan --seed 1 --seed 2 --seed 3 --only some ktstr/plain.test
	[ "$(names)" = "s1 s3" ]
	sed -n 2p all | sed 's/$/ more/' | plan --seed 1 --seed 2 --seed 3 --only - ktstr/plain.test
	[ "$(names)" = s2 ]
	run_plan
	[ "$(wc -l <count)" = 1 ]
	run -2 --separate-stderr plan --seed 1 --only all ktstr/plain.test
	[ "$stderr" = "ktstr-gauntlet: --only: '${plain%1}2' is no variant of these tests, machines, profiles and seeds" ]
	run -2 --separate-stderr plan --only /dev/null ktstr/plain.test
	[ "$stderr" = "ktstr-gauntlet: --only: no variant is named in /dev/null" ]
	run -2 --separate-stderr plan --only none ktstr/plain.test
	[ "$stderr" = "ktstr-gauntlet: --only: cannot read none: No such file or directory" ]
}

@test "gauntlet: the variants that take longest run first" {
	order() { sed -n 's|^ktstr-run-all: .*/s\([0-9]*\)/.*|\1|p' plan.mk | paste -sd' '; }
	seeds=(--seed 1 --seed 2 --seed 3)
	plan "${seeds[@]}" ktstr/plain.test
	[ "$(order)" = "1 2 3" ]
	# shellcheck disable=SC2016 # the script's own
	echo 'case $out in */s1) seconds=5 ;; */s2) seconds=50 ;; */s3) seconds=20 ;; esac' >sabotage
	run_plan
	plan --all "${seeds[@]}" ktstr/plain.test
	[ "$(order)" = "2 3 1" ]
	# And larger machines, before anything is known.
	ktstr-gauntlet plan --vm-command ./vm --kernel k=entry --init init --topology 1n1l1c1t \
		--topology 1n1l4c1t --topology 1n1l2c1t ktstr/plain.test >plan.mk
	[ "$(sed -n 's|^ktstr-run-all: .*/plain/\([^/]*\)/.*|\1|p' plan.mk | paste -sd' ')" = "1n1l4c1t 1n1l2c1t 1n1l1c1t" ]
}

@test "gauntlet: each line tells how many are done, how many did not pass, and for how long" {
	# shellcheck disable=SC2016 # the script's own
	echo 'case $out in */s2) verdict=fail ;; esac' >sabotage
	plan --progress progress --seed 1 --seed 2 --seed 3 ktstr/plain.test
	run -0 run_plan
	[[ ${lines[0]} =~ ^"  PASS    ${plain%1}1 [1/3, "[0-9]+" s left]"$ ]]
	[[ ${lines[1]} == "          because "* ]]
	[[ ${lines[2]} =~ ^"  FAIL    ${plain%1}2 [2/3, 1 not passed, "[0-9]+" s left]"$ ]]
	[ "${lines[4]}" = "  PASS    ${plain%1}3 [3/3, 1 not passed]" ]
	# Where nobody counts any more all is told all the same.
	plan --progress progress --seed 1 --seed 2 --seed 3 ktstr/plain.test
	rm progress
	run -0 run_plan
	[ "${lines[0]}" = "  FAIL    ${plain%1}2" ]
}

@test "gauntlet: on a terminal one line is written over, and what did not pass stays" {
	# shellcheck disable=SC2016 # the script's own
	echo 'case $out in */s2) verdict=fail ;; */s1) echo told >&2 ;; esac' >sabotage
	plan --progress progress --seed 1 --seed 2 --seed 3 ktstr/plain.test
	TERM=xterm run -0 script -qec "make -s -f plan.mk ktstr-run-all" /dev/null
	clear=$'\r\e[K'
	# One line of output for each that stays.
	[[ ${lines[0]} == "${clear}told"* ]]
	[[ ${lines[1]} == "$clear  [1/3, "*" s left]  PASS    6.12/none/"*"$clear  FAIL    ${plain%1}2"* ]]
	[[ ${lines[2]} == "          because "* ]]
	[[ ${lines[3]} == "  [2/3, 1 not passed, "*"]  FAIL "*"$clear"* ]]
	[[ $output != *"  PASS    ${plain%1}3"* ]]
}

@test "gauntlet: words of the kernel make another machine, with a template of its own" {
	printf '[scheduler]\nbinary = build/scx_qmap\nkargs = a=1\n' >ktstr/tuned.sched
	printf '[test]\nkargs = b=2 c\n[cgroup a]\n' >ktstr/words.test
	printf '[cgroup a]\n' >ktstr/plain.test
	ktstr-gauntlet plan --vm-command ./vm --lock-command '' --kernel 6.12=entry --init init \
		--sched ktstr/tuned.sched ktstr/words.test ktstr/plain.test >plan.mk
	[ "$(grep -c ' template ' plan.mk)" = 2 ]
	grep -q -- "template .*--append 'a=1 b=2 c'" plan.mk
	grep -q -- "template .*--append a=1 " plan.mk
}
