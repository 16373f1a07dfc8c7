#!/usr/bin/env bats
# ktstr-gauntlet(1): what the manual page promises on files, variants and options.
# shellcheck disable=SC2154,SC2016 # run sets stderr; '$' is meant as it stands
bats_require_minimum_version 1.5.0
load helper
load gauntlet

@test "gauntlet: check is silent about files that are right" {
	run -0 --separate-stderr ktstr-gauntlet check ktstr/*.sched ktstr/*.test
	[ "$output$stderr" = "" ]
}

@test "gauntlet: check shows all mistakes at once and exits 2" {
	printf '[cgroup a]\nwork = cpu-spn\nwrok = mixed\n' >bad.test
	run -2 --separate-stderr ktstr-gauntlet check bad.test
	[ "$output" = "" ]
	[ "$stderr" = "bad.test:2:8: unknown work type 'cpu-spn'
  work = cpu-spn
         ^~~~~~~
  did you mean 'cpu-spin'?
bad.test:3:1: unknown key 'wrok'
  wrok = mixed
  ^~~~
  did you mean 'work'?" ]
}

@test "gauntlet: check looks at tests together with their declarations" {
	sed -i 's/= steal/= steel/' ktstr/swap.test
	run -0 ktstr-gauntlet check ktstr/swap.test
	run -2 --separate-stderr ktstr-gauntlet check ktstr/swap.test ktstr/qmap.sched
	[[ $stderr == *"swap.test:3:18: scheduler 'qmap' declares no flag 'steel'"* ]]
	[[ $stderr == *"did you mean 'steal'?"* ]]
	printf '[test]\nscheduler = qmpa\n[cgroup a]\n' >ktstr/other.test
	run -2 --separate-stderr ktstr-gauntlet check ktstr/other.test ktstr/qmap.sched
	[[ $stderr == *"scheduler 'qmpa' is not declared by any file given"* ]]
	[[ $stderr == *"did you mean 'qmap'?"* ]]
}

@test "gauntlet: a required flag that pulls in an excluded one is refused" {
	sed -i 's/^tags.*/excluded-flags = llc/' ktstr/swap.test
	run -2 --separate-stderr ktstr-gauntlet check ktstr/swap.test ktstr/qmap.sched
	[[ $stderr == *"excludes flag 'llc', which its required flags need"* ]]
}

@test "gauntlet: a cpuset that cannot fit the test's machine is refused" {
	sed -i 's/cpuset = disjoint 0.2/cpuset = llc 2/' ktstr/swap.test
	run -2 --separate-stderr ktstr-gauntlet list --sched ktstr/qmap.sched ktstr/swap.test
	[[ $stderr == *"on 1n2l4c1t: there is no LLC 2: the machine has 2"* ]]
	sed -i 's/topology.*/& memory=1G/; s/2l4c/1l4c/' ktstr/qmap.sched
	run -2 --separate-stderr ktstr-gauntlet list --sched ktstr/qmap.sched ktstr/swap.test
	[[ $stderr == *"the machine 1n1l4c1t memory=1024M of scheduler 'qmap' is too small"* ]]
}

@test "gauntlet: a file that cannot be read exits 2 with the reason" {
	run -2 --separate-stderr ktstr-gauntlet check no.test
	[ "$stderr" = "ktstr-gauntlet: cannot read 'no.test': No such file or directory" ]
	run -2 --separate-stderr ktstr-gauntlet check init
	[ "$stderr" = "ktstr-gauntlet: 'init' ends neither in .sched nor in .test" ]
	printf '[cgroup a]\n\0' >nul.test
	run -2 --separate-stderr ktstr-gauntlet check nul.test
	[ "$stderr" = "nul.test:2:1: a NUL byte: this is no text file" ]
}

@test "gauntlet: show tells who set each check" {
	run -0 ktstr-gauntlet show --sched ktstr/qmap.sched ktstr/swap.test
	[ "${lines[0]}" = "test swap, scheduler qmap, machine 1n2l4c1t, profile llc+steal" ]
	[[ $output == *"max-spread  "*" 20%      test "* ]]
	[[ $output == *"max-gap  "*" 2000ms   default "* ]]
	run -0 ktstr-gauntlet show --json --sched ktstr/qmap.sched ktstr/swap.test
	[ "$(jq -c '.checks[2] | [.name, .limit == 20, .unit, .layer]' <<<"$output")" = '["max-spread",true,"percent","test"]' ]
}

