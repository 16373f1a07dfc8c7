#!/usr/bin/env bats
# Payloads as machines run them: what doc/checks.md says of them.
# shellcheck disable=SC2154 # bats sets output, stderr
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	cd "$BATS_TEST_TMPDIR" || return 1
}

# payload NAME FILTER: jq over one payload of the result in a.
payload() {
	jq -r --arg name "$1" ".payloads[] | select(.name == \$name) | $2" a/result.json
}

@test "payloads: all kinds in one machine, judged by end, numbers and time" {
	cat >daemon.c <<-'C'
		#include <unistd.h>
		int main(void)
		{
			if (fork() > 0)
				return 0;
			setsid();
			for (;;)
				pause();
		}
	C
	"${CC:-cc}" -o daemon daemon.c
	mkdir data
	printf '%s\n' one two two >data/list.txt
	cat >all.test <<-'T'
		[test]
		duration = 1s
		settle = 10ms
		topology = 1n1l2c1t
		[cgroup a]
		work = none
		cpuset = cpus 1
		[payload json]
		command = sh -c 'echo "run [x]"; while read -r k v; do case $k in Cpus_allowed_list:) echo "{\"jobs\":[{\"iops\":12.5,\"99.0\":{\"cpu\":$v}}]}";; esac; done </proc/self/status'
		output = json
		cgroup = a
		metric = jobs.0.iops min=12.5 max=12.5 unit=1/s better=higher
		metric = jobs.0.99.0.cpu max=0.5 better=lower
		[payload regex]
		command = sh -c 'echo "speed: 77.5 MB/s" >&2; exit 3'
		output = regex
		status = 3
		start = op
		metric = speed min=70 max=80 match=^speed: +([0-9.]+)
		[payload code]
		command = sh -c 'exit 4'
		# More than a pipe holds, while nobody waits for it; then more than is kept.
		[payload chatty]
		command = seq 20000
		output = regex
		metric = last min=20000 match=^20000$
		[payload endless]
		command = yes
		timeout = 300ms
		cgroup = a
		# It leaves its session, and its cgroup is removed all the same.
		[payload daemon]
		command = ./daemon
		cgroup = a
		[payload shot]
		command = sleep 1000
		# Its folder has its file.
		[payload reader]
		command = grep -c two list.txt
		file = data/list.txt
		output = regex
		metric = lines min=2 max=2 match=^[0-9]+$
		[step one]
		run-payload = regex
		wait-payload = regex
		kill-payload = shot
		hold = 10ms
	T
	run -1 --separate-stderr ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --kernel-label k \
		--test all.test --out a
	[ "$(payload json .end)" = ended ]
	[ "$(payload json '[.metrics[].value] | join(" ")')" = "12.5 1" ]
	[ "$(payload json '[.metrics[].ok] | join(" ")')" = "true false" ]
	[ "$(payload json '.metrics[0] | .unit, .better, .min' | xargs)" = "1/s higher 12.5" ]
	[ "$(payload regex '[.end, .status, .metrics[0].value] | join(" ")')" = "ended 3 77.5" ]
	[ "$(payload chatty '[.end, .metrics[0].value] | join(" ")')" = "ended 20000" ]
	[ "$(payload shot '[.end, .signal] | join(" ")')" = "killed 9" ]
	[ "$(payload endless .end)" = timeout ]
	[ "$(payload endless .ran_ns)" -ge 300000000 ]
	[ "$(payload endless .ran_ns)" -lt 1000000000 ]
	[ "$(payload daemon .end)" = ended ]
	[ "$(payload reader '.metrics[0].value')" = 2 ]
	[ "$(jq -r '.class, .timeline[-1].what' a/result.json)" = $'check-failed\nremoved' ]
	[[ $stderr == *"payload 'json': jobs.0.99.0.cpu is 1, above max 0.5"* ]]
	[[ $stderr == *"payload 'code' ended with status 4, not 0"* ]]
	[[ $stderr == *"payload 'endless' did not end within 0.300 s"* ]]
	[[ $stderr != *"payload 'shot'"* ]]
	grep -qx '\[payload regex, stderr\]' a/payload.log
	# All of what it wrote is there, with the one line of the reader, and of the endless one what is kept.
	[ "$(grep -cxE '[0-9]+' a/payload.log)" -eq 20001 ]
	[ "$(grep -cx y a/payload.log)" -ge 40000 ]
	[ "$(grep -cx y a/payload.log)" -le 132000 ]
}
