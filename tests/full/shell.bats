#!/usr/bin/env bats
# A shell in a machine: what ktstr-vm(1) says of shell. The person at the
# terminal is ptyrun.c.
# shellcheck disable=SC2016,SC2154 # code for the guest's shell; bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

setup_file() {
	"${CC:-cc}" -D_GNU_SOURCE -std=gnu17 -O1 -o "$BATS_FILE_TMPDIR/ptyrun" "$KTSTR_TOP/tests/e2e/ptyrun.c"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	[[ $BATS_TEST_NAME == *refused* ]] || needs_machine
	kernel=(--kernel "${KTSTR_TEST_KERNEL_ENTRY:-/nowhere}")
	export TERM=vt100
}

needs_machine() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	command -v busybox >/dev/null || skip "needs busybox"
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

# processes_of PID: it and what it has started.
gone() { ! kill -0 "$1" 2>/dev/null; }

@test "shell: a terminal with job control, window size, all keys but one, and the exit status" {
	echo from the host >file
	at_terminal --topology 1n2l2c1t --include file=/file <<-'E'
	mode raw
	expect 1n2l2c1t with 512 MiB
	expect ktstr:/#
	send nproc; echo $TERM $((40+2)); tty; stty size; cat /file\r
	expect 4
	expect vt100 42
	expect /dev/pts/0
	expect 24 80
	expect from the host
	expect ktstr:/#
	size 40 132
	send stty size; until [ "$(stty size)" = "41 133" ]; do sleep 0.1; done; echo re""sized\r
	expect 40 132
	size 41 133
	expect resized
	send echo $((6*7)); sleep 1000000\r
	expect 42
	send \x03
	expect ktstr:/#
	send echo $((6*8)); sleep 1000000\r
	expect 48
	send \x1a
	expect Stopped
	send kill -9 %1; wait %1; echo $((6*9)); cat -v\r
	expect 54
	send a\x01\x01b\x01c\r
	expect a^Ab^Ac
	expect a^Ab^Ac
	send \x01h
	expect Ctrl-A X       end the machine
	send \x04
	expect ktstr:/#
	send vi /tmp/f\r
	expect /tmp/f
	send i
	expect I /tmp/f
	send hello
	expect hello
	send \x1b
	expect Modified
	send :wq\r
	expect ktstr:/#
	send cat /tmp/f; exit 9\r
	expect hello
	exit 9
	mode cooked
	E
}

@test "shell: Ctrl-A X ends the machine, also while it boots, and puts the terminal into order" {
	at_terminal --dmesg <<-'E'
	mode raw
	expect Linux version
	send \x01x
	exit 0
	mode cooked
	E
	[[ $output != *"ktstr:/#"* ]]
}

@test "shell: the terminal is in order again when ktstr-vm is killed" {
	at_terminal <<-'E'
	mode raw
	expect ktstr:/#
	run ps -o pid= --ppid $PID >children; [ "$(wc -l <children)" -eq 2 ]
	run kill -KILL $PID
	mode cooked
	exit 137
	E
	local pid
	while read -r pid; do
		until_true gone "$pid"
	done <children
}

@test "shell: the terminal is in order again when QEMU or the terminal's process is killed" {
	at_terminal <<-'E'
	mode raw
	expect ktstr:/#
	run pkill -KILL -P $PID qemu
	exit 125
	mode cooked
	E
	[[ $output == *"QEMU was killed by signal 9"* || $output == *"signal 9"* ]]
	at_terminal <<-'E'
	mode raw
	expect Ctrl-A X ends it
	run until pkill -KILL -P $PID ktstr-terminal; do sleep 0.1; done
	exit 125
	mode cooked
	E
	[[ $output == *"the process that served the terminal was killed"* ]]
}

@test "shell: SIGTERM, SIGHUP and SIGTSTP find and leave the terminal in order" {
	at_terminal <<-'E'
	mode raw
	expect ktstr:/#
	run kill -TSTP -$PID
	mode cooked
	run kill -CONT -$PID
	mode raw
	send echo $((40+2))\r
	expect 42
	run kill -TERM $PID
	exit 143
	mode cooked
	E
	at_terminal <<-'E'
	mode raw
	expect Ctrl-A X ends it
	run kill -HUP $PID
	exit 129
	mode cooked
	E
}

