#!/usr/bin/env bats
# What doc/files.md says of cgroups and of the ops of steps, as the machine has
# it: each test is one clone in which many ops run.
# shellcheck disable=SC2016,SC2154 # jq has variables, too; bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	cd "$BATS_TEST_TMPDIR" || return 1
}

# judge NAME [OPTION...]: run NAME.test on the machine of all these tests.
judge() {
	local name=$1
	shift
	ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --kernel-label k --topology 1n2l2c1t --clock virtual \
		--test "$name.test" --out "$name" "$@"
}

# ask NAME FILTER: of its result, by jq; worker(CGROUP) is there as a function.
ask() { jq -r "def worker(\$c): [.workers[] | select(.cgroup == \$c)]; $2" "$1/result.json"; }

# holds NAME FILTER: it is true there.
holds() {
	[ "$(ask "$1" "$2")" = true ] || {
		echo "not so: $2"
		jq -c '.workers[] | del(.segments, .wakes)' "$1/result.json"
		return 1
	}
}

@test "ops: weights, quotas and the freezer have their effect; all is told" {
	cat >share.test <<-'END'
		[test]
		duration = 1s
		settle = 20ms
		workers = 1
		[cgroup heavy]
		cpuset = cpus 1
		cpu-weight = 300
		[cgroup light]
		cpuset = cpus 1
		[cgroup capped]
		cpuset = cpus 2
		cpu-max = 2ms/10ms
		[cgroup cold]
		cpuset = cpus 3
		[step unequal]
		freeze = cold
		hold = 60%
		[step equal]
		thaw = cold
		set-weight = heavy 100
		set-max = capped none
		set-nice = cold 5
		set-policy = cold batch
		set-uclamp = cold 10% 50%
		hold = 40%
		[check]
		isolation = yes
		max-spread = none
		max-gap = 100ms
	END
	run -0 --separate-stderr judge share
	# 3 to 1 for 600 ms, then equal shares for 400 ms: 650 to 350.
	holds share '(worker("heavy")[0].cpu_ns / worker("light")[0].cpu_ns) as $r | $r > 1.6 and $r < 2.1'
	# A fifth of 600 ms, then all of 400 ms.
	holds share 'worker("capped")[0].cpu_ns / 1e6 | . > 490 and . < 560'
	# Frozen for 600 ms, which are neither a gap nor time to be starved in.
	holds share 'worker("cold")[0] | .frozen_ns / 1e6 > 590 and .wall_ns / 1e6 < 430 and .cpu_ns / 1e6 < 430'
	holds share 'worker("cold")[0] | .max_gap_ns / 1e6 < 50 and .units > 100000'
	run -0 ask share '.timeline[] | select(.what == "op") | "\(.name) \(.cgroup) \(.in_force)"'
	diff - <(echo "$output") <<-'END'
		freeze cold frozen
		thaw cold thawed
		set-weight heavy 100
		set-max capped max 100000
		set-nice cold 5
		set-policy cold batch
		set-uclamp cold 10.00 50.00
	END
}

@test "ops: CPUs that are offline are used by nobody, and come back" {
	cat >cpus.test <<-'END'
		[test]
		duration = 600ms
		settle = 20ms
		[cgroup free]
		work = cpu-spin workers=4
		[cgroup bound]
		cpuset = cpus 2-3
		work = cpu-spin workers=2
		[cgroup lent]
		cpuset = cpus 3
		work = cpu-spin workers=1
		[step less]
		wait = 50ms
		offline-cpus = cpus 3
		hold = 50%
		[step back]
		online-cpus = cpus 3
		offline-cpus = llc 1
		wait = 50ms
		hold = 30%
		[check]
		isolation = yes
		max-spread = none
	END
	run -0 --separate-stderr judge cpus
	run -0 ask cpus '.timeline[] | select(.what == "op") | "\(.name) \(.in_force)"'
	[ "$output" = $'wait null\noffline-cpus 0-2\nonline-cpus 0-3\noffline-cpus 0-1\nwait null' ]
	# Each worker is looked at in five times, the last when all CPUs are back.
	run -0 ask cpus '[.workers[] | [.segments[].allowed] | join(" ")] | unique | .[]'
	[ "$output" = $'0-3 0-2 0-3 0-1 0-3\n2-3 2 2-3 0-1 2-3\n3 0-2 3 0-1 3' ]
	holds cpus '[.workers[].segments[0].used | test("3")] | any'
	holds cpus '[.workers[].segments[1].used | . != "" and (test("3") | not)] | all'
	holds cpus '[.workers[].segments[3].used | . != "" and (test("2|3") | not)] | all'
}

