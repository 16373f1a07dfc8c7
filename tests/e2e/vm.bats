#!/usr/bin/env bats
# Machines really boot: what ktstr-vm(1) says of run and exec.
# shellcheck disable=SC2154,SC2317 # bats sets stderr; functions for until_true
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	cd "$BATS_TEST_TMPDIR" || return 1
	kernel=(--kernel "$KTSTR_TEST_KERNEL_ENTRY")
	printf '[test]\nduration = 100ms\nsettle = 50ms\n[cgroup a]\nwork = cpu-spin workers=2\n' >short.test
}

# guest_program NAME: compile the C program on standard input, statically.
guest_program() {
	"${CC:-cc}" -D_GNU_SOURCE -static -x c -o "$1" -
}

@test "vm: exec carries output and exit status back" {
	run -7 --separate-stderr ktstr-vm exec -q "${kernel[@]}" -- sh -c 'echo out; echo err >&2; exit 7'
	[ "$output" = "out" ]
	[ "$stderr" = "err" ]
}

@test "vm: exec tells of a command that died of a signal, as a shell does" {
	# shellcheck disable=SC2016
	run -137 ktstr-vm exec "${kernel[@]}" -- sh -c 'kill -9 $$'
}

@test "vm: exec gives 127 for a command that is not on the host, 126 for no program" {
	run -127 --separate-stderr ktstr-vm exec "${kernel[@]}" -- ./no-such-command
	[ "$stderr" = "ktstr-vm: cannot run './no-such-command': No such file or directory" ]
	run -126 ktstr-vm exec "${kernel[@]}" -- ./short.test
	run -127 --separate-stderr ktstr-vm exec "${kernel[@]}" -- no-such-command
	[ "$stderr" = "ktstr-vm: no program 'no-such-command' in PATH" ]
}

@test "vm: a command refuses the options of other commands" {
	run -2 --separate-stderr ktstr-vm exec "${kernel[@]}" --sched x.sched -- true
	[ "$stderr" = "ktstr-vm: exec takes no option --sched; see --help" ]
	run -2 --separate-stderr ktstr-vm --profile f exec "${kernel[@]}" -- true
	[ "$stderr" = "ktstr-vm: exec takes no option --profile; see --help" ]
	run -2 --separate-stderr ktstr-vm doctor --test x.test
	[ "$stderr" = "ktstr-vm: doctor takes no option --test; see --help" ]
}

@test "vm: run refuses what the test says it is not for" {
	printf '#!/bin/sh\n' >x
	chmod +x x
	printf '[scheduler]\nbinary = x\n[flag f]\nargs = -f\n' >s.sched
	local part='[test]\n%s\n[cgroup a]\nwork = cpu-spin\n'
	# shellcheck disable=SC2059 # four tests of one shape
	{
		printf "$part" 'scheduler = none' >none.test
		printf "$part" $'topology = 1n2l1c1t\nmin-llcs = 2' >llcs.test
		printf "$part" 'required-flags = f' >with.test
		printf "$part" 'excluded-flags = f' >without.test
	}
	run -2 --separate-stderr ktstr-vm run "${kernel[@]}" --sched s.sched --test none.test
	[ "$stderr" = "ktstr-vm: test 'none' is for scheduler 'none', not 's'" ]
	run -2 --separate-stderr ktstr-vm run "${kernel[@]}" --topology 1n1l2c1t --test llcs.test
	[ "$stderr" = "ktstr-vm: machine 1n1l2c1t has too few LLCs for test 'llcs'" ]
	run -2 --separate-stderr ktstr-vm run "${kernel[@]}" --sched s.sched --profile default --test with.test
	[ "$stderr" = "ktstr-vm: test 'with' requires flag 'f'" ]
	run -2 --separate-stderr ktstr-vm run "${kernel[@]}" --sched s.sched --profile f --test without.test
	[ "$stderr" = "ktstr-vm: test 'without' excludes flag 'f'" ]
}

