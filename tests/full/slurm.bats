#!/usr/bin/env bats
# KTSTR_LAUNCH (doc/mk.md) with a batch system: Slurm, as Debian has it, with a
# controller and two computers, which are two daemons on this one.
# shellcheck disable=SC2154 # spawned is the helper's
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project

PATH=$PATH:/usr/sbin

setup() {
	needs_kernel
	local program
	for program in munged slurmctld slurmd srun squeue sinfo; do
		command -v $program >/dev/null || skip "needs $program: slurm-wlm and munge"
	done
	[ "$(id -u)" = 0 ] || skip "needs root, for slurmd"
	unshare -u true 2>/dev/null || skip "needs the right to have a host name of its own"
	private_places
	slurm=$BATS_TEST_TMPDIR/slurm
	mkdir -m 755 "$slurm"
	start_munge
	start_slurm
}

start_munge() {
	mkdir -m 711 "$slurm/munge"
	head -c 1024 /dev/urandom >"$slurm/munge/key"
	chmod 400 "$slurm/munge/key"
	spawn munged --foreground --force --key-file="$slurm/munge/key" --socket="$slurm/munge/socket" \
		--pid-file="$slurm/munge/pid" --log-file="$slurm/munge/log" --seed-file="$slurm/munge/seed" >"$slurm/munge.out" 2>&1
	until_true test -S "$slurm/munge/socket"
}

# Ports that nobody has, and then the two that slurmd has by its host name.
start_slurm() {
	local ports node
	read -ra ports < <(python3 -c '
import socket
all = [socket.socket() for _ in range(3)]
for s in all: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in all])')
	cat >"$slurm/slurm.conf" <<-EOF
		ClusterName=ktstr
		SlurmctldHost=$(hostname)(127.0.0.1)
		SlurmctldPort=${ports[0]}
		SlurmUser=root
		AuthType=auth/munge
		AuthInfo=socket=$slurm/munge/socket
		StateSaveLocation=$slurm/state
		SlurmdSpoolDir=$slurm/spool.%n
		SlurmctldPidFile=$slurm/slurmctld.pid
		SlurmdPidFile=$slurm/%n.pid
		SlurmctldLogFile=$slurm/slurmctld.log
		SlurmdLogFile=$slurm/%n.log
		ProctrackType=proctrack/linuxproc
		TaskPlugin=task/none
		JobAcctGatherType=jobacct_gather/none
		AccountingStorageType=accounting_storage/none
		SelectType=select/cons_tres
		SelectTypeParameters=CR_CPU
		SwitchType=switch/none
		MpiDefault=none
		ReturnToService=2
		SlurmdParameters=config_overrides
		NodeName=ktstr1 NodeHostname=ktstr1 NodeAddr=127.0.0.1 Port=${ports[1]} CPUs=1 State=UNKNOWN
		NodeName=ktstr2 NodeHostname=ktstr2 NodeAddr=127.0.0.1 Port=${ports[2]} CPUs=1 State=UNKNOWN
		PartitionName=all Nodes=ALL Default=YES State=UP
	EOF
	mkdir "$slurm/state" "$slurm"/spool.ktstr{1,2}
	export SLURM_CONF=$slurm/slurm.conf
	spawn slurmctld -D -i >"$slurm/slurmctld.out" 2>&1
	for node in ktstr1 ktstr2; do
		# shellcheck disable=SC2016 # the shell's own
		spawn unshare -u sh -c 'hostname "$1" && exec slurmd -D' sh $node >"$slurm/$node.out" 2>&1
	done
	until_true both_idle
}

# What runs on the computers is no child of ours; then all others.
teardown() {
	local pid
	if [ -n "${SLURM_CONF:-}" ]; then
		timeout 20 scancel --signal=KILL --user=root || :
		until_true none_left || :
	fi
	for pid in "${spawned[@]}"; do
		kill -KILL -- "-$pid" 2>/dev/null || :
	done
}
none_left() { [ -z "$(timeout 5 squeue -h 2>/dev/null)" ]; }

both_idle() { [ "$(sinfo -h -N -o %T 2>/dev/null | paste -sd' ')" = "idle idle" ]; }

@test "slurm: srun starts the machines on both computers, and all ends with make" {
	new_project "$BATS_TEST_TMPDIR/p"
	rm ktstr/*.test
	printf '[test]\nduration = 100ms\n[cgroup a]\nwork = cpu-spin workers=2\n[check]\nmax-spread = none\n' >ktstr/short.test
	launch='srun -n1 -c1 --quit-on-interrupt'
	run -0 kmake ktstr-progs
	run -0 kmake -j4 ktstr-test KTSTR_SEEDS=1..6 KTSTR_LAUNCH="$launch"
	[ "${lines[-1]}" = "6 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors" ]
	for node in ktstr1 ktstr2; do
		grep -q 'launch task' "$slurm/$node.log"
	done
	variant=k/scx_mini/short/own/default/virtual/s1
	steady $variant >hashes
	run -0 kmake ktstr-test KTSTR_SEEDS=1 RERUN=all
	steady $variant >>hashes
	[ "$(sort -u hashes | wc -l)" = 1 ]

	# What does not pass is told as it is here, with a command for here.
	sed -i 's/^max-spread.*/max-gap = 1us/' ktstr/short.test
	run -2 kmake ktstr-test KTSTR_SEEDS=1 KTSTR_LAUNCH="$launch"
	[[ $output == *"0 passed, 1 failed"* ]]
	[[ $output == *"again: "*"ktstr-vm run "* ]]

	# Killed with make, wherever it runs.
	sed -i 's/100ms/1000s/; /^max-gap/d' ktstr/short.test
	spawn env KTSTR_TEST_MARK="$BATS_TEST_TMPDIR" make --no-print-directory KTSTR="$KTSTR_TOP" KTSTR_TOOLS="$KTSTR_BUILD" \
		ktstr-test KTSTR_LAUNCH="$launch" >log 2>&1
	machine_runs() { pgrep -f "^qemu-system.*" -a | grep -q ktstr && [ "$(squeue -h -t R | wc -l)" = 1 ]; }
	until_true machine_runs
	kill -KILL "${spawned[-1]}"
	until_true none_left
	until_true both_idle
	until_true nothing_runs
}
