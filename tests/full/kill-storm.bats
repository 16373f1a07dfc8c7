# Two hundred kills at random moments, with eight workers on one cache.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper
load ../cache

@test "kill -9 at any moment of put, get, clean, lock and sandbox loses nothing" {
	local worker pids=() op
	export KTSTR_LOCK_DIR=$BATS_TEST_TMPDIR/locks
	built
	mv built built2
	built
	echo more >>built2/touched.c
	make -s -C built2 bzImage >/dev/null
	mkdir built1
	for worker in 1 2 3 4 5 6 7 8; do
		"$KTSTR_TOP/tests/full/kill-storm.sh" "$worker" 25 >"table-$worker" 2>"left-$worker" 3>&- &
		pids+=("$!")
	done
	wait "${pids[@]}" || { cat left-*; return 1; }
	cat table-* | sort | uniq -c | tee table
	[ "$(cat table-* | wc -l)" -eq 200 ]
	for op in put clean lock source sandbox; do
		grep -q " $op landed$" table || { echo "no kill of $op landed"; return 1; }
	done
	# what the next command of each kind finds
	put key0
	run -0 ktstr-cache verify
	nothing_left
	run -0 ktstr-sandbox -- true
	[ -z "$(find /sys/fs/cgroup -maxdepth 4 -type d -name 'ktstr-*' 2>/dev/null)" ]
	run -0 ktstr-lock list --json
	[ "$(jq '[.. | .holders? // empty | .[]] | length' <<<"$output")" -eq 0 ]
	run -0 ktstr-lock cpus --cap 1 --no-wait -- true
	run -0 ktstr-lock source built1 --no-wait -- true
}
