# project.bash - a scheduler project in $BATS_TEST_TMPDIR, as its author has it.
# shellcheck shell=bash

# needs_kernel: skip where no kernel was built for tests.
needs_kernel() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
}

# new_project DIR: a copy of the template, with the kernel there already.
new_project() {
	cp -R "$KTSTR_TOP/templates/scheduler" "$1"
	cd "$1" || return 1
	mkdir -p ktstr-out/kernels
	ln -s "$KTSTR_TEST_KERNEL_ENTRY" ktstr-out/kernels/k
	echo k >ktstr-out/kernels/list
}

# kmake ARG...: make in the project, with our checkout and its built tools.
kmake() {
	KTSTR_TEST_MARK=$BATS_TEST_TMPDIR make --no-print-directory KTSTR="$KTSTR_TOP" KTSTR_TOOLS="$KTSTR_BUILD" "$@"
}

# result FIELD VARIANT: a field of a variant's result, by jq.
result() {
	jq -r "$1" "ktstr-out/results/$2/result.json"
}

# steady VARIANT: what must not change from run to run, as one hash.
steady() {
	jq -S 'del(.host)' "ktstr-out/results/$1/result.json" |
		cat - "ktstr-out/results/$1/"{console,channel,scheduler}.log | sha256sum
}

# still_running: the processes of this test's kmake, but for zombies; a QEMU by
# its folder, since it has little of the environment.
still_running() {
	{
		grep -lszxF "KTSTR_TEST_MARK=$BATS_TEST_TMPDIR" /proc/[0-9]*/environ
		find /proc -maxdepth 2 -name cwd -lname "$BATS_TEST_TMPDIR*" 2>/dev/null | while read -r cwd; do
			grep -lszq '^qemu-system' "${cwd%cwd}cmdline" && echo "$cwd"
		done
	} | cut -d/ -f3 | sort -u
}
nothing_runs() { [ -z "$(still_running)" ]; }

# private_places: temporary files and locks where we can look for them.
private_places() {
	export TMPDIR=$BATS_TEST_TMPDIR/tmp KTSTR_LOCK_DIR=$BATS_TEST_TMPDIR/locks
	mkdir "$TMPDIR" "$KTSTR_LOCK_DIR"
}

# nothing_left: no process, no lock, no temporary file, no half result.
nothing_left() {
	local file left
	nothing_runs || {
		echo "still running:"
		ps -o pid,ppid,stat,args -p "$(still_running | paste -sd,)"
		return 1
	}
	for file in "$KTSTR_LOCK_DIR"/*; do
		[ ! -f "$file" ] || flock -n "$file" true || { echo "$file is held"; return 1; }
	done
	left=$(find "$TMPDIR" -mindepth 1)
	[ ! -e ktstr-out ] || left+=$(find ktstr-out -name '*.new' -o -path '*/results/*' -type f \
		! -name result.json ! -name inputs ! -name 'passed-*' ! -name console.log ! -name channel.log ! -name scheduler.log ! -name worker.log)
	[ -z "$left" ] || { echo "left behind: $left"; return 1; }
	[ ! -e ktstr-out/results ] ||
		find ktstr-out/results -name result.json -exec jq -e .verdict {} + >/dev/null
}

# scenario_project DIR: all that come with ktstr, or SCENARIOS; on the kernel's
# own scheduler, with the kernel there already.
scenario_project() {
	mkdir -p "$1/ktstr-out/kernels"
	cd "$1" || return 1
	ln -s "$KTSTR_TEST_KERNEL_ENTRY" ktstr-out/kernels/k
	echo k >ktstr-out/kernels/list
	# shellcheck disable=SC2016 # make's variables
	printf '%s\n' 'include $(KTSTR)/mk/ktstr.mk' 'KTSTR_TESTS += $(call ktstr-scenarios,$(SCENARIOS))' >Makefile
}
