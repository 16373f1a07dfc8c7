#!/usr/bin/env bats
# ktstr-gauntlet-select(1): which variants are chosen, and what is told of it.
# shellcheck disable=SC2154,SC2016 # run sets stderr; '$' is meant as it stands
bats_require_minimum_version 1.5.0
load helper
load gauntlet
load gauntlet-names

@test "select: without options all lines go out as they came in" {
	{
		names b a
		printf 'k/none/x/1n2l4c1t/default/real/s4294967295 0123abc\n\n\n'
		printf 'k/none/y/own/default/real/s0'
	} >lines
	run -0 --separate-stderr ktstr-gauntlet select <lines
	grep . lines | diff - <(printf '%s\n' "$output")
	[ "$stderr" = "ktstr-gauntlet: 26 of 26 variants" ]
	run -0 --separate-stderr ktstr-gauntlet select -q --level full <lines
	[ "${#lines[@]}" = 26 ]
	[ "$stderr" = "" ]
}

@test "select: a line that is no variant is refused with its number" {
	local -A wrong=(
		["a/b/c"]="it has 3 parts, KERNEL/SCHEDULER/TEST/PRESET/PROFILE/CLOCK/sSEED has 7"
		["word"]="it has 1 part, "
		["k/s/t/p/f/virtual/s1/"]="it has 8 parts"
		["k//t/p/f/virtual/s1"]="its scheduler is empty"
		["k/s/../p/f/virtual/s1"]="its test begins with a dot"
		["k/s/t/p/f/fast/s1"]="its clock is neither virtual nor real"
		["k/s/t/p/f/virtual/1"]="it does not end in a seed from s0 to s4294967295"
		["k/s/t/p/f/virtual/s4294967296"]="it does not end in a seed"
		["k/s/t/p/f/virtual/s-1"]="it does not end in a seed"
		[$'k/s/t\e[1m/p/f/virtual/s1']="its test has a blank or a control character"
	)
	for line in "${!wrong[@]}"; do
		printf 'k/s/t/p/f/virtual/s1\n%s\n' "$line" >lines
		for command in select "shard 1/2"; do
			# shellcheck disable=SC2086
			run -2 --separate-stderr ktstr-gauntlet $command <lines
			[ "$output" = "" ]
			[[ $stderr == "ktstr-gauntlet: standard input, line 2: '"*"' is no variant's name: ${wrong[$line]}"* ]]
			[[ $stderr != *$'\e'* ]]
		done
	done
	run -2 --separate-stderr ktstr-gauntlet select < <(printf 'k/s/t/p/f/virtual/s1\nk/\0/t\n')
	[ "$stderr" = "ktstr-gauntlet: standard input, line 2: a NUL byte" ]
	run -2 --separate-stderr ktstr-gauntlet select < <(names a a)
	[[ $stderr == *"standard input has the variant 'k/qmap/a/smt-2llc/default/virtual/s1' twice" ]]
	run -2 --separate-stderr ktstr-gauntlet select </dev/null
	[ "$stderr" = "ktstr-gauntlet: no variant on standard input; ktstr-gauntlet list prints some" ]
	run -2 --separate-stderr ktstr-gauntlet select < <(head -c 100000 /dev/zero | tr '\0' x)
	[[ $stderr == *"is no variant's name: it is longer than 3000" ]]
}

@test "select: --match keeps names that match any pattern" {
	names a b >lines
	run -0 --separate-stderr ktstr-gauntlet select --match '*/a/tiny*/s1' --match '*steal*s2' <lines
	[ "${#lines[@]}" = 7 ]
	[ "$stderr" = "ktstr-gauntlet: 7 of 24 variants; 7 match" ]
	run -2 --separate-stderr ktstr-gauntlet select --match '*' --match 'c/*' <lines
	[ "$stderr" = "ktstr-gauntlet: --match: no variant's name matches 'c/*'" ]
}

@test "select: --failed keeps what did not pass the last time" {
	local name=k/qmap/a/tiny-1llc/default/virtual
	for seed in 1 2 3 4 5 6 7 8; do echo "$name/s$seed"; done >lines
	took $name/s1 1
	took $name/s2 1 fail
	took $name/s3 1 inconclusive
	took $name/s4 1 skip
	took $name/s5 1 error
	mkdir -p results/$name/s6 results/$name/s7
	echo '{"verdict":' >results/$name/s6/result.json
	cp results/{$name/s1,$name/s7}/result.json # another variant's
	run -0 --separate-stderr ktstr-gauntlet select --failed --results results <lines
	[ "$output" = "$(printf "$name/s%d\n" 2 3 5 6 7)" ]
	[ "$stderr" = "ktstr-gauntlet: 5 of 8 variants; 5 did not pass the last time, 1 did, 1 were skipped, 1 have no result" ]
	# The first folder that has a result counts.
	mkdir newer
	mv results newer/results
	took $name/s2 1
	run -0 --separate-stderr ktstr-gauntlet select --failed --results results --results newer/results <lines
	[ "$output" = "$(printf "$name/s%d\n" 3 5 6 7)" ]
	run -1 --separate-stderr ktstr-gauntlet select --failed --results results < <(head -n 3 lines)
	[ "$output" = "" ]
	[ "$stderr" = "ktstr-gauntlet: no variant failed the last time: 1 passed, 0 were skipped, 2 have no result" ]
	run -2 --separate-stderr ktstr-gauntlet select --failed <lines
	[[ $stderr == *"--failed needs --results DIR, the results of earlier runs" ]]
}

