#!/usr/bin/env bats
# ktstr-gauntlet(1): what the manual page promises on plans and what they run.
# shellcheck disable=SC2154,SC2016 # run sets stderr; '$' is meant as it stands
bats_require_minimum_version 1.5.0
load helper
load gauntlet

@test "gauntlet: a plan runs each variant once, until its inputs change" {
	plan --sched ktstr/qmap.sched --seed 1 --seed 2 ktstr/*.test
	run_plan
	[ "$(wc -l <count)" -eq 4 ]
	run_plan
	[ "$(wc -l <count)" -eq 4 ]
	touch build/scx_qmap ktstr/swap.test
	plan --sched ktstr/qmap.sched --seed 1 --seed 2 ktstr/*.test
	run_plan
	[ "$(wc -l <count)" -eq 4 ]
	echo other >build/scx_qmap
	plan --sched ktstr/qmap.sched --seed 1 --seed 2 ktstr/*.test
	run_plan
	[ "$(wc -l <count)" -eq 6 ]
	run -0 ktstr-gauntlet report --variants variants.list results
	[ "${lines[-1]}" = "4 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
}

@test "gauntlet: each input of a variant is part of its identity" {
	local before after
	mkdir bin && printf '#!/bin/sh\n' >bin/qemu-system-x86_64 && chmod +x bin/qemu-system-x86_64
	PATH=$PWD/bin:$PATH
	plan --sched ktstr/qmap.sched ktstr/swap.test
	before=$(cut -d' ' -f2 variants.list)
	for file in build/scx_qmap ktstr/qmap.sched ktstr/swap.test entry/metadata.json init vm bin/qemu-system-x86_64; do
		cp "$file" saved
		echo '# more' >>"$file"
		plan --sched ktstr/qmap.sched ktstr/swap.test
		after=$(cut -d' ' -f2 variants.list)
		[ "$before" != "$after" ] || {
			echo "$file does not count"
			return 1
		}
		cp saved "$file"
	done
	plan --sched ktstr/qmap.sched ktstr/swap.test
	[ "$before" = "$(cut -d' ' -f2 variants.list)" ]
}

@test "gauntlet: ktstr-vm gets the whole variant" {
	plan --sched ktstr/qmap.sched --preset smt-2llc --seed 5 ktstr/swap.test
	run_plan
	read -r name identity <variants.list
	[ "$name" = 6.12/qmap/swap/smt-2llc/llc+steal/virtual/s5 ]
	[ "$(paste -sd' ' args)" = "run -q --kernel entry --kernel-label 6.12 --sched ktstr/qmap.sched --test ktstr/swap.test --preset smt-2llc --topology 1n2l2c2t --profile llc+steal --clock virtual --seed 5 --identity $identity --init init --out results/$name" ]
}

@test "gauntlet: each machine's template is made once, before its variants, and may fail" {
	printf '[test]\nscheduler = none\nmemory = 1G\n[cgroup a]\n' >ktstr/large.test
	plan --sched ktstr/qmap.sched --seed 1 --seed 2 ktstr/*.test
	# With -s make says nothing of errors that it ignores.
	template_status=1 run -0 make -f plan.mk ktstr-run-all
	[ "$(wc -l <count)" -eq 6 ]
	# ktstr-vm has said why; make does not call it an error.
	[[ $output != *"ignored"* && $output != *"Error "* ]]
	sort templates >sorted
	diff - sorted <<-'END'
		template -q --kernel entry --topology 1n1l2c1t --clock virtual --init init
		template -q --kernel entry --topology 1n1l2c1t --memory 1024 --clock virtual --init init
		template -q --kernel entry --topology 1n2l4c1t --clock virtual --init init
	END
	# What is up to date needs no machine, and none boots under the real clock.
	echo '# changed' >>ktstr/plain.test
	plan --sched ktstr/qmap.sched --seed 1 --seed 2 ktstr/*.test
	run_plan
	[ "$(wc -l <templates)" -eq 4 ]
	plan --sched ktstr/qmap.sched --clock real ktstr/*.test
	run_plan
	[ "$(wc -l <templates)" -eq 4 ]
}

@test "gauntlet: a failure is kept for reading, does not stop make, and runs again" {
	plan ktstr/plain.test
	echo 'verdict=fail class=check-failed' >sabotage
	run_plan
	run -1 ktstr-gauntlet report --variants variants.list results
	rm sabotage
	run_plan
	[ "$(wc -l <count)" -eq 2 ]
	run -0 ktstr-gauntlet report --variants variants.list results
}

@test "gauntlet: going back to inputs that passed before runs them again after a failure" {
	plan ktstr/plain.test
	run_plan
	echo 'verdict=fail' >sabotage
	echo '# more' >>init
	plan ktstr/plain.test
	run_plan
	rm sabotage
	echo init >init
	plan ktstr/plain.test
	run -125 ktstr-gauntlet report --variants variants.list results
	[[ $output == *"no result: the one there is was made from other inputs"* ]]
	run_plan
	[ "$(wc -l <count)" -eq 3 ]
	run -0 ktstr-gauntlet report --variants variants.list results
}

@test "gauntlet: a machine that breaks leaves an error as the result" {
	plan ktstr/plain.test
	echo 'exit 125' >sabotage
	run_plan
	run -125 ktstr-gauntlet report --variants variants.list results
	[[ $output == *"'./vm' ended with exit status 125 and left no result"* ]]
	echo 'kill -SEGV $$' >sabotage
	run_plan
	run -125 ktstr-gauntlet report --variants variants.list results
	[[ $output == *"'./vm' died of signal 11 (Segmentation fault) and left no result"* ]]
	[[ $output == *"again: ./vm run -q --kernel entry"* ]]
}

@test "gauntlet: what a command said last is in the error, and on standard error" {
	run -0 --separate-stderr ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- \
		sh -c 'echo one >&2; printf "two \033[31m\n\n" >&2; exit 5'
	[ "$(jq -r '.reasons[0]' r/x/result.json)" = "'sh' ended with exit status 5 and left no result: two ?[31m" ]
	[ "$stderr" = $'one\ntwo \033[31m' ]
}

@test "gauntlet: bad input is an error, and what the machine lacks a skip, in the command's words" {
	record() {
		ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- sh -c "echo why >&2; exit $1"
		jq -r '"\(.verdict) \(.class) \(.reasons[0])"' r/x/result.json >>verdicts
	}
	record 2
	record 4
	printf '%s\n' "error input why" "skip unsupported why" | diff - verdicts
}

@test "gauntlet: a stamp without the result of its pass counts for nothing" {
	plan ktstr/plain.test
	run_plan
	stamp=$(echo results/6.12/none/plain/own/default/virtual/s1/passed-*)
	[ -e "$stamp" ]
	n=1
	for spoil in 'rm %' 'echo garbage >%' "sed -i s/pass/fail/ %"; do
		eval "${spoil/\%/${stamp%/*}/result.json}"
		plan ktstr/plain.test
		run_plan
		n=$((n + 1))
		[ "$(wc -l <count)" -eq "$n" ]
		run -0 ktstr-gauntlet report --variants variants.list results
	done
	[ -e "$stamp" ]
	plan ktstr/plain.test
	run_plan
	[ "$(wc -l <count)" -eq "$n" ]
}

@test "gauntlet: the libraries of a scheduler, and its mode, are part of its identity" {
	identity() {
		plan --sched ktstr/qmap.sched ktstr/swap.test
		cut -d' ' -f2 variants.list >>seen
	}
	echo 'int helper(void) { return 1; }' | "${CC:-cc}" -shared -fPIC -o libhelper.so -x c -
	echo 'int helper(void); int main(void) { return helper(); }' |
		"${CC:-cc}" -o build/scx_qmap -x c - -L. -lhelper -Wl,-rpath,"$PWD"
	identity
	identity
	echo 'int helper(void) { return 2; }' | "${CC:-cc}" -shared -fPIC -o libhelper.so -x c -
	identity
	rm libhelper.so
	identity
	chmod -x build/scx_qmap
	identity
	[ "$(uniq -c seen | awk '{ print $1 }' | paste -sd' ')" = "2 1 1 1" ]
	[ "$(sort -u seen | wc -l)" -eq 4 ]
}

@test "gauntlet: record ends with its command, not with what that left behind" {
	run -0 timeout 5 ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- \
		sh -c 'sleep 30 3>&- >/dev/null & echo $! >pid; exit 3'
	kill "$(cat pid)"
}

@test "gauntlet: a command that is not there leaves an error as the result" {
	run -0 ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- ./none
	[ "$(jq -r '.verdict, .class, .test, .seed' r/x/result.json | paste -sd' ')" = "error harness t 1" ]
	[ "$(jq -r '.reasons[0]' r/x/result.json)" = "'./none' ended with exit status 127 and left no result: ktstr-gauntlet: cannot run './none': No such file or directory" ]
}

@test "gauntlet: a run that somebody stops leaves no result, nor an earlier one" {
	mkdir -p r/x
	touch r/x/{result.json,passed-12,console.log,channel.log,scheduler.log,mine.log}
	run -143 ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- \
		sh -c 'kill -TERM $$'
	[ "$(ls r/x)" = mine.log ]
	run -130 ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- sh -c 'exit 130'
	[ ! -e r/x/result.json ]
}

@test "gauntlet: the command ends when record is killed" {
	spawn ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/virtual/s1 -- \
		sh -c 'echo $$ >pid; exec sleep 60'
	until_true test -s pid
	kill -KILL "${spawned[0]}"
	until_true gone
}

@test "gauntlet: the command ends when make is killed" {
	plan ktstr/plain.test
	echo 'echo $$ >pid; exec sleep 60' >sabotage
	spawn make -s -f plan.mk ktstr-run-all
	until_true test -s pid
	kill -KILL "${spawned[0]}"
	until_true gone
	[ ! -e results/6.12/none/plain/own/default/virtual/s1/result.json ]
}

@test "gauntlet: a plan copes with blanks, dollars and hashes in paths" {
	mkdir -p 'a $b #c'
	cp ktstr/plain.test 'a $b #c/plain.test'
	cp vm 'a $b #c/v m'
	ktstr-gauntlet plan --vm-command "'./a \$b #c/v m' --flag 'it'\\''s'" --lock-command '' \
		--kernel '6.12=entry' --init init --out 'r $x #y' 'a $b #c/plain.test' >plan.mk
	run_plan
	[ "$(sed -n 1,2p args | paste -sd' ')" = "--flag it's" ]
	grep -qx 'a $b #c/plain.test' args
	[ -e 'r $x #y/6.12/none/plain/own/default/virtual/s1/result.json' ]
	run_plan
	[ "$(wc -l <count)" -eq 1 ]
	run -2 --separate-stderr ktstr-gauntlet plan --vm-command ./vm --init init --out 'a:b' ktstr/plain.test
	[[ $stderr == *"make cannot have a target in 'a:b', because of the character ':'"* ]]
}

@test "gauntlet: a plan locks one CPU under the virtual clock, and leaves it to the lock under the real one" {
	ktstr-gauntlet plan --vm-command ./vm --kernel 6.12=entry --init init ktstr/plain.test >plan.mk
	grep -q -- '-- ktstr-lock cpus --die-with-parent --cap 1 -- ./vm run' plan.mk
	KTSTR_BYPASS_LLC_LOCKS=1 ktstr-gauntlet plan --vm-command ./vm --kernel 6.12=entry --init init ktstr/plain.test >plan.mk
	grep -q -- '-- ktstr-lock cpus --die-with-parent -- ./vm run' plan.mk
	KTSTR_BYPASS_LLC_LOCKS=1 run_plan
	[ -e count ]
	ktstr-gauntlet plan --vm-command ./vm --kernel 6.12=entry --init init --clock real ktstr/plain.test >plan.mk
	grep -q -- '-- ktstr-lock cpus --die-with-parent -- ./vm run' plan.mk
}

@test "gauntlet: under the real clock a variant takes a job slot of make for each CPU" {
	echo 'echo "$KTSTR_JOBS" >jobs' >sabotage
	export KTSTR_LOCK_DIR=$BATS_TEST_TMPDIR/locks
	ktstr-gauntlet plan --vm-command ./vm --kernel 6.12=entry --init init --clock real \
		--lock-command "ktstr-lock cpus --root $KTSTR_TOP/tests/data/4llc" ktstr/plain.test >plan.mk
	run -0 make -n -j9 -f plan.mk ktstr-run-all
	[[ $output == *ktstr-lock* ]]
	[ ! -e jobs ]
	run -0 make -j9 -f plan.mk ktstr-run-all
	[ "$(cat jobs)" = 5 ]
	[[ $output != *"begin the recipe"* ]]
}

@test "gauntlet: a plan names what it cannot read" {
	rm build/scx_qmap
	run -2 --separate-stderr ktstr-gauntlet plan --vm-command ./vm --kernel 6.12=entry --init init --sched ktstr/qmap.sched ktstr/swap.test
	[ "$stderr" = "ktstr-gauntlet: cannot read the scheduler's binary 'build/scx_qmap': No such file or directory" ]
	run -2 --separate-stderr ktstr-gauntlet plan --vm-command ./vm --kernel 6.12 --init init ktstr/plain.test
	[ "$stderr" = "ktstr-gauntlet: kernel '6.12' needs its entry: --kernel 6.12=DIR" ]
	run -2 --separate-stderr ktstr-gauntlet plan --vm-command ./vm --kernel 6.12=entry ktstr/plain.test
	[ "$stderr" = "ktstr-gauntlet: --init is missing: the guest's init" ]
}

@test "gauntlet: try succeeds whatever its command says, unless a signal ended it" {
	run -0 --separate-stderr ktstr-gauntlet try -- sh -c 'echo why >&2; exit 5'
	[ "$stderr" = why ]
	run -0 ktstr-gauntlet try -- ./none
	# What this machine cannot do the variants tell, each for itself.
	run -0 --separate-stderr ktstr-gauntlet try -- sh -c 'echo why >&2; exit 4'
	[ "$stderr" = "" ]
	run -143 ktstr-gauntlet try -- sh -c 'kill $$'
	run -2 --separate-stderr ktstr-gauntlet try
	[ "$stderr" = "ktstr-gauntlet: try needs '-- COMMAND'; see --help" ]
}