# --- list

@test "gauntlet: list prints a variant on the test's own machine by default" {
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched ktstr/swap.test ktstr/plain.test
	[ "$output" = "kernel/qmap/swap/own/llc+steal/virtual/s1
kernel/none/plain/own/default/virtual/s1" ]
	run -0 ktstr-gauntlet list --json --sched ktstr/qmap.sched ktstr/swap.test
	[ "$(jq -c '[.topology, .flags, .seed]' <<<"$output")" = '["1n2l4c1t",["llc","steal"],1]' ]
}

@test "gauntlet: a test without scheduler runs on all that are declared" {
	sed -i /required-flags/d ktstr/swap.test
	cp ktstr/qmap.sched ktstr/other.sched
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --sched ktstr/other.sched --sched none --clock real ktstr/swap.test --topology 1n2l2c1t
	[ "$output" = "kernel/qmap/swap/1n2l2c1t/default/real/s1
kernel/other/swap/1n2l2c1t/default/real/s1
kernel/none/swap/1n2l2c1t/default/real/s1" ]
}

@test "gauntlet: profiles are all sets of flags that hold what they require" {
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --profile '*' ktstr/swap.test
	[ "$output" = "kernel/qmap/swap/own/llc+steal/virtual/s1
kernel/qmap/swap/own/llc+steal+fast/virtual/s1" ]
	sed -i /required-flags/d ktstr/swap.test
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --profile '*' ktstr/swap.test
	[ "$(cut -d/ -f5 <<<"$output" | paste -sd' ')" = "default llc llc+steal fast llc+fast llc+steal+fast" ]
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --profile 'llc*fast' ktstr/swap.test
	[ "${#lines[@]}" -eq 2 ]
	run -2 --separate-stderr ktstr-gauntlet list --sched ktstr/qmap.sched --profile slow ktstr/swap.test
	[ "$stderr" = "ktstr-gauntlet: test 'swap' is not run with scheduler 'qmap': none of its profiles there is named 'slow'
ktstr-gauntlet: no variant is selected" ]
}

@test "gauntlet: six flags with one dependency give 48 profiles" {
	printf '[scheduler]\nbinary = x\n' >six.sched
	printf '[flag %s]\n' llc borrow rebal reject-pin no-ctrl >>six.sched
	printf '[flag steal]\nrequires = llc\n' >>six.sched
	printf '[cgroup a]\n' >a.test
	run -0 ktstr-gauntlet list --sched six.sched --profile '*' a.test
	[ "${#lines[@]}" -eq 48 ]
}

@test "gauntlet: presets outside a test's limits are left out, and a note says so" {
	run -0 --separate-stderr ktstr-gauntlet list --sched ktstr/qmap.sched --preset '*' ktstr/swap.test
	[ "$(cut -d/ -f4 <<<"$output" | head -n 3 | paste -sd' ')" = "own tiny-2llc odd-3llc" ]
	[[ $output != */numa[24]* ]]
	[[ $stderr == *"test 'swap' is not run on "*" of the machines selected"* ]]
	run -0 --separate-stderr ktstr-gauntlet list -q --sched ktstr/qmap.sched --preset 'tiny-*' ktstr/swap.test
	[ "$stderr" = "" ]
	run -0 --separate-stderr ktstr-gauntlet list -v --sched ktstr/qmap.sched --preset 'tiny-*' ktstr/swap.test
	[[ $stderr == *"test 'swap' is not run on tiny-1llc: 1 LLC is fewer than min-llcs = 2"* ]]
	run -2 --separate-stderr ktstr-gauntlet list --sched ktstr/qmap.sched --preset tiny-3llc ktstr/swap.test
	[[ $stderr == *"no preset is named 'tiny-3llc', did you mean 'tiny-1llc'?" ]]
}

@test "gauntlet: what is left out of many tests is noted a few times, and counted" {
	local i
	for i in 1 2 3 4 5 6 7; do
		printf '[test]\nscheduler = none\nmax-cpus = 8\n[cgroup a]\n' >ktstr/t$i.test
	done
	run -0 --separate-stderr ktstr-gauntlet list --preset '*2llc' ktstr/t?.test
	[ "$(grep -c "is not run on 1 of the machines selected" <<<"$stderr")" = 5 ] || { echo "$stderr" && false; }
	[ "$(tail -n 1 <<<"$stderr")" = "ktstr-gauntlet: 2 more tests are not run on some of the machines selected; -v names them" ]
	run -0 --separate-stderr ktstr-gauntlet list -v --preset '*2llc' ktstr/t?.test
	[ "$(grep -c "is not run on 1 of the machines selected" <<<"$stderr")" = 7 ]
	# Some tests have the profile, and one has not.
	run -0 --separate-stderr ktstr-gauntlet list --sched ktstr/qmap.sched --profile default ktstr/swap.test ktstr/t1.test
	[ "$output" = kernel/none/t1/own/default/virtual/s1 ]
	[ "$stderr" = "ktstr-gauntlet: test 'swap' is not run with scheduler 'qmap': none of its profiles there is named 'default'" ]
}

@test "gauntlet: tags, kernels and seeds select in the order given" {
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --tag 'qu*' --kernel b --kernel a=entry --seed 7 --seed 3 ktstr/*.test
	[ "$output" = "b/qmap/swap/own/llc+steal/virtual/s7
b/qmap/swap/own/llc+steal/virtual/s3
a/qmap/swap/own/llc+steal/virtual/s7
a/qmap/swap/own/llc+steal/virtual/s3" ]
}

@test "gauntlet: what it does not understand exits 2 with a sentence" {
	local -A wanted=(
		["list"]="list takes TEST...; see --help"
		["lst x"]="no command is named 'lst', did you mean 'list'?; see --help"
		["compar a b"]="no command is named 'compar', did you mean 'compare'?; see --help"
		["-q shard 1/4"]="options stand behind 'shard'"
		["-v compare a"]="options stand behind 'compare'"
		["check --seed 1 x"]="'check' has no option --seed"
		["list --seed -1 x"]="--seed: '-1' is no number from 0 to 4294967295, and no range of them such as 1..50"
		["list --clock slow x"]="--clock: 'slow' is neither virtual nor real"
		["list --topology 1n x"]="--topology: '1n' is no topology: write nodes, LLCs in all, cores per LLC, threads per core as 1n2l4c1t"
		["list --topology 1n1l2c1t --topology 01n1l2c1t x"]="--topology: 1n1l2c1t is given twice"
		["list --kernel a/b x"]="--kernel: 'a/b' is no label: letters, digits, '-', '_', '+' and '.'"
		["report --format yaml x"]="--format: no format is named 'yaml'"
		["-q"]="a command is missing; see --help"
	)
	for words in "${!wanted[@]}"; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr ktstr-gauntlet $words
		[ "$stderr" = "ktstr-gauntlet: ${wanted[$words]}" ] || {
			echo "$words: $stderr"
			return 1
		}
	done
}

@test "gauntlet: the manual lists the options of --help" {
	ktstr-gauntlet --help | grep -oE -- '--[a-z-]+' | sort -u >help.list
	sed -n 's/^\.It .*Fl -\([a-z-]*\).*/--\1/p' "$KTSTR_TOP"/doc/ktstr-gauntlet{,-list}.1 | sort -u >man.list
	diff -u help.list man.list
}

@test "gauntlet: maxima that nobody wrote do not bind a shape that was asked for" {
	printf '[test]\nscheduler = none\n[cgroup a]\n' >any.test
	run -0 --separate-stderr ktstr-gauntlet list --topology 2n4l2c2t any.test
	[[ $output == */2n4l2c2t/* ]]
	printf '[test]\nscheduler = none\nmax-nodes = 1\n[cgroup a]\n' >one.test
	run -0 --separate-stderr ktstr-gauntlet list --topology 2n4l2c2t --topology 1n2l2c1t one.test
	[[ $output != *2n4l2c2t* ]]
	[[ $stderr == *"test 'one' is not run on 1 of the machines"* ]]
}
