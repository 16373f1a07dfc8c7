#!/usr/bin/env bats
# ktstr-gauntlet-select(1), ktstr-gauntlet-list(1): levels, which show much in few.
# shellcheck disable=SC2154,SC2016 # run sets stderr; '$' is meant as it stands
bats_require_minimum_version 1.5.0
load helper
load gauntlet
load gauntlet-names

# pairs: of lines, each two values of test, preset and flags that any line has.
pairs() {
	awk -F/ '{
		n = 0
		value[++n] = "test " $3; value[++n] = "preset " $4
		value[++n] = "llc " ($5 ~ /llc/); value[++n] = "steal " ($5 ~ /steal/)
		for (i = 1; i <= n; i++)
			for (j = 1; j < i; j++)
				print value[j] ", " value[i]
	}' | sort -u
}

@test "select: --level pairwise shows each pair of test, machine and flags that there is, in few variants" {
	names a b c d e f >lines
	run -0 --separate-stderr ktstr-gauntlet select --level pairwise <lines
	printf '%s\n' "$output" >chosen
	grep -vxFf lines chosen && false
	diff <(pairs <lines) <(pairs <chosen)
	# Each test needs two, one more has only the first flag on; no seed needs any.
	[ "${#lines[@]}" -ge 12 ]
	[ "${#lines[@]}" -le 15 ]
	[[ $stderr == *"; 19 of 19 values and "*" of "*" pairs of them" ]]
	[[ $stderr =~ " and "([0-9]+)" of "([0-9]+)" pairs" ]]
	[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
	# The same each time, whatever was learned.
	took "$(head -n 1 lines)" 1000
	ktstr-gauntlet select -q --level pairwise --results results <lines | diff chosen -
}

# Three values of each line: triples has what any line has of test, preset, flags.
triples() {
	awk -F/ '{
		n = 0
		value[++n] = "test " $3; value[++n] = "preset " $4
		value[++n] = "llc " ($5 ~ /llc/); value[++n] = "steal " ($5 ~ /steal/)
		for (i = 1; i <= n; i++)
			for (j = 1; j < i; j++)
				for (k = 1; k < j; k++)
					print value[k] ", " value[j] ", " value[i]
	}' | sort -u
}

@test "select: --level three-way shows each three of test, machine and flags that there are" {
	names a b c d e f >lines
	run -0 --separate-stderr ktstr-gauntlet select --level three-way <lines
	printf '%s\n' "$output" >chosen
	grep -vxFf lines chosen && false
	diff <(triples <lines) <(triples <chosen)
	diff <(pairs <lines) <(pairs <chosen)
	# Six tests on two machines need two profiles each, and six more the third.
	[ "${#lines[@]}" -ge 30 ]
	[ "${#lines[@]}" -le 32 ]
	[[ $stderr =~ "; 19 of 19 values, "([0-9]+)" of "([0-9]+)" triples and "([0-9]+)" of "([0-9]+)" pairs of them"$ ]]
	[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
	[ "${BASH_REMATCH[3]}" = "${BASH_REMATCH[4]}" ]
	# A variant of two values has no triple, and is not forgotten.
	{
		names a
		echo k/none/b/tiny-1llc/default/virtual/s1
	} >lines
	ktstr-gauntlet select -q --level three-way <lines >chosen
	grep -q k/none/b chosen
	# With more machines and flags it leaves most out.
	for preset in tiny-2llc odd-3llc smt-2llc medium-4llc; do
		for profile in default a b a+b c a+c b+c a+b+c d a+d b+d a+b+d c+d a+c+d b+c+d a+b+c+d; do
			for test in x y z; do
				echo "k/q/$test/$preset/$profile/virtual/s1"
			done
		done
	done >lines
	ktstr-gauntlet select -q --level three-way <lines >chosen
	[ "$(wc -l <chosen)" -le 96 ]
	# Of machines their sizes count, not their names.
	three() {
		sed 's|/tiny-2llc/|/L2/C8/S0/|; s|/odd-3llc/|/L4/C16/S0/|; s|/smt-2llc/|/L2/C8/S1/|; s|/medium-4llc/|/L4/C64/S1/|' |
			awk -F/ '{ n = 0; value[++n] = $3; value[++n] = $4; value[++n] = $5; value[++n] = $6
			for (f = 1; f <= 4; f++) value[++n] = substr("abcd", f, 1) ($7 != "default" && index($7, substr("abcd", f, 1)) > 0)
			for (i = 1; i <= n; i++) for (j = 1; j < i; j++) for (k = 1; k < j; k++) print i value[i], j value[j], k value[k] }' | sort -u
	}
	diff <(three <lines) <(three <chosen)
}

