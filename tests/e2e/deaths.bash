# deaths.bash - guests, and machines, that die; see death.c.
# shellcheck shell=bash disable=SC2154 # bats sets stderr

needs_guest() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
}

# new_deaths: the program, in a folder of the file's tests.
new_deaths() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || return 0
	"${CC:-cc}" -D_GNU_SOURCE -I"$KTSTR_TOP" -O1 -static -o "$BATS_FILE_TMPDIR/death" "$KTSTR_TOP/tests/e2e/death.c"
}

# new_test: a test whose scheduler is that program.
new_test() {
	cd "$BATS_TEST_TMPDIR" || return 1
	printf '[test]\ntopology = 1n1l2c1t\nduration = 100ms\n[cgroup a]\nwork = cpu-spin\n' >short.test
	exec </dev/null
}

# die KIND [OPTION...]: run it; the verdict is an error.
die() {
	local kind=$1
	shift
	printf '[scheduler]\nbinary = %s/death\nargs = %s\n' "$BATS_FILE_TMPDIR" "$kind" >death.sched
	run -125 --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --sched death.sched \
		--test short.test --out o "$@"
	echo "$stderr"
}

# tells CLASS REASON: of the result and on standard error. Nothing goes on.
tells() {
	local got
	got=$(jq -r '.verdict + " " + .class + " " + .reasons[0]' o/result.json)
	echo "$got"
	# shellcheck disable=SC2053 # a pattern
	[[ $got == "error $1 "$2 ]]
	[[ $stderr == *" error: "*" ($1, "* ]]
	[ -s o/console.log ]
	[[ $stderr == *"  | "* ]] # the last lines of the console
	! still_here
}

# still_here: a machine that was started in this folder runs.
still_here() {
	find /proc -maxdepth 2 -name cwd -lname "$BATS_TEST_TMPDIR*" 2>/dev/null | while read -r cwd; do
		tr '\0' ' ' <"${cwd%cwd}cmdline"
	done 2>/dev/null | grep '^qemu-system'
}