@test "select: a result is read however its JSON is laid out" {
	local name=k/none/a/own/default/virtual/s1
	echo $name >lines
	mkdir -p results/$name
	told() { # told VERDICT SECONDS
		if [ "$1" = pass ]; then
			run -1 ktstr-gauntlet select --failed --results results <lines
		else
			run -0 ktstr-gauntlet select --failed --results results <lines
		fi
		run -0 --separate-stderr ktstr-gauntlet select --budget 1000 --results results <lines
		[[ $stderr == *"; $2 of 1000 s"* ]]
	}
	cat >whole.json <<-END
		{
		  "schema_version": 1,
		  "name": "$name",
		  "verdict": "fail",
		  "reasons": [
		    "\n  \"verdict\": \"pass\",\n"
		  ],
		  "payloads": {
		    "wall_s": 7.5
		  },
		  "host": {
		    "phases": {
		      "wall_s": 9.5
		    },
		    "wall_s": 3.25
		  }
		}
	END
	cp whole.json results/$name/result.json
	told fail 3.2
	jq -c . whole.json >results/$name/result.json
	told fail 3.2
	jq '.verdict = "pass"' whole.json >results/$name/result.json
	told pass 3.2
	jq --tab '.verdict = "pass" | .host.wall_s = 12' whole.json >results/$name/result.json
	told pass 12.0
	jq '.verdict = "pass" | .timings = {boot_s: 1, run_s: 1}' whole.json >results/$name/result.json
	told pass 2.0
	# Not a whole result: a failure whose time is not known.
	for count in 3 5 16; do
		head -n $count whole.json >results/$name/result.json
		told fail "8.6"
	done
	sed 's/"schema_version": 1/"schema_version": 2/' whole.json >results/$name/result.json
	told fail "8.6"
	sed 's/"name": "k/"name": "x/' whole.json >results/$name/result.json
	told fail "8.6"
}

# --- budget

