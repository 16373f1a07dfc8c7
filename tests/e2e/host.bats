#!/usr/bin/env bats
# Tests on the host itself, what ktstr-vm(1) says of "host": the host is a guest
# of 4 CPUs and 2 LLCs, where host-guest.sh runs once.
# shellcheck disable=SC2154 # bats sets output, stderr
bats_require_minimum_version 1.5.0
load ../helper

setup_file() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] && command -v busybox setpriv >/dev/null || return 0
	export said=$BATS_FILE_TMPDIR/said
	ktstr-vm exec --kernel "$KTSTR_TEST_KERNEL_ENTRY" --topology 1n2l2c1t \
		--include busybox --include "$(command -v setpriv)=/usr/bin/setpriv" \
		--include "$(command -v ktstr-vm)=/usr/bin/ktstr-vm" \
		--include "$KTSTR_BUILD/ktstr-init=/usr/bin/ktstr-init" \
		--include "$KTSTR_TOP/tests/e2e/host-guest.sh=/host-guest.sh" \
		-- /host-guest.sh </dev/null >"$said" 2>"$said.err" || echo "exit: $?" >>"$said"
}

setup() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	[ -n "${said:-}" ] || skip "needs busybox and setpriv"
}

# says NAME TEXT: the guest's line of that name is that.
says() {
	grep -qxF "$1: $2" "$said" || {
		cut -c1-300 "$said" "$said.err"
		return 1
	}
}
# begins NAME TEXT: it begins so.
begins() {
	[[ "$(sed -n "s/^$1: //p" "$said")" == "$2"* ]] || {
		cut -c1-300 "$said" "$said.err"
		return 1
	}
}
json() { sed -n 's/^json: //p' "$said" | jq -r "$1"; }

@test "host: a test is played in cgroups of its own, judged, and told" {
	begins pass "0 ktstr-vm: pass: "
	begins pass "0 ktstr-vm: pass: $(json .kernel)/none/pass/host/default/real/s1 (ok, "
	[ "$(json '.workers | length')" = 4 ]
	[ "$(json '[.workers[] | select(.cgroup == "a") | .cpus] | unique | tostring | test("2|3")')" = false ]
	[ "$(json '[.checks[] | select(.name == "isolation") | .ok, .judged] | all')" = true ]
	[ "$(json '.engine | .cpu_ns > 0 and .percent < 1')" = true ]
	says left 0
	says control "as before"
}

@test "host: a check that fails is exit status 1" {
	begins fail "1 ktstr-vm:   max-gap: cgroup 'a': a worker did not run"
}

@test "host: a test that this machine is not for is skipped, and why is said" {
	says wide "4 ktstr-vm: test 'wide' wants 5 CPUs at least, this host has 4"
	says llc "4 ktstr-vm:   there is no LLC 3: the machine has 2"
	begins hotplug "4 ktstr-vm: test 'hotplug' has op 'offline-cpus': CPUs of the host are not taken"
}

@test "host: who is not root, or has no cgroup v2, is told so" {
	begins user "4 ktstr-vm: host: needs root"
	says none "4 ktstr-vm: host: needs cgroup v2: no cgroup2 is mounted"
}

@test "host: kill -9 leaves no worker, and no cgroup that the next run does not remove" {
	says killed gone
	says engine "125 1 0"
	says both "quiet, 1 left"
	begins again "0 ktstr-vm: pass: "
	says after 0
}

@test "host: sysctls are put back, also after kill -9 of all that knew of them" {
	says during 33
	says afterwards 50
	says unguarded 33
	says put-back "50 0"
	says lacking "4 ktstr-vm: host: this kernel has no sysctl 'kernel.no_such'"
	says words "4 ktstr-vm: test 'words' has 'kargs', which is for machines of ours; ktstr-vm run plays it in one"
}

@test "host: no scheduler is loaded" {
	run -2 --separate-stderr ktstr-vm host --test x.test --sched my.sched
	[ "$stderr" = "ktstr-vm: host loads no scheduler: start 'my.sched' yourself, and what is in charge is tested" ]
}
