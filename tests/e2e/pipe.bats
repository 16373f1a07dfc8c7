#!/usr/bin/env bats
# The pipe that needs no plan: list | select | shard | ktstr-vm run --variant.
# shellcheck disable=SC2154 # run sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load project

setup() { needs_kernel; }

# A project without a scheduler of its own, whose kernel is there already.
@test "pipe: list, select and shard feed ktstr-vm run --variant, which finds the files in the project" {
	scenario_project "$BATS_TEST_TMPDIR/p"
	mkdir ktstr other
	printf '[test]\nduration = 20ms\nsettle = 0s\n[cgroup a]\nwork = cpu-spin workers=1\n[check]\nmax-spread = none\nmax-gap = none\n' >ktstr/short.test
	sed 's/workers=1/workers=2/' ktstr/short.test >other/pair.test
	export KTSTR_CACHE_DIR=$BATS_TEST_TMPDIR/cache
	kmake -s ktstr-list KTSTR_TESTS='ktstr/short.test other/pair.test' KTSTR_SEEDS='1 2' >all
	[ "$(wc -l <all)" = 4 ]
	: >paths
	for k in 1 2; do
		ktstr-gauntlet select --match 'k/none/*' --budget 600 <all 2>>notes |
			ktstr-gauntlet shard $k/2 2>>notes |
			xargs -n1 ktstr-vm run --variant >>paths 2>>notes || { cat notes && false; }
	done
	cat notes
	diff <(sed 's|.*|ktstr-out/results/&/result.json|' all | sort) <(sort paths)
	# One template for the four, and what make would have written.
	xargs jq -r .host.phases.start <paths >starts
	[ "$(grep -c clone starts)" -ge 3 ]
	while read -r name; do
		[ "$(result .name "$name")" = "$name" ]
		[ "$(result .verdict "$name")" = pass ]
	done <all
	# Now times are known, and nothing failed.
	run -0 --separate-stderr ktstr-gauntlet select --budget 600 --results ktstr-out/results <all
	[[ $stderr == *"4 of 4 variants; "*" of 600 s; "* ]]
	run -1 --separate-stderr ktstr-gauntlet select --failed --results ktstr-out/results <all
	[ "$stderr" = "ktstr-gauntlet: no variant failed the last time: 4 passed, 0 were skipped, 0 have no result" ]
}
