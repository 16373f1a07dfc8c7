# deaths.bash - guests, and machines, that die; see death.c.
# shellcheck shell=bash disable=SC2154 # bats sets stderr

needs_guest() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
}

# new_deaths: the programs, in a folder of the file's tests.
new_deaths() {
	local name
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || return 0
	for name in death liar; do
		"${CC:-cc}" -D_GNU_SOURCE -I"$KTSTR_TOP" -O2 -static -o "$BATS_FILE_TMPDIR/$name" \
			"$KTSTR_TOP/tests/e2e/$name.c"
	done
}

# new_test: a test whose scheduler is that program.
new_test() {
	cd "$BATS_TEST_TMPDIR" || return 1
	printf '[test]\ntopology = 1n1l2c1t\nduration = 100ms\n[cgroup a]\nwork = cpu-spin\n' >short.test
	exec </dev/null
}

# in_its_place PROGRAM KIND STATUS [OPTION...]: run it for a scheduler.
in_its_place() {
	local program=$1 kind=$2 status=$3
	shift 3
	printf '[scheduler]\nbinary = %s/%s\nargs = %s\n' "$BATS_FILE_TMPDIR" "$program" "$kind" >x.sched
	run "$status" --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --sched x.sched \
		--test short.test --out o "$@"
	echo "$stderr"
}

# die KIND [OPTION...]: the verdict is an error.
die() {
	local kind=$1
	shift
	in_its_place death "$kind" -125 "$@"
}

# lie KIND STATUS [OPTION...]
lie() { in_its_place liar "$@"; }

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
