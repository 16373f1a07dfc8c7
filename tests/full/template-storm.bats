#!/usr/bin/env bats
# A hundred kills at random moments, with four workers on one cache of templates.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper

@test "template: kill -9 at any moment of making, using and evicting leaves nothing" {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	local worker pids=() path
	cd "$BATS_TEST_TMPDIR"
	export KERNEL=$KTSTR_TEST_KERNEL_ENTRY KTSTR_CACHE_DIR=$BATS_TEST_TMPDIR/cache
	for worker in 1 2 3 4; do
		"$KTSTR_TOP/tests/full/template-storm.sh" "$worker" "${KTSTR_STORM_ROUNDS:-25}" \
			>"table-$worker" 2>"left-$worker" 3>&- &
		pids+=("$!")
	done
	for worker in "${pids[@]}"; do
		wait "$worker" || { cat left-*; return 1; }
	done
	cat table-* | sort | uniq -c | tee table
	# The next one finds an order that works, and cleans up.
	run -0 --separate-stderr ktstr-vm exec --kernel "$KERNEL" --topology 1n1l1c1t --clock virtual \
		-- sh -c 'echo works' </dev/null
	[ "$output" = works ]
	[ "$stderr" = "" ]
	run -0 ktstr-vm template --remove
	[ -z "$(ls -A "$KTSTR_CACHE_DIR/.templates")" ]
	KTSTR_TEMPLATES_MAX=1K run -0 ktstr-vm template -q --kernel "$KERNEL" --topology 1n1l1c1t --clock virtual
	[ -d "$output" ]
	path=$output
	[ "$(ls -A "$KTSTR_CACHE_DIR/.templates")" = "${path##*/}" ]
	[ -z "$(ls -A "$KTSTR_CACHE_DIR/.tmp")" ]
	# No lock is held, and no QEMU of ours runs.
	run -0 flock -n "$path" true
}