@test "vm: a panic ends the machine, and its console is shown" {
	run -125 --separate-stderr ktstr-vm exec "${kernel[@]}" -- sh -c 'echo c >/proc/sysrq-trigger'
	[[ $stderr == *"the guest's kernel panicked: sysrq triggered crash"* ]]
	[[ $stderr == *"sysrq_handle_crash"* ]]
}

@test "vm: a hang is ended by the watchdog, with a stack" {
	guest_program hang <<-'C'
		#include <sched.h>
		#include <unistd.h>
		int main(void)
		{
			struct sched_param p = { .sched_priority = 99 };
			sched_setscheduler(0, SCHED_FIFO, &p);
			for (int i = 0; i < 8; i++)
				if (fork() == 0)
					for (;;) ;
			for (;;) ;
		}
	C
	run -125 --separate-stderr ktstr-vm exec "${kernel[@]}" -- ./hang
	[[ $stderr == *"the guest hung; its watchdog ended it"* ]]
}

@test "vm: the host-time limit ends a machine with 124" {
	run -124 --separate-stderr ktstr-vm exec "${kernel[@]}" --timeout 1 -- sleep 1000
	[[ $stderr == *" did not finish within 1 s of the host's time, the limit for the whole machine; --timeout sets it"* ]]
}

@test "vm: the guest has the declared nodes, caches, cores and threads" {
	# Long enough for the engine's looks to be what it costs, not its start and end.
	sed 's/^duration.*/duration = 500ms/' short.test >steady.test
	run -0 --separate-stderr ktstr-vm run "${kernel[@]}" --test steady.test --topology 2n4l1c2t --out o
	[ "$output" = "o/result.json" ]
	run -0 jq -r '.verdict + " " + .topology' o/result.json
	[ "$output" = "pass 2n4l1c2t" ]
	# What the engine takes of one CPU.
	run -0 jq '.engine | .wall_ns >= 5e8 and .cpu_ns > 0 and .percent < 1' o/result.json
	[ "$output" = true ] || { jq .engine o/result.json; return 1; }
	grep -F '"llcs":["0-1","2-3","4-5","6-7"]' o/channel.log >/dev/null
}

@test "vm: a result names the command that runs its variant again" {
	ktstr-vm run -q "${kernel[@]}" --test short.test --shift 2 --memory 600 --append 'a b' --console --out o || [ $? = 1 ]
	local again
	again=$(jq -r .rerun o/result.json)
	[[ $again == "ktstr-vm run --kernel "*" --seed 1 --shift 2 --memory 600 --append 'a b' --console" ]]
	cp o/result.json first.json
	eval "$again -q --out o" || [ $? = 1 ]
	diff <(jq -S 'del(.host)' first.json) <(jq -S 'del(.host)' o/result.json)
	grep -q 'Linux version' o/console.log
}

@test "vm: a result names what ran, not what stands there at the end" {
	cp short.test then.test
	spawn ktstr-vm run -q "${kernel[@]}" --test then.test --out o
	until_true qemu_of_spawned
	echo '# other' >>then.test
	wait "${spawned[0]}" || [ $? = 1 ]
	[ "$(jq -r .inputs.test o/result.json)" = "$(sha256sum <short.test | cut -d' ' -f1)" ]
}

@test "vm: KTSTR_CPUS binds the machine" {
	KTSTR_CPUS=0 spawn ktstr-vm exec "${kernel[@]}" -- sleep 1000000
	until_true qemu_of_spawned
	run -0 taskset -cp "$(pgrep -P "${spawned[0]}" -f qemu-system)"
	[[ $output == *": 0" ]]
}

# The machine that the first spawned ktstr-vm started.
qemu_of_spawned() { pgrep -P "${spawned[0]}" -f qemu-system >/dev/null; }

