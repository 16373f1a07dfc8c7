#!/usr/bin/env bats
# ktstr-sandbox where a cpuset cgroup can be had: sandbox-guest.sh in one machine
# of two nodes and four LLCs. Each of its checks is a test here.
bats_require_minimum_version 1.5.0
load ../helper

setup_file() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] && command -v busybox setpriv >/dev/null || return 0
	export tap=$BATS_FILE_TMPDIR/tap
	status=0
	# One command that starts hundreds of programs of ours, slow ones with a sanitizer,
	# which may take longer than a command does: the limit is that of tests/run.
	ktstr-vm exec --kernel "$KTSTR_TEST_KERNEL_ENTRY" --topology 2n4l1c1t --timeout 2000 \
		--include busybox --include "$(command -v setpriv)=/usr/bin/setpriv" \
		--include "$(command -v ktstr-sandbox)=/usr/bin/ktstr-sandbox" \
		--include "$(command -v ktstr-lock)=/usr/bin/ktstr-lock" \
		--include "$KTSTR_TOP/tests/e2e/sandbox-common.sh=/sandbox-common.sh" \
		--include "$KTSTR_TOP/tests/e2e/sandbox-guest.sh=/sandbox-guest.sh" \
		--include "$KTSTR_TOP/tests/e2e/sandbox-places.sh=/sandbox-places.sh" \
		--include "$KTSTR_TOP/tests/e2e/sandbox-ends.sh=/sandbox-ends.sh" \
		-- /sandbox-guest.sh </dev/null >"$tap" 2>"$tap.err" || status=$?
	echo "$status" >"$tap.status"
}

setup() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	[ -n "${tap:-}" ] || skip "needs busybox and setpriv"
}

# The guest's answer to the check that this test is named after.
guest() {
	local name=${BATS_TEST_DESCRIPTION#sandbox: } line
	line=$(grep -E "^(not )?ok [0-9]+ - $name( # skip|\$)" "$tap") || {
		echo "the guest did not come to it:"
		tail -n 5 "$tap" "$tap.err"
		return 1
	}
	case $line in
	ok*'# skip'*) skip "${line#*# skip }" ;;
	ok*) ;;
	*)
		sed -n "/^$line\$/,/^[^#]/p" "$tap"
		return 1
		;;
	esac
}

@test "sandbox: the guest kept its plan, and each of its checks has a test here" {
	[ "$(cat "$tap.status")" = 0 ]
	[ "$(tail -n 1 "$tap")" = "# done" ]
	[ "$(head -n 1 "$tap")" = "1..$(grep -cE '^(not )?ok ' "$tap")" ]
	diff <(sed -nE 's/^(not )?ok [0-9]+ - //p' "$tap" | sed 's/ # skip.*//') \
		<(sed -n 's/^@test "sandbox: \(.*\)" { guest; }$/\1/p' "$BATS_TEST_FILENAME")
}

@test "sandbox: under the root CPUs and nodes are in effect" { guest; }
@test "sandbox: beside the caller in its parent" { guest; }
@test "sandbox: a user gets a place in a parent that is his" { guest; }
@test "sandbox: a threaded child where the parent is not ours" { guest; }
@test "sandbox: beside a threaded caller the group is threaded" { guest; }
@test "sandbox: a partition s CPUs are had inside it" { guest; }
@test "sandbox: without delegation it is said and affinity serves" { guest; }
@test "sandbox: where there is no cpuset it is said" { guest; }
@test "sandbox: narrower nodes are a warning and with strict an error" { guest; }
@test "sandbox: the caller stays in its own cgroup" { guest; }
@test "sandbox: what is left in the group is killed" { guest; }
@test "sandbox: what is left in a threaded group is killed" { guest; }
@test "sandbox: what was moved into the group is killed with it" { guest; }
@test "sandbox: groups that the command made go with ours" { guest; }
@test "sandbox: a sandbox in a sandbox has its own group" { guest; }
@test "sandbox: groups of nested sandboxes are swept" { guest; }
@test "sandbox: only groups of dead makers are swept" { guest; }
@test "sandbox: kill of the guardian" { guest; }
@test "sandbox: kill of the init" { guest; }
@test "sandbox: kill of the command" { guest; }
@test "sandbox: kill of the guardian without namespaces" { guest; }
@test "sandbox: kill of the init without namespaces" { guest; }
@test "sandbox: kill of the command without namespaces" { guest; }
@test "sandbox: kill of guardian and init at once without namespaces" { guest; }
@test "sandbox: kill of guardian and init at once in a threaded group" { guest; }
@test "sandbox: kill of a user s guardian" { guest; }
@test "sandbox: kill of a user s init" { guest; }
@test "sandbox: a frozen group ends as well" { guest; }
@test "sandbox: a cpuset that is changed meanwhile is said" { guest; }
@test "sandbox: a group that is taken away is no hang" { guest; }
@test "sandbox: a write that hangs is given up" { guest; }
@test "sandbox: the plan of ktstr lock is what is in effect" { guest; }
@test "sandbox: the cgroup is gone before the lock is free" { guest; }
