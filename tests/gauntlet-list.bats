#!/usr/bin/env bats
# ktstr-gauntlet(1), list: many flags, what is left out, what a test is for.
# shellcheck disable=SC2154,SC2030,SC2031 # run sets stderr and output
bats_require_minimum_version 1.5.0
load helper
load gauntlet

# flags N: a declaration of N flags that nothing joins, and a test.
flags() {
	printf '[scheduler]\nbinary = x\n' >many.sched
	printf '[flag f%d]\n' $(seq 0 $(($1 - 1))) >>many.sched
	printf '[cgroup a]\n' >a.test
}

list() { ktstr-gauntlet list --sched many.sched "$@" a.test; }

@test "gauntlet: --count prints the number of variants, without going through them" {
	flags 40
	run -0 --separate-stderr list --count --profile '*'
	[ "$output|$stderr" = "1099511627776|" ]
	run -0 list --count --profile '*' --seed 1..50 --kernel a --kernel b --clock real --clock virtual
	[ "$output" = $((1099511627776 * 50 * 2 * 2)) ]
	run -0 list --count --profile 'f3+*'
	[ "$output" = $(((1 << 36) - 1)) ]
	run -0 list --count --preset 'tiny-*' --preset own
	[ "$output" = 3 ]
	flags 127
	run -0 list --count --profile '*'
	[ "$output" = 170141183460469231731687303715884105728 ]
	run -1 --separate-stderr list --count --profile '*' --seed 1 --seed 2
	[ "$output" = "" ]
	[ "$stderr" = "ktstr-gauntlet: the variants cannot be counted: they are 2^128 and more" ]
}

@test "gauntlet: the count is that of the list" {
	for arg in '--profile *' '--profile *fast --seed 3..7' '--preset * --profile llc*' ''; do
		set -f
		# shellcheck disable=SC2086 # options and their values
		run -0 --separate-stderr ktstr-gauntlet list -q --sched ktstr/qmap.sched $arg ktstr/swap.test ktstr/plain.test
		local n=${#lines[@]}
		[ "$n" -ge 2 ]
		# shellcheck disable=SC2086
		run -0 ktstr-gauntlet list -q --count --sched ktstr/qmap.sched $arg ktstr/swap.test ktstr/plain.test
		set +f
		[ "$output" -eq "$n" ] || {
			echo "$arg: $output is not $n"
			return 1
		}
	done
}

@test "gauntlet: a pattern goes through no more profiles than it matches" {
	flags 120
	run -0 --separate-stderr list --profile 'f7+f30+f119' --profile 'f?+f11[5-9]' --profile default
	[ "${#lines[@]}" -eq 52 ]
	[ "${lines[0]}" = kernel/many/a/own/default/virtual/s1 ]
	[ "${lines[1]}" = kernel/many/a/own/f0+f115/virtual/s1 ]
	[[ $output == */own/f7+f30+f119/virtual/s1* ]]
	run -2 --separate-stderr list --profile 'f0*' --profile 'f30+f7'
	[ "$stderr" = "ktstr-gauntlet: --profile: no profile is named 'f30+f7'" ]
}

@test "gauntlet: too many variants are refused with their number, or --limit takes the first" {
	flags 40
	run -2 --separate-stderr list --profile '*'
	[ "$output" = "" ]
	[ "$stderr" = "ktstr-gauntlet: 1099511627776 variants are selected, more than 1000000; choose fewer, by --profile, --preset and --seed, or take the first N of them by --limit N" ]
	run -0 --separate-stderr list --profile '*' --limit 5
	[ "$(cut -d/ -f5 <<<"$output" | paste -sd' ')" = "default f0 f1 f0+f1 f2" ]
	[ "$stderr" = "ktstr-gauntlet: the first 5 of 1099511627776 variants; --limit leaves 1099511627771 out" ]
	run -0 --separate-stderr list --profile f9 --limit 5
	[ "$output|$stderr" = "kernel/many/a/own/f9/virtual/s1|" ]
	touch entry/bzImage
	mkdir -p build && cp many.sched x
	run -2 --separate-stderr ktstr-gauntlet plan --sched many.sched --init init --kernel k=entry --profile '*' a.test
	[[ $stderr == *"1099511627776 variants are selected, more than 100000; choose"* ]]
	run -0 --separate-stderr ktstr-gauntlet plan --sched many.sched --init init --kernel k=entry --profile '*' --limit 3 a.test
	[ "$(grep -c '^ktstr-run-all: results' <<<"$output")" -eq 3 ]
}

@test "gauntlet: flags too tangled to count are said to be, and are listed all the same" {
	# The second half requires some of the first, without any order.
	awk 'BEGIN { print "[scheduler]\nbinary = x"; x = 12345
		for (i = 0; i < 126; i++) {
			print "[flag f" i "]"
			for (k = 0; i >= 63 && k < 63; k++) {
				x = (x * 1103515245 + 12345) % 2147483648
				if (int(x / 65536) % 64 < 5) print "requires = f" k
			}
		} }' >many.sched
	printf '[cgroup a]\n' >a.test
	run -1 --separate-stderr list --count --profile '*'
	[ "$stderr" = "ktstr-gauntlet: the variants cannot be counted: the flags require each other in too many ways to count the profiles exactly" ]
	run -0 --separate-stderr list --profile '*' --limit 4
	[ "${#lines[@]}" -eq 4 ]
	[[ $stderr == *"4 variants at most; how many --limit leaves out is not known: the flags require each other"* ]]
}