@test "select: --level smoke shows each test, machine and flag once" {
	names a b c >lines
	run -0 --separate-stderr ktstr-gauntlet select --level smoke <lines
	[ "${#lines[@]}" = 3 ]
	for word in /a/ /b/ /c/ /tiny-1llc/ /smt-2llc/ /default/ /llc; do
		[[ $output == *"$word"* ]]
	done
	[[ $stderr == *"3 of 36 variants; "*" values" ]]
	# One value of each is covered by any of them.
	run -0 ktstr-gauntlet select -q --level pairwise < <(head -n 1 lines)
	[ "${#lines[@]}" = 1 ]
}

@test "select: a pattern, failures, a level and a budget act in this order" {
	names a b c d >lines
	while read -r name; do
		took "$name" 2 fail
	done < <(grep -v '/[cd]/' lines)
	run -0 --separate-stderr ktstr-gauntlet select --budget 6 --level pairwise --failed --match '*/[abc]/*' --results results <lines
	[ "${#lines[@]}" = 3 ]
	[[ $output != */c/* ]]
	[[ $stderr == "ktstr-gauntlet: 3 of 48 variants; 36 match; 24 did not pass the last time, 0 did, 0 were skipped, 12 have no result; "*" values and "*"; 6.0 of 6 s; "* ]]
}

@test "list: --level takes few of 2^40 profiles, which show each flag or each two of them" {
	{
		printf '[scheduler]\nbinary = build/scx_qmap\n'
		printf '[flag f%02d]\n' {1..40}
	} >ktstr/many.sched
	printf '[test]\nrequired-flags = f07\nexcluded-flags = f09\n[cgroup a]\n' >ktstr/plain.test
	files="--sched ktstr/many.sched ktstr/plain.test"
	# shellcheck disable=SC2086
	few() { ktstr-gauntlet list "$@" $files; }
	[ "$(few --level smoke --count)" = 2 ]
	[ "$(few --level pairwise --count)" = 10 ]
	[ "$(few --level three-way --count)" -le 40 ]
	[ "$(few --level full --count)" = 274877906944 ]
	few --level pairwise --profile '*' >lines
	[ "$(wc -l <lines)" = 10 ]
	[ "$(grep -c f07 lines)" = 10 ]
	[ "$(grep -c f09 lines)" = 0 ]
	# on, off; f07 and f09 are never both.
	awk -F/ '{ for (i = 1; i <= 40; i++) { f = sprintf("f%02d", i); on[i] = index($5, f) > 0 }
		for (i = 1; i <= 40; i++) for (j = 1; j < i; j++) print i, on[i], j, on[j] }' lines | sort -u >seen
	[ "$(grep -vcE '^(7|9) |^[0-9]+ [01] (7|9) ' seen)" = $((38 * 37 * 4 / 2)) ]
	run -2 --separate-stderr few --level pairwise --profile 'f1*'
	[ "$stderr" = "ktstr-gauntlet: --level chooses among all profiles: '--profile f1*' has no meaning beside it" ]
	run -2 --separate-stderr few --level two
	[[ $stderr == *"--level: 'two' is none of smoke, pairwise, three-way and full"* ]]
}