@test "select: --budget takes what shows most for its time, flags of any name included" {
	cat >lines <<-'END'
		k/mine/a/own/default/virtual/s1
		k/mine/a/own/frob/virtual/s1
		k/mine/a/own/frob+nicate/virtual/s1
		k/mine/b/own/frob/virtual/s1
	END
	# All but the last take a second; together they do not fit.
	for profile in default frob frob+nicate; do
		took k/mine/a/own/$profile/virtual/s1 1
	done
	took k/mine/b/own/frob/virtual/s1 10
	run -0 --separate-stderr ktstr-gauntlet select --budget 2 --results results <lines
	[ "$output" = "k/mine/a/own/default/virtual/s1
k/mine/a/own/frob+nicate/virtual/s1" ]
	[[ $stderr == "ktstr-gauntlet: 2 of 4 variants; 2.0 of 2 s; 10 of 11 features and 6 of 9 pairs of them; left out: test b" ]]
	# With time for all, all are taken.
	run -0 --separate-stderr ktstr-gauntlet select --budget 13 --results results <lines
	diff lines <(printf '%s\n' "$output")
	[[ $stderr == *"4 of 4 variants; 13.0 of 13 s; 11 of 11 features"* ]]
	run -0 --separate-stderr ktstr-gauntlet select -v --budget 1 --results results <lines
	[ "${#lines[@]}" = 1 ]
	[[ $stderr == *"left out: flag mine.nicate on"* ]]
	[[ $stderr == *"left out: test b"* ]]
}

@test "select: what is chosen does not depend on the order of the lines" {
	names a b c >lines
	for option in "--budget 100" "--level pairwise" "--level smoke"; do
		# shellcheck disable=SC2086
		ktstr-gauntlet select -q $option <lines | sort >one
		# shellcheck disable=SC2086
		shuf --random-source=<(yes) lines | ktstr-gauntlet select -q $option | sort >two
		[ -s one ]
		diff one two
	done
}

@test "select: times that are not known are estimated from the test, and corrected by those that are" {
	printf '[test]\nduration = 10s\nsettle = 0s\n[cgroup a]\n' >slow.test
	printf '[test]\nduration = 1s\nsettle = 0s\n[cgroup a]\n' >quick.test
	printf 'k/none/%s/tiny-1llc/default/virtual/s1\n' slow quick >lines
	# By rule 1 + 3 * 10 + 4 / 32 s and 1 + 3 * 1 + 4 / 32 s.
	run -0 --separate-stderr ktstr-gauntlet select --budget 30 slow.test quick.test <lines
	[ "$output" = k/none/quick/tiny-1llc/default/virtual/s1 ]
	[[ $stderr == *"1 of 2 variants; 4.1 of 30 s, 1 of the times estimated;"* ]]
	# The other took twice as long as the rule says.
	took k/none/slow/tiny-1llc/default/virtual/s1 62.25
	run -0 --separate-stderr ktstr-gauntlet select --budget 30 --results results slow.test quick.test <lines
	[[ $stderr == *"1 of 2 variants; 8.2 of 30 s, 1 of the times estimated;"* ]]
	# An error tells nothing of the time.
	took k/none/slow/tiny-1llc/default/virtual/s1 0.1 error
	run -0 --separate-stderr ktstr-gauntlet select --budget 30 --results results slow.test quick.test <lines
	[[ $stderr == *"1 of 2 variants; 4.1 of 30 s, 1 of the times estimated;"* ]]
	run -1 --separate-stderr ktstr-gauntlet select --budget 0.5 slow.test quick.test <lines
	[ "$output" = "" ]
	[ "$stderr" = "ktstr-gauntlet: no variant fits in 0.5 s: the shortest, 'k/none/quick/tiny-1llc/default/virtual/s1', takes about 4.1 s" ]
}

@test "select: files tell the test's own machine, its work, its steps and its tags" {
	ktstr-gauntlet list --sched ktstr/qmap.sched ktstr/swap.test ktstr/plain.test >lines
	run -0 --separate-stderr ktstr-gauntlet select -v --budget 9 <lines
	[ "${#lines[@]}" = 1 ]
	[[ $stderr != *" tag "* ]]
	files="--sched ktstr/qmap.sched ktstr/swap.test ktstr/plain.test"
	# shellcheck disable=SC2086
	run -0 --separate-stderr ktstr-gauntlet select -v --budget 9 $files <lines
	[ "$output" = kernel/qmap/swap/own/llc+steal/virtual/s1 ]
	for feature in "test plain" "scheduler none" "LLCs <= 1"; do
		[[ $stderr == *"left out: $feature"* ]]
	done
	printf '[test]\nscheduler = none\nworkers = 4\ntags = some other\n[cgroup a]\nwork = yield-heavy\nwork = mixed\n[step a]\nfreeze = a\nhold = 50%%\n[step b]\nthaw = a\nhold = 50%%\n' >ktstr/plain.test
	# shellcheck disable=SC2086
	run -0 --separate-stderr ktstr-gauntlet select -v --budget 9 $files <lines
	[ "$output" = kernel/none/plain/own/default/virtual/s1 ]
	for feature in "test swap" "tag quick" "op swap-cpusets" "LLCs <= 2" "flag qmap.llc on"; do
		[[ $stderr == *"left out: $feature"* ]]
	done
	run -2 --separate-stderr ktstr-gauntlet select --sched no.sched <lines
	[[ $stderr == *"cannot read 'no.sched'"* ]]
	echo 'wrok = x' >>ktstr/plain.test
	run -2 --separate-stderr ktstr-gauntlet select ktstr/plain.test <lines
	[[ $stderr == *"ktstr/plain.test:14:1: unknown key 'wrok'"* ]]
}

# --- the command line

@test "select, shard: what is wrong is refused with exit 2" {
	names a >lines
	local -A wrong=(
		["select --budget 0"]="--budget: '0' is no number of seconds above 0"
		["select --budget 5m"]="--budget: '5m' is no number of seconds"
		["select --budget -3"]="--budget: '-3' is no number of seconds"
		["select --level pairs"]="--level: 'pairs' is none of smoke, pairwise, three-way and full"
		["select --level pairwize"]="did you mean 'pairwise'?"
		["select --frob"]="unrecognized option '--frob'"
		["select x.test"]="cannot read 'x.test'"
		["shard"]="shard takes a part such as 1/4; see --help"
		["shard 0/4"]="'0/4' is no part such as 1/4: K/N with K from 1 to N, and N up to 1000"
		["shard 5/4"]="'5/4' is no part such as 1/4"
		["shard 1/0"]="'1/0' is no part such as 1/4"
		["shard 1"]="'1' is no part such as 1/4"
		["shard 1/1001"]="'1/1001' is no part such as 1/4"
		["shard 1/4 --level full"]="unrecognized option '--level'"
	)
	for line in "${!wrong[@]}"; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr ktstr-gauntlet $line <lines
		[ "$output" = "" ]
		[[ $stderr == "ktstr-gauntlet: "*"${wrong[$line]}"* ]]
		[ "$(wc -l <<<"$stderr")" = 1 ]
	done
}

@test "select, shard: their manual page lists exactly the options of --help" {
	page=$KTSTR_TOP/doc/ktstr-gauntlet-select.1
	for command in select shard; do
		ktstr-gauntlet $command --help
	done | grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u >told
	grep '^\.It Fl' "$page" | grep -oE 'Fl -[a-z-]+' | sed 's/Fl -/--/' | sort | diff told -
	run -0 groff -mdoc -Tutf8 -ww -z "$page"
	[ -z "$output" ]
	run -125 bash -c 'ktstr-gauntlet select </dev/stdin >/dev/full' < <(names a)
}
