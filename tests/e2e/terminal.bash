# terminal.bash - a person at the terminal of ktstr-vm shell, which is ptyrun.c.
# shellcheck shell=bash disable=SC2154 # bats sets status and output

# new_terminal: ptyrun, for a file's tests.
new_terminal() {
	"${CC:-cc}" -D_GNU_SOURCE -std=gnu17 -O1 -o "$BATS_FILE_TMPDIR/ptyrun" "$KTSTR_TOP/tests/e2e/ptyrun.c"
}

needs_machine() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	command -v busybox >/dev/null || skip "needs busybox"
}

# new_shell: a test begins.
new_shell() {
	cd "$BATS_TEST_TMPDIR" || return 1
	[[ $BATS_TEST_NAME == *refused* ]] || needs_machine
	# A busy host boots slowly, and the clock is its own.
	kernel=(--kernel "${KTSTR_TEST_KERNEL_ENTRY:-/nowhere}" --limit boot=150s)
	export TERM=vt100
}

# at_terminal ARG...: ktstr-vm shell with the keys of standard input.
at_terminal() {
	cat >keys
	run "$BATS_FILE_TMPDIR/ptyrun" keys ktstr-vm shell "${kernel[@]}" "$@" </dev/null
	[ "$status" -eq 0 ] || {
		cat -v <<<"$output"
		return 1
	}
}
