#!/usr/bin/env bats
# ktstr-lock(1): windows, LLCs alone, and what the variables say.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # code for other shells; variables of bats
bats_require_minimum_version 1.5.0
load lock

@test "lock: two windows never share a CPU" {
	taker --window 3 --root "$machines/4llc"
	taker --window 3 --root "$machines/4llc"
	taker --window 10 --root "$machines/4llc"
	given 0 && given 1 && given 2
	[ "$(sort -n "$BATS_TEST_TMPDIR"/cpus.? | while read -r list; do
		tr ',' '\n' <<<"$list" | while IFS=- read -r a b; do seq "$a" "${b:-$a}"; done
	done | sort -n | tr '\n' ' ')" = "$(seq -s ' ' 0 15) " ]
	run -75 --separate-stderr on 4llc --window 1 --no-wait -- true
	[[ $stderr == *"no window of 1 CPUs: 0 of the allowed ones are free: CPUs 0-15 are in windows of pid "*"(sleep 60)"*"ktstr-lock list"* ]]
	run -75 ktstr-lock plan --window 1 --root "$machines/4llc"
	run -9 ktstr-lock plan --window 1 --conflict-exit-code 9 --root "$machines/4llc"
}

@test "lock: a window obeys the affinity, and its CPUs need not be consecutive" {
	local cpu
	cpu=$(taskset -cp $$ | sed 's/.*[-, ]//')
	run -0 taskset -c "$cpu" ktstr-lock cpus --window 1 -- sh -c 'echo $KTSTR_CPUS'
	[ "$output" = "$cpu" ]
	run -2 taskset -c "$cpu" ktstr-lock cpus --window 2 -- true
	[[ $output == *"2 CPUs are wanted, and this process may use 1"*"drop the window"* ]]
	cp -R "$machines/4llc" "$BATS_TEST_TMPDIR/machine"
	printf 'Cpus_allowed_list:\t1,3,6\n' >"$BATS_TEST_TMPDIR/machine/proc/self/status"
	run -0 ktstr-lock plan --window 3 --root "$BATS_TEST_TMPDIR/machine"
	[ "${lines[0]}" = "KTSTR_CPUS=1,3,6" ]
}

@test "lock: shared reservations avoid windows, and use them when there is no more" {
	taker --window 3 --root "$machines/4llc"
	[ "$(given 0)" = 0-2 ]
	run -0 on 4llc --cap 13 --no-wait -- sh -c 'echo $KTSTR_CPUS'
	[ "$output" = 3-15 ]
	run -0 on 4llc --cap 14 --no-wait -- sh -c 'echo $KTSTR_CPUS'
	[ "$output" = 0,3-15 ]
	# and a window takes its CPUs beside shared reservations
	taker --cap 16 --root "$machines/4llc"
	given 1
	run -0 on 4llc --window 13 --no-wait -- sh -c 'echo $KTSTR_CPUS'
	[ "$output" = 3-15 ]
}

@test "lock: an LLC held alone keeps windows and shared reservations out" {
	taker --exclusive --topology 1n3l3c1t --root "$machines/4llc"
	[ "$(given 0)" = 0-6,8-10 ]
	run -0 on 4llc --cap 4 --no-wait -- sh -c 'echo $KTSTR_CPUS'
	[ "$output" = 12-15 ]
	run -0 on 4llc --window 4 --no-wait -- sh -c 'echo $KTSTR_CPUS'
	[ "$output" = 12-15 ]
	run -75 on 4llc --cap 5 --no-wait -- true
	run -75 on 4llc --window 5 --no-wait -- true
	[[ $output == *"no window of 5 CPUs: 4 of the allowed ones are free: LLC 0 ("*"is held by pid ${spawned[0]} (sleep 60)"* ]]
}

@test "lock: windows and shared reservations keep those who want an LLC alone out" {
	taker --window 1 --root "$machines/4llc"
	given 0
	run -0 on 4llc --exclusive --topology tiny-1llc --no-wait -- sh -c 'echo $KTSTR_PINNING $KTSTR_SERVICE_CPU'
	[ "$output" = "4,5,6,7 1" ]
	run -75 on 4llc --exclusive --topology 1n4l2c1t --no-wait -- true
	[[ $output == *"not enough of the LLCs with 2 CPUs are free: wanted 4 of each of 1 node: LLC 0 ("*"is held by pid ${spawned[0]} (sleep 60)"* ]]
}

