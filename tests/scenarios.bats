#!/usr/bin/env bats
# The tests that come with ktstr: all there, all right, found by name.
# shellcheck disable=SC2154,SC2016 # run sets stderr; '$' is meant as it stands
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	scenarios=$KTSTR_TOP/scenarios
	printf 'KTSTR_TOOLS = %s\ninclude %s/mk/ktstr.mk\n' "$KTSTR_BUILD" "$KTSTR_TOP" >Makefile
}

ours() {
	env -u MAKEFLAGS make --no-print-directory "$@"
}

@test "scenarios: 81 of the catalogue, 16 of ours, 14 other names" {
	[ "$(find "$scenarios" -name '*.test' -type f ! -path '*/trouble/*' ! -path '*/placement/*' | wc -l)" -eq 81 ]
	[ "$(find "$scenarios"/{trouble,placement} -name '*.test' -type f | wc -l)" -eq 16 ]
	[ "$(find "$scenarios/canned" -name '*.test' -type l | wc -l)" -eq 14 ]
	[ "$(find -L "$scenarios" -type l)" = "" ]
	[ "$(find "$scenarios" -type f -printf '%f\n' | sort | uniq -d)" = "" ]
}

@test "scenarios: check finds nothing to complain about" {
	run -0 --separate-stderr ktstr-gauntlet check "$scenarios"/*/*.test
	[ "$output$stderr" = "" ]
}

@test "scenarios: each has its category as its first tag, and a description" {
	find "$scenarios" -type f -print0 | sort -z >files
	run -0 xargs -0 ktstr-gauntlet list --scenarios --json <files
	[ "$(jq -r 'select(.category != .tags[0] or .description == null) | .name' <<<"$output")" = "" ]
	[ "$(jq -r .name <<<"$output" | wc -l)" -eq 97 ]
}

@test "scenarios: list --scenarios has name, category, needs and one line" {
	run -0 ktstr-gauntlet list --scenarios "$scenarios"/{basic/cgroup-steady,cpuset/cgroup-cpuset-numa-swap}.test
	[[ ${lines[0]} =~ ^cgroup-steady\ +basic\ +two\ cgroups,\ nothing\ changes$ ]]
	[[ ${lines[1]} == "cgroup-cpuset-numa-swap  cpuset  nodes>=2  two cgroups"* ]]
}

@test "scenarios: list --scenarios takes no selection, and says what is missing" {
	run -2 --separate-stderr ktstr-gauntlet list --scenarios --preset tiny-1llc "$scenarios"/basic/*.test
	[[ $stderr == *"--preset has no meaning beside it"* ]]
	cp "$(command -v ktstr-gauntlet)" .
	run -2 --separate-stderr ./ktstr-gauntlet list --scenarios
	[[ $stderr == *"no scenarios are installed in"* ]]
}

@test "scenarios: make takes categories and names of them" {
	echo '$(info $(notdir $(call ktstr-scenarios,stall cgroup-steady canned)))' >>Makefile
	run -0 ours ktstr-help
	[[ ${lines[0]} == *"stall-detect.test"*"stall-recovery.test"* ]]
	[[ ${lines[0]} == *"cgroup-steady.test"* ]]
	[[ ${lines[0]} == *"host-contention.test"* ]]
	[ "$(wc -w <<<"${lines[0]}")" -eq 17 ]
	echo '$(info $(words $(ktstr-scenarios)))' >>Makefile
	run -0 ours ktstr-help
	[ "${lines[1]}" = 97 ]
}

@test "scenarios: a category that is not there is refused" {
	run ! ours ktstr-scenarios TEST='basic stal'
	[[ $output == *"no scenario and no category of scenarios is named 'stal'"* ]]
}

@test "scenarios: a name that is not there is told before the kernel is built" {
	printf 'no kernel' >kernel.tar.xz
	echo 'KTSTR_TESTS += $(call ktstr-scenarios,basic)' >>Makefile
	for wrong in KTSTR_TESTS='$(call ktstr-scenarios,cpust)' TEST=cgroup-stead KTSTR_SCHED=mine RERUN=al; do
		run ! ours ktstr-test KERNEL="$PWD/kernel.tar.xz" "$wrong"
		[[ $output == *": *** ktstr: "* ]]
		[[ $output != *kernel.tar.xz* ]]
	done
	run ! ours ktstr-test KERNEL="$PWD/kernel.tar.xz"
	[[ $output == *kernel.tar.xz* ]]
}

@test "scenarios: make ktstr-scenarios lists them" {
	run -0 ours ktstr-scenarios
	[ "${#lines[@]}" -eq 97 ]
	run -0 ours ktstr-scenarios TEST=trouble
	[ "${#lines[@]}" -eq 10 ]
}

# rows: the table of doc/scenarios.md as NAME|CATEGORY|VERDICT..., five verdicts.
rows() {
	sed -n 's/^| `\([a-z0-9-]*\)` | \(.*\) |$/\1|\2/p' "$KTSTR_TOP/doc/scenarios.md" | tr -d ' '
}

@test "scenarios: doc/scenarios.md has a row for each, and skips what list leaves out" {
	echo 'KTSTR_TESTS += $(ktstr-scenarios)' >>Makefile
	ours -s ktstr-scenarios | awk '{ print $1, $2 }' | sort >told
	rows | awk -F '|' '{ print $1, $2 }' | sort >shown
	[ "$(wc -l <told)" -eq 97 ]
	diff told shown
	for column in 3:1n2l2c1t 4:2n4l2c2t 5:1n2l2c1t 6:1n2l2c1t 7:1n2l2c1t; do
		ours -s ktstr-list TOPOLOGY="${column#*:}" 2>/dev/null | cut -d/ -f3 | sort >told
		rows | awk -F '|' -v n="${column%:*}" '$n != "skip" { print $1 }' | sort >shown
		[ "$(wc -l <told)" -ge 70 ]
		diff told shown
	done
}

@test "scenarios: doc/scenarios.md counts its rows right, and explains each failure" {
	doc=$KTSTR_TOP/doc/scenarios.md
	rows | awk -F '|' '
		{ for (i = 3; i <= 7; i++) { sub(/[(].*/, "", $i); n[i, $i]++ } }
		END { for (i = 3; i <= 7; i++)
			print n[i, "pass"] + 0, n[i, "fail"] + 0, n[i, "skip"] + 0, n[i, "-"] + 0 }' >counted
	sed -n 's/^| \(EEVDF\|scx_[a-z]*\), [1-9nlct]* |\([ 0-9|]*\)|.*/\2/p' "$doc" | tr -s '| ' ' ' | sed 's/^ //; s/ $//' >told
	[ "$(wc -l <told)" -eq 5 ]
	diff told counted
	[ "$(rows | cut -d'|' -f3- | tr '|' '\n' | grep -cvE '^(pass|skip|-|fail[(][0-9]+[)])$')" = 0 ]
	# Each failure has a reason, and each reason a failure.
	rows | grep -o 'fail([0-9]*)' | tr -dc '0-9\n' | sort -nu >used
	grep -oE '^[0-9]+\. \*' "$doc" | tr -dc '0-9\n' >given
	diff used given
}

