#!/usr/bin/env bats
# doc/files.md and doc/checks.md: their examples are right, and they name all that
# the parser knows.
# shellcheck disable=SC2016,SC2030,SC2031 # backticks of markdown; run sets status
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	doc=$BATS_TEST_TMPDIR/doc
	cat "$KTSTR_TOP"/doc/{files,checks}.md >"$doc"
}

# The indented block that begins with the comment "# NAME".
example() {
	awk -v first="    # $1" '$0 == first { on = 1 } /^[^ ]/ { on = 0 } on { sub(/^    /, ""); print }' "$doc"
}

# The last cells of the tables below a heading of the test's chapter.
examples_below() {
	awk -v heading="[$1]" '
		/^## A test/ { test = 1 }
		/^##/ { sub(/^#+ /, ""); on = test && index($0, heading) == 1 }
		on && /\| `[^`|]*` \|$/ { print }' "$doc" | sed 's/.*| `\([^`]*\)` |$/\1/'
}

# check_row HEAD TEXT TAIL: TEXT is right where it stands.
check_row() {
	printf '%s\n%s\n%s\n' "$1" "$2" "$3" >row.test
	rows=$((rows + 1))
	run ktstr-gauntlet check row.test
	[ "$status" -eq 0 ] || {
		echo "$2: $output"
		return 1
	}
}

@test "files: the examples are right" {
	mkdir ktstr
	example ktstr/qmap.sched >ktstr/a.sched
	example ktstr/cpuset-swap.test >ktstr/a.test
	grep -q max-spread ktstr/a.sched
	grep -q max-spread ktstr/a.test
	run -0 ktstr-gauntlet check ktstr/*
	[ "$output" = "" ]
}

@test "files: the example of each key of [test] is right" {
	local text rows=0
	while read -r text; do
		check_row '[test]' "$text" '[cgroup a]'
	done < <(examples_below test)
	[ "$rows" -eq 29 ]
}

@test "files: the example of each cpuset, option, op and check is right" {
	local text rows=0
	while read -r text; do
		case $text in
		*each) check_row $'[cgroup a]\ncopies = 2' "$text" '' ;;
		start\ *) check_row '[cgroup a]' "$text" $'[step s]\nadd-cgroup = a' ;;
		lives\ *) check_row $'[step s]\n[cgroup a]' "$text" '' ;;
		*\ =\ *) check_row '[cgroup a]' "$text" '' ;;
		spin=*) check_row '[cgroup a]' "work = pipe-io $text" '' ;;
		burst=* | sleep=*) check_row '[cgroup a]' "work = bursty $text" '' ;;
		size=* | stride=*) check_row '[cgroup a]' "work = cache-pressure $text" '' ;;
		fan=* | ops=*) check_row '[cgroup a]' "work = fan-out-compute workers=cpus*10 $text" '' ;;
		contenders=* | hold=*) check_row '[cgroup a]' "work = mutex-contention workers=4 $text" '' ;;
		touches=*) check_row '[cgroup a]' "work = page-fault-churn $text" '' ;;
		phases=*) check_row '[cgroup a]' "work = sequence $text" '' ;;
		once=*) check_row '[cgroup a]' "work = exec $text true" '' ;;
		*) check_row '[cgroup a]' "work = mixed $text" '' ;;
		esac
	done < <(examples_below 'cgroup NAME')
	[ "$rows" -eq 37 ]
	rows=0
	while read -r text; do
		case $text in
		add-*) check_row $'[cgroup late]\nstart = op\n[step s]' "$text" '' ;;
		run-payload*) check_row $'[payload bench]\ncommand = true\nstart = op\n[step s]' "$text" '' ;;
		*-payload*) check_row $'[payload bench]\ncommand = true\n[step s]' "$text" '' ;;
		*) check_row $'[test]\ntopology = 1n2l4c1t\n[cgroup left]\ncpuset = disjoint 0/2\n[cgroup right]
cpuset = disjoint 1/2\n[step s]\nwait = 1ms' "$text" '' ;;
		esac
	done < <(examples_below 'step NAME')
	[ "$rows" -eq 26 ]
	rows=0
	while read -r text; do
		case $text in
		command*) check_row '[payload p]' "$text" '' ;;
		file*)
			: >Makefile
			check_row $'[payload p]\ncommand = true' "$text" ''
			;;
		output*) check_row $'[payload p]\ncommand = true' "$text" 'metric = a' ;;
		*match=*) check_row $'[payload p]\ncommand = true\noutput = regex' "$text" '' ;;
		metric*) check_row $'[payload p]\ncommand = true\noutput = json' "$text" '' ;;
		start*) check_row $'[payload p]\ncommand = true' "$text" $'[step s]\nrun-payload = p' ;;
		*) check_row $'[cgroup a]\n[payload p]\ncommand = true' "$text" '' ;;
		esac
	done < <(examples_below 'payload NAME')
	[ "$rows" -eq 13 ]
	rows=0
	while read -r text; do
		check_row $'[cgroup a]\ncpuset = llc 0\n[check]' "$text" ''
	done < <(examples_below check)
	[ "$rows" -eq "$(grep -c '\[CHECK_[A-Z_0-9]*\] = { "' "$KTSTR_TOP/tools/lib/spec/checks.c")" ]
}

@test "files: every key, type and option has its row" {
	local name names=0 missing=0
	while read -r name; do
		names=$((names + 1))
		grep -q "^| .*\`$name\`" "$doc" || {
			echo "no row for $name"
			missing=1
		}
	done < <(
		cd "$KTSTR_TOP/tools/lib/spec" || exit
		grep -ohE '\{ "[a-z-]*", (read_|FIELD_)' settings.c cgroup.c work.c work-types.c | cut -d'"' -f2
		grep -ohE '\[(WORK|OP)_[A-Z_]*\] = "[a-z-]*"' work-types.c op.c | sed 's/.* = "//; s/"//' | grep -v '^$'
		grep -oh '\[CHECK_[A-Z_]*\] = { "[a-z-]*"' checks.c | sed 's/.*"\(.*\)"/\1/'
		printf '%s\n' binary args topology requires command output metric status timeout \
			min unit better match group
	)
	[ "$names" -ge 90 ]
	[ "$missing" -eq 0 ]
}

@test "files: ktstr-init --list has all types, ops and checks, and the parser takes its work" {
	local kind name rest missing=0 rows=0
	run -0 --separate-stderr ktstr-init --list
	list=$output
	[ "$(cut -d' ' -f1 <<<"$list" | uniq | paste -sd' ')" = "work op cpuset affinity policy mem mem-flag check payload expect" ]
	[ "$(grep -c '^work' <<<"$list") $(grep -c '^op' <<<"$list")" = "20 26" ]
	[ "$(grep -c '^check' <<<"$list")" -eq "$(grep -c '\[CHECK_[A-Z_0-9]*\] = { "' "$KTSTR_TOP/tools/lib/spec/checks.c")" ]
	[ "$(sort <<<"$list" | uniq -d)" = "" ]
	grep -Fx 'work bursty burst=50ms sleep=100ms' <<<"$list"
	grep -Fx 'op swap-cpusets CGROUP CGROUP' <<<"$list"
	grep -Fx 'check max-gap TIME|none' <<<"$list"
	while read -r kind name rest; do
		grep -q "\`${name}[\` =:]" "$doc" || {
			echo "doc: no $kind $name"
			missing=1
		}
	done < <(grep -E '^(work|op|cpuset|policy|mem|mem-flag|check|payload) ' <<<"$list")
	[ "$missing" -eq 0 ]
	while read -r kind name rest; do
		rest=${rest/KIND:TIME,.../spin:1ms,sleep:2ms} rest=${rest/PROGRAM WORD.../true}
		check_row '[cgroup a]' "work = $name $rest" ''
	done < <(grep '^work' <<<"$list" | sed 's/ (in groups of \([0-9]*\))/ workers=\1/')
	[ "$rows" -eq 20 ]
}
