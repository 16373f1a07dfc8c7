#!/usr/bin/env bats
# What ktstr-gauntlet(1) says of variants that the host's noise spoiled.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	# ./vm CLASS...: a result of the first class at the first attempt, and so on.
	cat >vm <<-'END'
		#!/bin/sh
		echo "$KTSTR_ATTEMPT" >>attempts
		[ ! -e r/x/console.log ] || echo "what an attempt left" >>attempts
		shift "$((KTSTR_ATTEMPT - 1))"
		verdict=inconclusive
		[ "$1" != ok ] || verdict=pass
		touch r/x/console.log
		printf '{"schema_version":1,"name":"k/s/t/own/default/real/s1","identity":"ab","verdict":"%s",
			"class":"%s","reasons":["because"],"host":{"wall_s":1.5,"attempt":%s}}' \
			"$verdict" "$1" "$KTSTR_ATTEMPT" >r/x/result.json
	END
	chmod +x vm
	unset KTSTR_RETRIES
}

record() {
	ktstr-gauntlet record --identity ab --out r/x k/s/t/own/default/real/s1 -- ./vm "$@"
}

@test "gauntlet: what the host's noise made inconclusive is run again, and that is told" {
	run -0 record host-noise ok
	[ "$output" = "  AGAIN   k/s/t/own/default/real/s1 (1.5 s)
          because
  PASS    k/s/t/own/default/real/s1 (1.5 s, attempt 2)
          because" ]
	[ "$(paste -sd' ' attempts)" = "1 2" ]
	[ -e r/x/passed-ab ]
}

@test "gauntlet: it is run again once, or as often as KTSTR_RETRIES says" {
	run -0 record host-noise host-noise ok
	[ "$(paste -sd' ' attempts)" = "1 2" ]
	[[ $output == *"  INCONCLUSIVE k/s/t/own/default/real/s1 (1.5 s, attempt 2)"* ]]
	[ ! -e r/x/passed-ab ]
	KTSTR_RETRIES=0 run -0 record host-noise ok
	[ "$(paste -sd' ' attempts)" = "1 2 1" ]
	KTSTR_RETRIES=3 run -0 record host-noise host-noise host-noise ok
	[ "$(paste -sd' ' attempts)" = "1 2 1 1 2 3 4" ]
}

@test "gauntlet: what another reservation does not change is not run again" {
	run -0 record calibration ok
	run -0 record time-limit ok
	[ "$(paste -sd' ' attempts)" = "1 1" ]
}

@test "gauntlet: KTSTR_RETRIES is a number, which a plan says before anything runs" {
	KTSTR_RETRIES=many run -2 --separate-stderr record ok
	[ "$stderr" = "ktstr-gauntlet: KTSTR_RETRIES 'many' is not a number from 0 to 100" ]
	[ ! -e attempts ]
	printf '[test]\nduration = 1s\n[cgroup a]\nwork = cpu-spin\n' >t.test
	KTSTR_RETRIES=101 run -2 --separate-stderr ktstr-gauntlet plan --kernel k=k --init vm --vm-command ./vm t.test
	[ "$stderr" = "ktstr-gauntlet: KTSTR_RETRIES '101' is not a number from 0 to 100" ]
}
