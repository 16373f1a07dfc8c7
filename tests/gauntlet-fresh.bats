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
