#!/usr/bin/env bats
# A shell in a machine: what ktstr-vm-guest(7) says of shell; tests/full has more.
# shellcheck disable=SC2016,SC2154 # code for the guest's shell; bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load project
load terminal

setup_file() { new_terminal; }
setup() { new_shell; }

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
	# What prints is in the foreground already; before, the shell itself is,
	# which no key stops.
	send sh -c 'echo $((6*7)); exec sleep 1000000'\r
	expect 42
	send \x03
	expect ktstr:/#
	send sh -c 'echo $((6*8)); exec sleep 1000000'\r
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

@test "shell: without a terminal commands come from a pipe while it grows, output and errors apart" {
	mkfifo in
	spawn sh -c 'exec "$@" <in >out 2>err' sh ktstr-vm shell "${kernel[@]}" --shell bash --include seq --include cat
	exec 8>in
	echo 'echo one; echo two >&2; [ -t 0 ] || echo no terminal' >&8
	until_true grep -qsx two err
	until_true grep -qx 'no terminal' out
	[ "$(cat out)" = $'one\nno terminal' ]
	# More than all buffers on the way hold.
	{ echo 'cat <<"E" >/tmp/f'; seq 40000; echo E; echo 'cat /tmp/f; exit 3'; } >&8
	exec 8>&-
	wait "${spawned[0]}" && return 1
	[ $? -eq 3 ]
	{ echo one; echo no terminal; seq 40000; } | cmp - out
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
	boot_image bzImage
	run -127 --separate-stderr ktstr-vm shell --kernel bzImage --shell nonesuch
	[ "$stderr" = "ktstr-vm: no program 'nonesuch' in PATH" ]
	mkdir empty
	run -4 --separate-stderr env PATH="$PWD/empty" "$(command -v ktstr-vm)" shell --kernel bzImage --qemu /bin/true
	[[ $stderr == *"there is no program 'busybox'"*"busybox-static"* ]]
}
