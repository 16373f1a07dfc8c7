#!/usr/bin/env bats
# A shell in a machine: how it ends, and the one of make.
# shellcheck disable=SC2016,SC2154 # code for the guest's shell; bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project
load ../e2e/terminal

gone() { ! kill -0 "$1" 2>/dev/null; }

setup_file() { new_terminal; }
setup() { new_shell; }

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

@test "shell: SIGTERM ends it also when nobody reads what it shows" {
	local vm
	command -v script >/dev/null || skip "needs script(1)"
	mkfifo pipe
	exec 7<>pipe
	full() { ! dd if=/dev/zero of=pipe bs=4096 count=1 oflag=nonblock 2>/dev/null; }
	until_true full
	spawn script -qec "exec ktstr-vm shell -q ${kernel[*]} >pipe" /dev/null </dev/null 7>&-
	blocks() { # the terminal's process, in write(2) to standard output
		vm=$(pgrep -P "${spawned[0]}") && grep -qs '^1 0x1 ' "/proc/$(pgrep -P "$vm" -x ktstr-terminal)/syscall"
	}
	until_true blocks
	kill -TERM "$vm"
	until_true gone "${spawned[0]}"
	exec 7>&-
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