@test "scenarios: doc/scenarios.md is made anew from results, its reasons are kept" {
	put() { mkdir -p "r/$1/default/virtual/s1" && echo "{\"verdict\":\"$2\"}" >"r/$1/default/virtual/s1/result.json"; }
	for sched in none scx_flatcg scx_simple; do
		put "$sched/rt-hog/1n2l2c1t" pass
		put "$sched/asymmetric-siblings/1n2l2c1t" "$([ $sched = scx_simple ] && echo fail || echo pass)"
	done
	table=$KTSTR_TOP/tests/full/scenarios-table.sh
	COMMIT=0123 run -0 --separate-stderr "$table" r
	[ "$stderr" = "" ]
	page=$output
	grep -Fx '| EEVDF, 1n2l2c1t | 2 | 0 | 12 | 83 | 0123 |' <<<"$page"
	grep -Fx '| `rt-hog` | trouble | pass | - | pass | - | pass |' <<<"$page"
	grep -Fx '| `asymmetric-siblings` | trouble | pass | - | fail (3) | - | pass |' <<<"$page"
	grep -Fx '| `cgroup-cpuset-numa-swap` | cpuset | skip | - | skip | skip | skip |' <<<"$page"
	[ "$(grep -c '^| `' <<<"$page")" -eq 97 ]
	# What is no table stays as it is.
	diff <(grep -v '^|' "$KTSTR_TOP/doc/scenarios.md") <(grep -v '^|' <<<"$page")
	put none/rt-hog/1n2l2c1t inconclusive
	COMMIT=0123 run -1 --separate-stderr "$table" r
	[[ $stderr == "scenarios-table: rt-hog on none/1n2l2c1t: inconclusive, and no reason is known" ]]
	grep -F '| `rt-hog` | trouble | inconclusive (?) |' <<<"$output"
}