@test "ops: cgroups come, go and come again; all lives of workers count" {
	cat >lives.test <<-'END'
		[test]
		duration = 900ms
		settle = 20ms
		workers = 1
		[cgroup each]
		copies = usable
		cpuset = each
		[cgroup part]
		copies = 2
		cpuset = disjoint each
		work = none
		[cgroup late]
		start = op
		work = bursty burst=2ms sleep=1ms
		[step first]
		stop-cgroup = each-1
		spawn = part-1 cpu-spin workers=llcs
		spawn-host = mixed workers=cpus/2
		hold = 200ms
		[cgroup short]
		lives = step
		[step again]
		add-cgroup = late
		wait = 60ms
		remove-cgroup = late
		hold = loop 100ms
		[check]
		isolation = yes
		max-spread = none
	END
	run -0 --separate-stderr judge lives
	run -0 ask lives '[.workers[] | "\(.cgroup)/\(.index)"] | join(" ")'
	[ "$output" = "each-0/0 each-1/0 each-2/0 late/0 short/0 part-1/0 part-1/1 (host)/0 (host)/1" ]
	run -0 ask lives '[.workers[] | select(.cgroup | test("each")) | .segments[0].allowed] | join(" ")'
	[ "$output" = "0 1 2" ]
	run -0 ask lives 'worker("part-1") | map(.segments[0].allowed) | unique | join(" ")'
	[ "$output" = 1-2 ]
	# What was stopped or removed has reported.
	holds lives 'worker("each-1")[0] | .exit == "ok" and .units >= 0 and .wall_ns < 50e6'
	holds lives 'worker("short")[0] | .units > 10000 and .wall_ns < 260e6 and .wall_ns > 150e6'
	# A turn each 100 ms of what is left of the duration, of 60 ms each.
	run -0 ask lives '.timeline[] | select(.what == "turns").turns'
	turns=$output
	[ "$turns" -ge 5 ]
	holds lives "worker(\"late\")[0] | .lives == $turns and .idle_lives == 0"
	holds lives "worker(\"late\")[0].wall_ns / $turns / 1e6 | . > 50 and . < 90"
	holds lives '[.timeline[] | select(.what == "end-of-step") | .name] == ["short"]'
	# And another run is the same.
	mv lives one
	run -0 --separate-stderr judge lives
	diff <(jq -S 'del(.host)' one/result.json) <(jq -S 'del(.host)' lives/result.json)
}

@test "ops: cpusets that flap for long; the controller cpu left out" {
	cat >flap.test <<-'END'
		[test]
		duration = 900ms
		settle = 20ms
		cpu-controller = no
		[cgroup a]
		cpuset = misaligned 0/2
		work = cpu-spin workers=2
		[cgroup b]
		cpuset = misaligned 1/2
		work = cpu-spin workers=2
		[step flap]
		swap-cpusets = a b
		set-affinity = a random
		hold = loop 2ms 800ms
		[check]
		isolation = yes
		max-spread = none
	END
	run -0 --separate-stderr judge flap
	# Segments of equal CPUs are one, so a loop needs no more room.
	holds flap '[.workers[] | (.segments | length) <= 128 and .warnings == []] | all'
	holds flap '[.timeline[] | select(.what == "turns").turns | . > 64] == [true]'
	holds flap '[.timeline[] | select(.what == "op")] | length == 128'
}

@test "ops: a test that needs a flag is skipped where no scheduler has it" {
	printf '[test]\nneeds-flag = steal\n[cgroup a]\n' >needs.test
	run -4 --separate-stderr judge needs
	[ "$stderr" = "ktstr-vm: test 'needs' needs flag 'steal', and scheduler 'none' declares none of that name" ]
	[ ! -e needs ]
}