@test "lock: guests take one slot after the other, and then they wait" {
	taker --exclusive --topology 1n1l2c1t --root "$machines/no-cache-ids"
	given 0
	taker --exclusive --topology 1n1l2c1t --root "$machines/no-cache-ids"
	[ "$(given 0)" != "$(given 1)" ]
	run -75 --separate-stderr on no-cache-ids --exclusive --topology 1n1l2c1t --no-wait -- true
	[[ $stderr == *"LLC 0 ("*"LLC 2 ("* ]]
	kill -KILL -- "-${spawned[1]}"
	run -0 --separate-stderr on no-cache-ids --exclusive --topology 1n1l2c1t --wait=20 -- sh -c 'echo $KTSTR_CPUS'
	[ "$output" = "$(cat "$BATS_TEST_TMPDIR/cpus.1")" ]
}

@test "lock: a guest's variables are there for it alone" {
	run -0 on 2node --exclusive --topology 2n2l2c2t -- sh -c 'echo $KTSTR_CPUS $KTSTR_MEMS $KTSTR_JOBS $KTSTR_PINNING $KTSTR_SERVICE_CPU'
	[ "$output" = "0-3,8-12 0-1 9 0,1,2,3,8,9,10,11 12" ]
	export KTSTR_PINNING=1 KTSTR_SERVICE_CPU=2
	run -0 on 2node --window 1 -- sh -c 'echo ${KTSTR_PINNING-none} ${KTSTR_SERVICE_CPU-none}'
	[ "$output" = "none none" ]
}

@test "lock: threads of a guest's core are threads of one core" {
	run -0 ktstr-lock plan --exclusive --topology 1n1l3c2t --root "$machines/smt8"
	[ "${lines[3]}" = "KTSTR_PINNING=0,4,1,5,2,6" ]
	[ "${lines[4]}" = "KTSTR_SERVICE_CPU=3" ]
}

@test "lock: nodes that the machine has not are said" {
	run -0 --separate-stderr ktstr-lock plan --exclusive --topology 2n2l2c1t --root "$machines/4llc"
	[[ $stderr == *"those of the guest are not nodes of the host"* ]]
}

@test "lock: a guest that this machine can never have is refused" {
	run -2 on 4llc --exclusive --topology 1n4l4c1t -- true
	[[ $output == *"16 vCPUs and a service CPU are wanted, and this process may use 16"* ]]
	run -2 on 4llc --exclusive --topology 1n1l5c1t -- true
	[[ $output == *"LLCs with 5 allowed CPUs each: 1 wanted, this machine has 0"* ]]
}

@test "lock: plan --json tells all of a plan" {
	run -0 --separate-stderr ktstr-lock plan --json --exclusive --topology 2n2l1c1t --root "$machines/2node"
	[ "$(jq -c '[.kind, .cpus, .mems, .jobs, .service_cpu, .nodes_mapped]' <<<"$output")" = '["exclusive",[0,1,8],[0,1],3,1,true]' ]
	[ "$(jq -c '.llcs' <<<"$output")" = '[{"llc":0,"numa_node":0,"exclusive":true},{"llc":8,"numa_node":1,"exclusive":true}]' ]
	[ "$(jq -c '.pinning' <<<"$output")" = '[{"vcpu":0,"cpu":0,"numa_node":0},{"vcpu":1,"cpu":8,"numa_node":1}]' ]
	run -0 ktstr-lock plan --json --cap 2 --root "$machines/4llc"
	[ "$output" = '{"kind":"shared","cpus":[0,1],"mems":[0],"jobs":2,"llcs":[{"llc":0,"numa_node":0,"exclusive":false}]}' ]
	run -0 ktstr-lock plan --json --window 1 --root "$machines/4llc"
	[ "$(jq -r .kind <<<"$output")" = window ]
	KTSTR_BYPASS_LLC_LOCKS=1 run -0 ktstr-lock plan --json
	[ "$(jq -c '[.kind, .cpus]' <<<"$output")" = '["none",[]]' ]
}

