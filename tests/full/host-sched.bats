#!/usr/bin/env bats
# "ktstr-vm host" tests the scheduler that is in charge: here one of sched_ext, on
# a host that is a guest of ours, where host-sched.sh runs once.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

# build FOLDER: the template's scheduler in it, as it is there.
build() (
	cd "$1" && kmake all
)

setup_file() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] && command -v busybox >/dev/null || return 0
	export said=$BATS_FILE_TMPDIR/said
	local mini=$BATS_FILE_TMPDIR/mini forgets=$BATS_FILE_TMPDIR/forgets
	export BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
	(new_project "$mini") && cp -R "$mini" "$forgets" || return 1
	# It takes a worker's wakes, for a while, and then forgets one.
	sed -i -e 's/\.timeout_ms = .*/.timeout_ms = 1000,/' -e "/^	my_counts()->queued++;/i\\
	if (p->comm[0] == 'k' \\&\\& p->comm[6] == 'w' \\&\\& my_counts()->queued > 100) return;" "$forgets/scx_mini.bpf.c"
	{ build "$mini" && build "$forgets"; } >&2 || return 1
	ktstr-vm exec --kernel "$KTSTR_TEST_KERNEL_ENTRY" --topology 1n1l2c1t \
		--include busybox --include "$mini/build/scx_mini=/opt/scx_mini" \
		--include "$forgets/build/scx_mini=/opt/scx_forgets" \
		--include "$(command -v ktstr-vm)=/usr/bin/ktstr-vm" \
		--include "$KTSTR_BUILD/ktstr-init=/usr/bin/ktstr-init" \
		--include "$KTSTR_TOP/tests/full/host-sched.sh=/host-sched.sh" \
		-- /host-sched.sh </dev/null >"$said" 2>"$said.err" || echo "exit: $?" >>"$said"
}

setup() {
	needs_kernel
	[ -n "${said:-}" ] || skip "needs busybox"
}

# says NAME: what the guest said of that; it is shown if what follows fails.
says() {
	sed -n "s/^$1: //p" "$said" | tee /dev/stderr
	grep -q "^$1: " "$said" || cut -c1-300 "$said" "$said.err" >&2
}
json() { says "$1-json" 2>/dev/null | jq -r "$2"; }

@test "host: the scheduler in charge is tested, and named in the result" {
	[[ "$(says stays)" == "0 "* ]]
	[ "$(json stays '.scheduler + " " + .verdict')" = "mini pass" ]
	[[ "$(json stays .name)" == */mini/stays/host/default/real/s1 ]]
	[ "$(json stays '.workers | length')" = 3 ]
	[[ "$(says for-it)" == "0 "* ]]
}

@test "host: a test for another scheduler is skipped" {
	[[ "$(says for-other)" == "4 "* ]]
	[[ "$(says for-none)" == "4 "* ]]
}

@test "host: a scheduler whose program is killed in the middle" {
	[[ "$(says killed)" == "1 "*"the scheduler changed during the test: 'mini' was in charge, then 'none'"* ]]
	[ "$(json killed .class)" = user-exit ]
}

@test "host: a scheduler that is there at both ends, and was not in between" {
	[[ "$(says restarted)" == "1 "*"'mini' was in charge, then 'mini' (enabled 2 and 3 times)"* ]]
	[ "$(json restarted .class)" = user-exit ]
}

@test "host: a scheduler that the kernel takes out, and why" {
	[[ "$(says forgets)" == "1 "*"'mini' was in charge, then 'none'"*"the kernel: sched_ext: BPF scheduler \"mini\" disabled (runnable task stall)|"*"the kernel: ktstr-worker["*"] failed to run for "* ]]
	[ "$(json forgets .class)" = stalled ]
}

@test "host: a test that expects such an end passes by it, and by no other" {
	[[ "$(says expected)" == "0 "* ]]
	[ "$(json expected '.verdict + " " + .class')" = "pass stalled" ]
	[[ "$(says not-expected)" == "1 "*"the test expects a failure of class scx-error, and this is another one|" ]]
	[ "$(json not-expected '.verdict + " " + .class')" = "fail stalled" ]
}
