#!/usr/bin/env bats
# ktstr-gauntlet-verifier(1): what the manual page promises, from results that
# were written by hand; tests/e2e/verifier.bats has machines.
# shellcheck disable=SC2154 # run sets stderr
bats_require_minimum_version 1.5.0
load helper
load gauntlet

# programs NAME PROGRAM...: a result of a variant; PROGRAM is NAME:VERIFIED, or
# NAME:VERIFIED:ERROR.
programs() {
	local name=$1 list='' program verified error verdict=pass at=0 log
	shift
	mkdir -p "r/$name"
	: >"r/$name/verifier.log"
	for program; do
		IFS=: read -r program verified error <<<"$program"
		log="word of $program
"
		[ -z "$error" ] || verdict=fail
		printf '%s' "$log" >>"r/$name/verifier.log"
		list+="${list:+,}{\"name\": \"$program\", \"type\": \"struct_ops\", \"insns\": 10,
			\"accepted\": $([ -n "$error" ] && echo false || echo true), \"error\": \"$error\",
			\"verified_insns\": $verified, \"insn_limit\": 1000000, \"total_states\": 7, \"peak_states\": 5,
			\"stack\": \"16+8\", \"stack_bytes\": 24, \"verification_us\": 99,
			\"log_at\": $at, \"log_bytes\": ${#log}, \"log_lost\": 0}"
		at=$((at + ${#log}))
	done
	printf '{"schema_version": 1, "name": "%s", "identity": "ab", "verdict": "%s", "class": "%s",
		"reasons": ["the kernel did not take the program"], "programs": [%s]}' "$name" "$verdict" \
		"$([ "$verdict" = pass ] || echo load-rejected)" "$list" >"r/$name/result.json"
}

one() { echo "$1/qmap/verifier/own/default/virtual/s1"; }

@test "verifier: a line for each program, and what is the same for all stands above" {
	programs "$(one k)" qmap_enqueue:1200 qmap_init:30
	run -0 --separate-stderr ktstr-gauntlet verifier r
	[ "$output" = "kernel k, scheduler qmap, preset own, profile default
PROGRAM         INSNS  VERIFIED  OF LIMIT   STATES     PEAK   STACK    TIME us
qmap_enqueue       10      1200     0.12%        7        5      24         99
qmap_init          10        30     0.00%        7        5      24         99
2 programs, 0 refused" ]
	[ -z "$stderr" ]
}

@test "verifier: kernels and profiles are columns where there are several" {
	programs "$(one k)" a:10
	programs "$(one l)" a:20
	programs k/qmap/verifier/own/llc/virtual/s1 a:30
	run -0 ktstr-gauntlet verifier r
	[ "${lines[0]}" = "scheduler qmap, preset own" ]
	[[ ${lines[1]} == "KERNEL  PROFILE  PROGRAM "* ]]
	[[ ${lines[2]} == "k       default  a "*" 10 "* ]]
	[[ ${lines[3]} == "l       default  a "*" 20 "* ]]
	[[ ${lines[4]} == "k       llc      a "*" 30 "* ]]
}

@test "verifier: --program chooses, --variants does, and seeds and clocks count once" {
	programs "$(one k)" a_x:10 b_y:20
	programs k/qmap/verifier/own/default/virtual/s2 a_x:10 b_y:20
	run -0 ktstr-gauntlet verifier --program 'b_*' r
	[ "${lines[-1]}" = "1 programs, 0 refused" ]
	echo "$(one k) ab" >variants
	run -0 ktstr-gauntlet verifier --variants variants r
	[ "${lines[-1]}" = "2 programs, 0 refused" ]
	echo "$(one l) ab" >variants
	run -1 ktstr-gauntlet verifier --variants variants r
	[[ $output == *"$(one l): error, harness: no result"* ]]
}

@test "verifier: a program that was refused fails, with its last words" {
	programs "$(one k)" a:10 b:20:'Permission denied'
	run -1 ktstr-gauntlet verifier r
	[[ $output == *"  refused: Permission denied"* ]]
	[[ $output == *"k/qmap/default: b was refused: Permission denied
  word of b
2 programs, 1 refused" ]]
	run -1 --separate-stderr ktstr-gauntlet verifier --save base.json r
	[[ $stderr == *"'base.json' is not written"* ]]
	[ ! -e base.json ]
}

@test "verifier: a variant without numbers fails, one that does not ask is not looked at" {
	programs "$(one k)" a:10
	result r k/qmap/other/own/default/virtual/s1 fail check-failed
	sed -i 's/^{/{"programs": null, /' r/k/qmap/other/own/default/virtual/s1/result.json
	run -0 ktstr-gauntlet verifier r
	result r "$(one l)" error harness
	run -1 ktstr-gauntlet verifier r
	[[ $output == *"$(one l): error, harness: because <it> & that"* ]]
	[ "${lines[-1]}" = "1 programs, 0 refused, 1 variants or kernels in trouble" ]
	result r "$(one l)" skip
	run -0 ktstr-gauntlet verifier r
	[ "${lines[-1]}" = "1 programs, 0 refused, 1 variants skipped" ]
	rm -r r/k
	run -4 ktstr-gauntlet verifier r
	rm -r r/l
	run -2 --separate-stderr ktstr-gauntlet verifier r
	[[ $stderr == *"no result in 'r' has numbers of the verifier; make ktstr-verifier gets them" ]]
}

@test "verifier: growth above its bound fails, and 10% of verified instructions is the bound" {
	programs "$(one k)" a:100 b:100
	run -0 --separate-stderr ktstr-gauntlet verifier --save base.json r
	[ "$stderr" = "ktstr-gauntlet: 'base.json' has the numbers of 2 programs" ]
	programs "$(one k)" a:110 c:100
	run -0 ktstr-gauntlet verifier --baseline base.json r
	[[ ${lines[2]} == "a "*" 100  +10.0%" ]]
	[[ ${lines[3]} == "c "*" -  new" ]]
	[ "${lines[4]}" = "k/qmap/default: b is gone" ]
	[ "${lines[5]}" = "2 programs, 0 refused, 0 above a bound" ]
	programs "$(one k)" a:111
	run -1 ktstr-gauntlet verifier --baseline base.json r
	[[ ${lines[2]} == "a "*" 100  +11.0%: verified above its bound" ]]
	run -0 ktstr-gauntlet verifier --baseline base.json --bound 11% r
	run -0 ktstr-gauntlet verifier --baseline base.json --bound verified=20% --bound stack=0% r
	sed -i 's/"stack_bytes": 24/"stack_bytes": 23/' base.json
	run -1 ktstr-gauntlet verifier --baseline base.json --bound 20% --bound stack=0% r
	[[ $output == *"+11.0%: stack above its bound"* ]]
}

@test "verifier: growth of exactly the bound is none above it" {
	local bound
	programs "$(one k)" a:100000
	run -0 ktstr-gauntlet verifier --save base.json r
	for bound in 1 7 11 15 29 57 130; do
		programs "$(one k)" a:$((100000 + 1000 * bound))
		run -0 ktstr-gauntlet verifier --baseline base.json --bound $bound% r
		programs "$(one k)" a:$((100001 + 1000 * bound))
		run -1 ktstr-gauntlet verifier --baseline base.json --bound $bound% r
	done
	programs "$(one k)" a:100700
	run -0 ktstr-gauntlet verifier --baseline base.json --bound 0.7% r
}

@test "verifier: the only kernel of a baseline stands for any other, several do not" {
	programs "$(one k)" a:100
	run -0 ktstr-gauntlet verifier --save base.json r
	rm -r r
	programs "$(one l)" a:150
	run -1 --separate-stderr ktstr-gauntlet verifier --baseline base.json r
	[ "$stderr" = "ktstr-gauntlet: kernel l is compared with k, the only one of 'base.json'" ]
	programs "$(one k)" a:100
	run -0 ktstr-gauntlet verifier --save base.json r
	rm -r r
	programs "$(one m)" a:100
	run -1 ktstr-gauntlet verifier --baseline base.json r
	[[ $output == *"m: this kernel is not in 'base.json', which has several others; --save writes it anew"* ]]
}

@test "verifier: --json has what the table has" {
	programs "$(one k)" a:100
	run -0 ktstr-gauntlet verifier --save base.json r
	programs "$(one k)" a:150 b:1:'Invalid argument'
	run -1 ktstr-gauntlet verifier --baseline base.json --json r
	jq -e '.schema_version == 1 and .trouble == [] and (.programs | length) == 2 and
		(.programs[0] | .program == "a" and .verified_insns == 150 and .stack_bytes == 24 and
		.baseline.verified_insns == 100 and .above_bound == ["verified"]) and
		(.programs[1] | .accepted == false and .error == "Invalid argument" and .baseline == null)' <<<"$output"
}

@test "verifier: --log has each program's own part, without control characters; --raw has cycles" {
	programs "$(one k)" a:10 b:20
	run -0 ktstr-gauntlet verifier --log r
	[[ $output == *"k/qmap/default: a
word of a

k/qmap/default: b
word of b" ]]
	log=r/$(one k)/verifier.log
	for _ in {1..9}; do
		printf '%s: (07) r1 += %s\n' 1 a 2 b 3 c 4 d 5 e
	done >"$log"
	printf '\033[31mred\n' >>"$log"
	jq --argjson n "$(stat -c %s "$log")" '.programs = [.programs[0] | .log_at = 0 | .log_bytes = $n]' \
		"r/$(one k)/result.json" >new
	mv new "r/$(one k)/result.json"
	run -0 ktstr-gauntlet verifier --log r
	[[ $output == *"--- 9 times the 5 lines that follow ---"*"--- 7 times left out ---"* ]]
	[[ $output == *'?[31mred' ]]
	run -0 ktstr-gauntlet verifier --raw r
	[ "$(grep -c 'r1 += c' <<<"$output")" -eq 9 ]
	rm "$log"
	run -0 ktstr-gauntlet verifier --log r
}

@test "verifier: mistakes are told" {
	programs "$(one k)" a:100
	refused() { # WORDS... MESSAGE
		run -2 --separate-stderr ktstr-gauntlet verifier "${@:1:$#-1}"
		[[ $stderr == *"${*: -1}"* ]]
	}
	refused "verifier takes one folder of results"
	refused r s "verifier takes one folder of results"
	refused --bound 10 r "--bound: '10' is no percentage such as 10%, and no SIZE=10%"
	refused --bound size=10% r "--bound: 'size=10%' is no percentage"
	refused --baseline none r "cannot read the baseline 'none': No such file or directory"
	echo '{"a": 1' >bad
	refused --baseline bad r "bad:"
	echo '{"a": 1}' >bad
	refused --baseline bad r "'bad' is no baseline of schema version 1; --save writes one"
	run -0 ktstr-gauntlet verifier --save good r
	refused_when() { # JQ MESSAGE
		jq "$1" good >bad
		refused --baseline bad r "ktstr-gauntlet: baseline 'bad', program 1: $2"
	}
	refused_when '.programs[0] = 1' "it has no kernel"
	refused_when 'del(.programs[0].program)' "it has no program"
	refused_when '.programs[0].scheduler = 3' "it has no scheduler"
	refused_when '.programs[0].verified_insns = "100"' "its verified_insns is no number"
	refused_when '.programs[0].stack_bytes = -1' "its stack_bytes is no number"
	refused_when '.programs[0].peak_states = 1.5' "its peak_states is no number"
	jq '.programs[0] |= (.total_states = null | del(.peak_states))' good >bad
	run -0 ktstr-gauntlet verifier --baseline bad r
	refused --json --log r "--json has no logs"
	refused --save x --program a r "--save keeps all programs"
	refused --program z r "no result in 'r' has numbers of the verifier for such a program"
	run -125 --separate-stderr ktstr-gauntlet verifier --save no/where r
}

@test "verifier: make ktstr-verifier plays its own test, and prints this" {
	mproject
	# A machine that loads two programs.
	cat >vm <<-'END'
		#!/bin/sh
		case " $* " in *" template "*) exit 0 ;; esac
		echo "$*" >>runs
		while [ $# -gt 0 ]; do
			case $1 in
			--out) out=$2 ;;
			--identity) identity=$2 ;;
			esac
			shift
		done
		printf '{"schema_version": 1, "name": "%s", "identity": "%s", "verdict": "pass", "class": "", "reasons": [],
			"programs": [{"name": "qmap_init", "type": "struct_ops", "accepted": true, "insns": 5,
			"verified_insns": %s}], "host": {"wall_s": 1.0}}' "${out#*results/}" "$identity" "$(cat size)" >"$out/result.json"
		: >"$out/passed-$identity"
	END
	echo 100 >size
	run -0 make -s ktstr-verifier
	[[ $output == *"kernel 6.12, scheduler qmap, preset own, profile default"*"qmap_init "*"1 programs, 0 refused"* ]]
	grep -q -- "--test $KTSTR_TOP/mk/verifier.test" runs
	[ -e ktstr-out/verifier/results/6.12/qmap/verifier/own/default/virtual/s1/result.json ]
	# A second time nothing runs; the baseline is kept where it is looked for.
	run -0 make -s ktstr-verifier-baseline
	[ "$(wc -l <runs)" -eq 1 ]
	[ -s ktstr/verifier.json ]
	echo 120 >size
	run -2 make -s ktstr-verifier RERUN=all
	[[ $output == *"+20.0%: verified above its bound"* ]]
	run -0 make -s ktstr-verifier KTSTR_VERIFIER_BOUND='20% stack=5%'
	run -2 make -s ktstr-verifier KTSTR_VERIFIER_BASELINE=none.json
	[[ $output == *"cannot read the baseline 'none.json'"* ]]
	run -0 make -s ktstr-verifier KTSTR_VERIFIER_LOG=1 KTSTR_VERIFIER_BOUND=20%
	grep -q -- "--test $KTSTR_TOP/mk/verifier-log.test" runs
	run -2 make -s ktstr-verifier KTSTR_VERIFIER_LOG=yes
	[[ $output == *"KTSTR_VERIFIER_LOG knows 1 and 'raw', not 'yes'"* ]]
	run -2 make -s ktstr-verifier KTSTR_SCHED=none
	[[ $output == *"ktstr: no scheduler to verify"* ]]
	run -0 make -s ktstr-verifier PROFILE='*' KTSTR_VERIFIER_BASELINE=
	[[ $output == *"steal"* ]]
}

@test "verifier: --help lists the options that the manual page describes" {
	diff <(ktstr-gauntlet verifier --help | grep -o -- '--[a-z-]*' | sort -u) \
		<(grep '^\.It' "$KTSTR_TOP/doc/ktstr-gauntlet-verifier.1" | grep -o 'Fl -[a-z-]*' | sed 's/Fl -/--/' | sort -u)
}