@test "shell: without a terminal commands come from a pipe while it grows, output and errors apart" {
	mkfifo in
	spawn sh -c 'exec "$@" <in >out 2>err' sh ktstr-vm shell "${kernel[@]}" --shell bash --include seq --include cat
	exec 8>in
	echo 'echo one; echo two >&2; [ -t 0 ] || echo no terminal' >&8
	for ((i = 0; i < 36; i++)); do until_true grep -qx two err 2>/dev/null && break; done
	until_true grep -qx 'no terminal' out
	[ "$(cat out)" = $'one\nno terminal' ]
	# More than all buffers on the way hold.
	{ echo 'cat <<"E" >/tmp/f'; seq 40000; echo E; echo 'cat /tmp/f; exit 3'; } >&8
	exec 8>&-
	wait "${spawned[0]}" && return 1
	[ $? -eq 3 ]
	{ echo one; echo no terminal; seq 40000; } | cmp - out
}

@test "shell: make ktstr-shell brings scheduler and tests, and the scheduler is in charge" {
	new_project p
	run -0 --separate-stderr kmake ktstr-shell TOPOLOGY=1n2l2c1t \
		KTSTR_SHELL_ARGS='--sched ktstr/scx_mini.sched --profile per-llc' <<-'E'
	cat /sys/kernel/sched_ext/state /sys/kernel/sched_ext/root/ops
	nproc; ls /ktstr; command -v scx_mini
	killall scx_mini
	until grep -q disabled /sys/kernel/sched_ext/state; do sleep 0.1; done
	sleep 0.5; echo still here
	E
	[[ $output == *"enabled"$'\n'"mini"*$'\n'"4"$'\n'*"scx_mini.sched"*"/bin/scx_mini"*"still here" ]]
	[[ $stderr == *"ktstr-vm: the scheduler did not stay in charge: "*"the scheduler's output:"*"  | scx_mini: 4 CPUs"* ]]
	printf '#include <stdio.h>\nint main(void) { puts("no such flag"); return 3; }\n' |
		"${CC:-cc}" -o build/scx_mini -x c -
	run -125 --separate-stderr ktstr-vm shell "${kernel[@]}" --sched ktstr/scx_mini.sched <<<'echo not reached'
	[ "$output" = "" ]
	[[ $stderr == *"there is no shell without the scheduler: it ended before it was in charge (exit 3)"*"  | no such flag"* ]]
	echo other >>ktstr-out/kernels/list
	run -2 --separate-stderr kmake ktstr-shell
	[[ $stderr == *"ktstr: a shell has one kernel, and these are several: k other; name one with KERNEL="* ]]
}

@test "shell: what cannot be is refused" {
	run -2 --separate-stderr ktstr-vm shell "${kernel[@]}" --clock virtual
	[ "$stderr" = "ktstr-vm: a shell needs the real clock: what is typed reaches a machine that runs, and under the virtual clock nothing may" ]
	run -2 --separate-stderr ktstr-vm shell "${kernel[@]}" --profile x
	[[ $stderr == *"--profile is of a scheduler"* ]]
	run -2 --separate-stderr ktstr-vm shell "${kernel[@]}" --test x
	[ "$stderr" = "ktstr-vm: shell takes no option --test; see --help" ]
	run -2 --separate-stderr ktstr-vm shell "${kernel[@]}" ls
	[ "$stderr" = "ktstr-vm: shell takes no argument 'ls'" ]
	touch bzImage
	run -127 --separate-stderr ktstr-vm shell --kernel bzImage --shell nonesuch
	[ "$stderr" = "ktstr-vm: no program 'nonesuch' in PATH" ]
	mkdir empty
	run -4 --separate-stderr env PATH="$PWD/empty" "$(command -v ktstr-vm)" shell --kernel bzImage --qemu /bin/true
	[[ $stderr == *"there is no program 'busybox'"*"busybox-static"* ]]
}
