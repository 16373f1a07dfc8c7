# project.bash - a scheduler project in $BATS_TEST_TMPDIR, as its author has it.
# shellcheck shell=bash
# shellcheck source=soak/holds.bash
. "${BASH_SOURCE[0]%/*}/../soak/holds.bash"

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

# new_zoo DIR: the scheduler of tests/zoo, as DIR/build/scx_zoo.
new_zoo() {
	mkdir -p "$1/ktstr-out/kernels"
	cd "$1" || return 1
	cp "$KTSTR_TOP"/tests/zoo/*.[ch] "$KTSTR_TOP/templates/scheduler/scx.bpf.h" .
	ln -s "$KTSTR_TEST_KERNEL_ENTRY" ktstr-out/kernels/k
	echo k >ktstr-out/kernels/list
	# shellcheck disable=SC2016 # of make
	printf '%s\n' 'KTSTR_PROGS := scx_zoo' 'include $(KTSTR)/mk/ktstr.mk' >Makefile
	kmake -s ktstr-progs
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
	steady_facts "ktstr-out/results/$1" | sha256sum
}

# private_places: temporary files and locks where we can look for them.
private_places() {
	export TMPDIR=$BATS_TEST_TMPDIR/tmp KTSTR_LOCK_DIR=$BATS_TEST_TMPDIR/locks
	mkdir "$TMPDIR" "$KTSTR_LOCK_DIR"
}

# nothing_left: no process, no lock, no temporary file, no half result.
nothing_left() {
	local left
	left=$(
		holds_processes
		holds_locks "$KTSTR_LOCK_DIR"
		holds_temporary "$TMPDIR"
		holds_files ktstr-out
		holds_results ktstr-out
	)
	[ -z "$left" ] || { echo "$left"; return 1; }
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
