#!/usr/bin/env bats
# Real results: every field is documented, a failure's command reproduces it, and
# two of them can be compared.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load project

setup() {
	needs_kernel
	cd "$BATS_TEST_TMPDIR" || return 1
}

# rich_test [LINE]: one that has nearly everything that a result may tell.
rich_test() {
	cat >ktstr/rich.test <<-END
		[test]
		${1:-}
		monitor = yes
		duration = 300ms
		settle = 20ms
		topology = 1n1l2c1t
		[cgroup a]
		work = bursty workers=1 burst=2ms sleep=3ms
		work = cache-pressure workers=2
		[cgroup b]
		work = cpu-spin workers=1
		[payload count]
		command = echo '{"n": 7}'
		output = json
		metric = n min=7 max=7 unit=1 better=higher
		[step one]
		set-weight = a 300
		hold = 100%
		[check]
		max-gap = 250ms
		max-spread = none
		isolation = no
	END
}

@test "results: each field is documented, and each documented one is in a result" {
	new_project p
	rm ktstr/*.test
	rich_test $'required-flags = per-llc\nverifier = numbers'
	sed 's/max-gap = .*/max-gap = 1us/' ktstr/rich.test >ktstr/poor.test
	export CI=true
	run ! kmake ktstr-test
	[[ $output == *"1 passed, 1 failed, 0 inconclusive, 0 skipped, 0 errors"* ]]
	# Under the real clock there is more to tell of the host.
	run kmake ktstr-test TEST=rich KTSTR_CLOCK=real KTSTR_RETRIES=0
	run -0 find ktstr-out/results -name result.json
	[ "${#lines[@]}" = 3 ]
	python3 "$KTSTR_TOP/tests/fields.py" "$KTSTR_TOP/doc/results.md" "${lines[@]}"
	[ "$(result .host.run_source k/scx_mini/rich/own/per-llc/virtual/s1)" = ci ]
}

@test "results: the printed command gives the same result, and compare finds what changed" {
	mkdir -p p/ktstr
	scenario_project p
	printf 'include %s\n' "$KTSTR_TOP/mk/ktstr.mk" >Makefile
	rich_test
	git init -q . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first
	run -0 kmake ktstr-test
	local name=k/none/rich/own/default/virtual/s1
	[[ $(result .host.project_commit $name) =~ ^[0-9a-f]{7}(-dirty)?$ ]]
	cp -R ktstr-out/results base

	# Nothing changed: nothing to tell.
	run -0 kmake ktstr-compare BASE=base
	[[ $output == *"inputs that differ, with the number of pairs: none"*"differences: none"* ]]

	# Two workers more are seen, and not worse than the gates; then a limit fails.
	sed -i 's/bursty workers=1/bursty workers=3/; s/max-gap = .*/max-gap = 1us/' ktstr/rich.test
	run ! kmake ktstr-test
	[[ $output == *"0 passed, 1 failed"* ]]
	again=$(sed -n 's/^  again: //p' <<<"$output")
	cp "ktstr-out/results/$name/result.json" first.json
	run ! kmake -s ktstr-compare BASE=base
	[[ $output == *"test (1)"*"REGRESSION rich: 1 of 1 passed, now 0 of 1"* ]]
	[[ $output == *"  again: $again"* ]]

	# As a person does: the line alone, in a shell that has never heard of us.
	run -1 env -i HOME="$HOME" PATH=/usr/bin:/bin sh -c "$again --out again"
	jq -S 'del(.host)' first.json >one
	jq -S 'del(.host)' again/result.json >two
	# The identity is the plan's.
	diff <(jq 'del(.identity)' one) <(jq 'del(.identity)' two)
	[ "$(jq -r .verdict again/result.json)" = fail ]

	sed -i 's/max-gap = .*/max-gap = 250ms/' ktstr/rich.test
	run -0 kmake ktstr-test
	run kmake -s ktstr-compare BASE=base KTSTR_COMPARE_ARGS=--all
	[[ $output == *"total_iterations"* ]]
	[[ $output == *"1 variants: 1 with differences"* ]]
	run -2 --separate-stderr kmake ktstr-compare
	[[ $stderr == *"ktstr: ktstr-compare needs BASE=DIR, a folder of other results"* ]]
}