@test "vm: kill -9 of ktstr-vm leaves no machine behind" {
	spawn ktstr-vm run "${kernel[@]}" --test short.test --out o
	until_true qemu_of_spawned
	qemu=$(pgrep -P "${spawned[0]}" -f qemu-system)
	kill -KILL "${spawned[0]}"
	gone() { ! kill -0 "$qemu" 2>/dev/null; }
	until_true gone
	[ ! -e o/result.json ]
}

@test "vm: a killed machine is an error with a reason, never a pass" {
	sed -i 's/100ms/100s/' short.test
	spawn bash -c "ktstr-vm run ${kernel[*]} --test short.test --out o 2>err; echo \$? >status"
	qemu() { pgrep -f "qemu-system.*$BATS_TEST_TMPDIR|qemu-system" -s "${spawned[0]}"; }
	until_true qemu
	kill -KILL "$(qemu)"
	until_true test -s status
	[ "$(cat status)" = 125 ]
	run -0 jq -r '.verdict + " " + .class + " " + .reasons[0]' o/result.json
	[ "$output" = "error qemu QEMU died of signal 9 (Killed)" ]
}

@test "vm: SIGTERM ends machine and program" {
	spawn ktstr-vm exec "${kernel[@]}" -- sleep 1000000
	until_true qemu_of_spawned
	qemu=$(pgrep -P "${spawned[0]}" -f qemu-system)
	kill -TERM "${spawned[0]}"
	gone() { ! kill -0 "$qemu" 2>/dev/null && ! kill -0 "${spawned[0]}" 2>/dev/null; }
	until_true gone
}

@test "vm: without QEMU it is a skip that says how to get it" {
	run -4 --separate-stderr ktstr-vm run "${kernel[@]}" --test short.test --qemu no-such-qemu
	[ "$stderr" = "ktstr-vm: cannot run 'no-such-qemu': No such file or directory (install QEMU: make deps)" ]
}

@test "vm: --dry-run prints a command that a shell can run" {
	run -0 --separate-stderr ktstr-vm run "${kernel[@]}" --test short.test --dry-run
	eval "words=($output)"
	[ "${words[0]}" = qemu-system-x86_64 ]
	[[ $output == *"-icount shift=3,sleep=off"* ]]
}

@test "vm: a topology that TCG cannot number is a skip" {
	run -4 --separate-stderr ktstr-vm run "${kernel[@]}" --test short.test --topology 1n33l8c1t
	[[ $stderr == *"APIC id"* ]]
}

@test "vm: a kernel of the cache is locked while its machine runs" {
	mkdir -p cache/.locks
	cp -R "$KTSTR_TEST_KERNEL_ENTRY" cache/key
	spawn ktstr-vm exec --kernel cache/key -- sleep 1000000
	until_true qemu_of_spawned
	run ! flock -xn cache/.locks/key.lock true
	run -0 flock -sn cache/.locks/key.lock true
	kill -KILL "${spawned[0]}"
	until_true flock -xn cache/.locks/key.lock true
}

@test "vm: -v tells how long each phase took, and so does the result" {
	run -0 --separate-stderr ktstr-vm run -v "${kernel[@]}" --test short.test --out o
	local name
	for name in qemu firmware kernel init load run shutdown; do
		grep -qE "^ktstr-vm: $name +(-|[0-9.]+ s) +(-|[0-9.]+ s)$" <<<"$stderr"
	done
	run -0 jq -e '.phases | .firmware_ns > 0 and .kernel_ns > 0 and .init_ns > 0 and .run_ns > 100000000 and .attach_ns == null' o/result.json
	run -0 jq -e '.host.phases | .start != null and .qemu_s > 0 and .ready_s > .qemu_s and .job_s > 0' o/result.json
	run -0 --separate-stderr ktstr-vm exec -v "${kernel[@]}" -- true
	[[ $stderr == *"ktstr-vm: kernel "* ]]
}