@test "gauntlet: --why tells of each preset whether a test runs there, and why not" {
	run -0 --separate-stderr ktstr-gauntlet list --sched ktstr/qmap.sched --why swap ktstr/swap.test
	[ "$stderr" = "" ]
	[[ $output == *"swap on tiny-1llc: left out, 1 LLC is fewer than min-llcs = 2"* ]]
	[[ $output == *"swap on tiny-2llc: runs"* ]]
	[[ $output == *"swap on numa2-4llc: left out, 2 nodes are more than max-nodes = 1, the default"* ]]
	[[ $output == *"swap on near-max-llc: left out, 15 LLCs are more than max-llcs = 12, the default"* ]]
	[[ $output == *"swap on zoo-llc-sizes: ends as skip, no QEMU up to 10.0 can"* ]]
	sed -i '2i max-nodes = 1\nrequires-smt = yes' ktstr/swap.test
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --why 'numa2-*' --preset '*4llc' ktstr/*.test
	[ "$output" = "swap with qmap on numa2-4llc: left out, 2 nodes are more than max-nodes = 1
plain with none on numa2-4llc: left out, 2 nodes are more than max-nodes = 1, the default" ]
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --why tiny-2llc --json ktstr/swap.test
	[ "$(jq -c '[.test, .scheduler, .preset, .topology, .cpus, .fate, .reason]' <<<"$output")" = '["swap","qmap","tiny-2llc","1n2l2c1t",4,"left out","no core has two threads online, and requires-smt = yes"]' ]
	sed -i 's/= disjoint 0.2/= llc 1/' ktstr/swap.test
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --why zoo-smt4 ktstr/swap.test
	[ "$output" = "swap on zoo-smt4: runs" ]
	sed -i 's/^min-llcs.*//; s/= llc 1/= llc 5/' ktstr/swap.test
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --topology 1n8l1c2t --why zoo-smt4 ktstr/swap.test
	[[ $output == "swap on zoo-smt4: left out, ktstr/swap.test:"*": on 1n2l2c4t: there is no LLC 5"* ]]
	# A declaration's limits hold for each of its tests.
	sed -i '2i max-nodes = 3' ktstr/qmap.sched
	printf '[cgroup a]\n' >ktstr/any.test
	run -0 ktstr-gauntlet list --sched ktstr/qmap.sched --why 'numa?-*llc' ktstr/any.test
	[[ $output == *"any on numa2-4llc: runs"*"any on numa4-8llc: left out, 4 nodes are more than max-nodes = 3"* ]]
	run -0 ktstr-gauntlet list -q --sched ktstr/qmap.sched --preset 'numa?-*' ktstr/any.test
	[ "$output" = "kernel/qmap/any/numa2-4llc/default/virtual/s1
kernel/qmap/any/numa2-8llc/default/virtual/s1
kernel/qmap/any/numa2-8llc-nosmt/default/virtual/s1" ]
	run -2 --separate-stderr ktstr-gauntlet list --why elephant ktstr/plain.test
	[ "$stderr" = "ktstr-gauntlet: --why: neither a test nor a preset that is selected is named 'elephant'" ]
}

@test "gauntlet: a test may be for some seeds, presets and clocks only" {
	cat >only.test <<-'END'
		[test]
		scheduler = none
		seeds     = 3..5 77
		presets   = tiny-* smt-2llc
		clocks    = real
		[cgroup a]
	END
	run -0 --separate-stderr ktstr-gauntlet list only.test
	[ "$(cut -d/ -f4- <<<"$output" | paste -sd' ')" = "own/default/real/s3 own/default/real/s4 own/default/real/s5 own/default/real/s77" ]
	[ "$stderr" = "" ]
	run -0 --separate-stderr ktstr-gauntlet list --preset '*2llc' --seed 1..4 --clock virtual --clock real only.test
	[ "$output" = "kernel/none/only/tiny-2llc/default/real/s3
kernel/none/only/tiny-2llc/default/real/s4
kernel/none/only/smt-2llc/default/real/s3
kernel/none/only/smt-2llc/default/real/s4" ]
	[[ $stderr == *"test 'only' is not run under the virtual clock, because of its 'clocks ='"* ]]
	[[ $stderr == *"test 'only' is not run with 2 of the seeds selected, because of its 'seeds ='"* ]]
	run -0 ktstr-gauntlet list --why odd-3llc only.test
	[ "$output" = "only on odd-3llc: left out, the test's 'presets =' does not name it" ]
	run -2 --separate-stderr ktstr-gauntlet list --seed 1 only.test
	[[ $stderr == *"no variant is selected" ]]
}

@test "gauntlet: what has no meaning together is refused" {
	flags 2
	local -A wanted=(
		["--count --json"]="--count prints a number alone: --json has no meaning beside it"
		["--count --limit 3"]="--count prints a number alone: --limit has no meaning beside it"
		["--why a --limit 3"]="--why explains all: --limit has no meaning beside it"
		["--limit 0"]="--limit: '0' is no number from 1 to 4294967295"
		["--seed 5..2"]="--seed: '5..2' is no number from 0 to 4294967295, and no range of them such as 1..50"
		["--seed 1..3 --seed 2"]="--seed: seed 2 is given twice"
		["--seed 0..4294967295"]="--seed: '0..4294967295' makes more than 10000 seeds"
		["--clock real --clock real"]="--clock: real is given twice"
	)
	for words in "${!wanted[@]}"; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr list $words
		[ "$stderr" = "ktstr-gauntlet: ${wanted[$words]}" ] || {
			echo "$words: $stderr"
			return 1
		}
	done
}

@test "gauntlet: a preset that nothing can build ends as skip, with the reason" {
	printf '[test]\nscheduler = none\n[cgroup a]\n' >a.test
	run -4 --separate-stderr ktstr-vm run --kernel entry --test a.test --preset zoo-llc-sizes --out out
	[[ $stderr == *"preset 'zoo-llc-sizes': no QEMU up to 10.0 can give last-level caches different sizes"* ]]
	run -4 --separate-stderr ktstr-vm topology --kernel entry zoo-capacities
	[[ $stderr == *"preset 'zoo-capacities': no QEMU"* ]]
}

@test "presets: doc/presets.md has each of them, as it is" {
	printf '[cgroup a]\n' >a.test
	ktstr-gauntlet list --why a --json a.test |
		jq -r '"| \(.preset) | `\(.topology)` | \(.cpus) | \(.about) |"' >rows
	[ "$(wc -l <rows)" -ge 48 ]
	while read -r row; do
		grep -qF "$row" "$KTSTR_TOP/doc/presets.md" || {
			echo "doc/presets.md has no $row"
			return 1
		}
	done <rows
	[ "$(grep -c '^| [a-z0-9-]* | `' "$KTSTR_TOP/doc/presets.md")" -eq "$(wc -l <rows)" ]
}

@test "gauntlet: limits of a declaration hold for tests that say none" {
	printf '[scheduler]\nbinary = x\nmin-llcs = 4\nmax-cpus = 16\n' >wide.sched
	printf '[cgroup a]\n' >any.test
	printf '[test]\nmin-llcs = 1\n[cgroup a]\n' >own.test
	run -0 ktstr-gauntlet list -q --sched wide.sched --preset 'tiny-*' --preset 'odd-[57]*' any.test own.test
	[ "$output" = "$(printf '%s\n' kernel/wide/any/odd-{5,7}llc/default/virtual/s1 \
		kernel/wide/own/tiny-{1,2}llc/default/virtual/s1 kernel/wide/own/odd-{5,7}llc/default/virtual/s1)" ]
	run -0 --separate-stderr ktstr-gauntlet list --sched wide.sched --why any --preset tiny-2llc any.test
	[[ $output == *"2 LLCs are fewer than min-llcs = 4"* ]]
	run -0 ktstr-gauntlet show --sched wide.sched any.test
	[[ ${lines[0]} == *"machine 1n4l2c1t"* ]] # the default, made wide enough
}