@test "lock: list tells windows, LLCs alone and entries of the cache" {
	mkdir -p "$KTSTR_CACHE_DIR/.locks"
	hold "$KTSTR_CACHE_DIR/.locks/some-key.lock"
	taker --window 1 --root "$machines/4llc"
	given 0
	taker --exclusive --topology 1n1l1c1t --root "$machines/4llc"
	given 1
	run -0 ktstr-lock list --root "$machines/4llc"
	[[ $output == *"  0     0     shared    $KTSTR_LOCK_DIR/llc-0.lock ${spawned[1]} (sleep 60)"* ]]
	[[ $output == *"  4     0     exclusive $KTSTR_LOCK_DIR/llc-4.lock ${spawned[2]} (sleep 60)"* ]]
	[[ $output == *"  0     0     window 1     $KTSTR_LOCK_DIR/cpu-use.lock ${spawned[1]} (sleep 60)"* ]]
	[[ $output == *"  some-key $KTSTR_CACHE_DIR/.locks/some-key.lock ${spawned[0]} (flock -o "* ]]
	run -0 ktstr-lock list --json --root "$machines/4llc"
	[ "$(jq -c '[.llcs[] | .llc, .state]' <<<"$output")" = '[0,"shared",4,"exclusive"]' ]
	[ "$(jq -c '[.cpus[] | .cpu, .state]' <<<"$output")" = '[0,"window",4,"shared",5,"shared"]' ]
	[ "$(jq -c '.cache[0] | [.cache_key, .holders[0].pid]' <<<"$output")" = "[\"some-key\",${spawned[0]}]" ]
}

@test "lock: list --watch prints again and again" {
	spawn sh -c 'exec ktstr-lock list --watch 10ms --json >"$1"' sh "$BATS_TEST_TMPDIR/frames"
	spawn sh -c 'exec ktstr-lock list --watch 10ms >"$1"' sh "$BATS_TEST_TMPDIR/text"
	three() { [ "$(grep -c "$1" "$2")" -ge 3 ]; }
	until_true three llcs "$BATS_TEST_TMPDIR/frames"
	until_true three "^LLC locks:" "$BATS_TEST_TMPDIR/text"
	kill -TERM "${spawned[@]}"
	[ "$(head -n 2 "$BATS_TEST_TMPDIR/frames" | jq -c .sources | tr '\n' ' ')" = "[] [] " ]
	# no escapes without a terminal
	run -1 grep -q $'\033' "$BATS_TEST_TMPDIR/text"
	# and a reader that goes away ends it
	ktstr-lock list --watch 10ms --json | head -n 1 | jq -e .llcs
}

@test "lock: list --watch clears a terminal's screen before each frame" {
	spawn script -qec "ktstr-lock list --watch 10ms" "$BATS_TEST_TMPDIR/typescript" </dev/null >/dev/null
	frames() { [ "$(grep -c $'\033\\[2J\033\\[HLLC locks:' "$BATS_TEST_TMPDIR/typescript")" -ge 2 ]; }
	until_true frames
}

# The table of caps, bypass and variables, row by row.

@test "lock: --cap 0 must be 1 or more" {
	run -2 ktstr-lock cpus --cap 0 -- true
	[[ $output == *"--cap must be 1 CPU or more, not 0"* ]]
	run -2 ktstr-lock cpus --window 0 -- true
	[[ $output == *"--window must be 1 CPU or more, not 0"* ]]
}

@test "lock: an empty KTSTR_CPU_CAP is unset" {
	KTSTR_CPU_CAP='' run -0 ktstr-lock plan --root "$machines/4llc"
	[ "${lines[2]}" = "KTSTR_JOBS=5" ]
}

@test "lock: a KTSTR_CPU_CAP that is no number is named with its value" {
	KTSTR_CPU_CAP=lots run -2 ktstr-lock plan
	[[ $output == *"KTSTR_CPU_CAP 'lots' is no number from 1 to 1024"* ]]
	KTSTR_CPU_CAP=-1 run -2 ktstr-lock plan
	KTSTR_CPU_CAP=1.5 run -2 ktstr-lock plan
	KTSTR_CPU_CAP=' 1' run -2 ktstr-lock plan
	KTSTR_CPU_CAP=1025 run -2 ktstr-lock plan
	KTSTR_CPU_CAP=99999999999999999999 run -2 ktstr-lock plan
}

