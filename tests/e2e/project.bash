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
	make --no-print-directory KTSTR="$KTSTR_TOP" KTSTR_TOOLS="$KTSTR_BUILD" "$@"
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