@test "lock: KTSTR_CPU_CAP=0 is refused as --cap 0 is" {
	KTSTR_CPU_CAP=0 run -2 ktstr-lock plan
	[[ $output == *"KTSTR_CPU_CAP must be 1 CPU or more, not 0"* ]]
}

@test "lock: a KTSTR_CPU_CAP that is no UTF-8 gives a message that is" {
	KTSTR_CPU_CAP=$'\xff\xfe' run -2 ktstr-lock plan
	[[ $output == *"KTSTR_CPU_CAP '"*"' is no number"* ]]
	iconv -f UTF-8 -t UTF-8 <<<"$output"
}

@test "lock: more than is allowed is refused with both numbers and what to do" {
	run -2 ktstr-lock plan --cap 17 --root "$machines/4llc"
	[[ $output == *"17 CPUs are wanted, and this process may use 16: ask for fewer, widen its cpuset or affinity, or drop the cap"* ]]
	KTSTR_CPU_CAP=17 run -2 ktstr-lock plan --root "$machines/4llc"
}

@test "lock: cap, window and LLCs alone contradict the bypass" {
	export KTSTR_BYPASS_LLC_LOCKS=1
	run -2 ktstr-lock cpus --cap 1 -- true
	[[ $output == *"a cap of CPUs is a resource contract"* ]]
	KTSTR_CPU_CAP=1 run -2 ktstr-lock cpus -- true
	[[ $output == *"resource contract"* ]]
	run -2 ktstr-lock cpus --window 1 -- true
	[[ $output == *"a window of CPUs is a resource contract"* ]]
	run -2 ktstr-lock cpus --exclusive --topology 1n1l1c1t -- true
	[[ $output == *"an LLC alone is a resource contract"* ]]
	[ ! -e "$KTSTR_LOCK_DIR" ]
}

@test "lock: without a topology nothing can be promised" {
	mkdir -p "$BATS_TEST_TMPDIR/empty/proc/self"
	printf 'Cpus_allowed_list:\t0-2\n' >"$BATS_TEST_TMPDIR/empty/proc/self/status"
	machines=$BATS_TEST_TMPDIR
	run -125 on empty --cap 1 -- true
	[[ $output == *"cannot keep to 1 CPUs"* ]]
	run -125 on empty --window 1 -- true
	run -125 on empty --exclusive --topology 1n1l1c1t -- true
	[[ $output == *"cannot reserve LLCs"* ]]
	run -0 --separate-stderr on empty -- echo ran
	[ "$output" = ran ]
	[[ $stderr == *"no CPUs are reserved"* ]]
}

@test "lock: windows and LLCs alone have no cap, which is said" {
	KTSTR_CPU_CAP=1 run -0 --separate-stderr ktstr-lock plan --window 2 --root "$machines/4llc"
	[ "${lines[2]}" = "KTSTR_JOBS=2" ]
	[[ $stderr == *"KTSTR_CPU_CAP caps shared CPUs alone"* ]]
	KTSTR_CPU_CAP=1 run -0 --separate-stderr ktstr-lock plan --exclusive --topology 1n1l2c1t --root "$machines/4llc"
	[[ $stderr == *"KTSTR_CPU_CAP caps shared CPUs alone"* ]]
}

@test "lock: kinds of reservations do not mix" {
	run -2 ktstr-lock cpus --cap 1 --window 1 -- true
	[[ $output == *"say one of them"* ]]
	run -2 ktstr-lock cpus --window 1 --exclusive --topology 1n1l1c1t -- true
	run -2 ktstr-lock cpus --exclusive -- true
	[[ $output == *"--exclusive and --topology belong together"* ]]
	run -2 ktstr-lock cpus --topology 1n1l1c1t -- true
	run -2 ktstr-lock plan --exclusive --topology 2n3l1c1t
	[[ $output == *"--topology '2n3l1c1t': "* ]]
	run -2 ktstr-lock plan --watch 1s
	run -2 ktstr-lock list --watch 1
	[[ $output == *"--watch '1' is no time from 10ms to 24h, such as 1s"* ]]
	run -2 ktstr-lock list --watch 0s
}
