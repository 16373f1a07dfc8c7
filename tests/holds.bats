#!/usr/bin/env bats
# tests/soak/holds.bash: what a killed or hindered command could leave, each kind
# planted and found; and soak.sh's words.
# shellcheck disable=SC2154,SC2317 # bats sets output, helper.bash spawned; called by name
bats_require_minimum_version 1.5.0
load helper
load soak/holds

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	folder=ktstr-out/results/k/none/a/own/default/virtual/s1
	mkdir -p "$folder" ktstr-out/kernels tmp locks
	result pass 0a1b '"host": {"wall_s": 1}' >"$folder"/result.json
	touch "$folder"/{inputs,passed-0a1b,console.log,channel.log,scheduler.log} ktstr-out/{plan.mk,variants,sources,progress,lock}
	steady_facts "$folder" >want
}

# result VERDICT IDENTITY MEMBER...: as ktstr-vm writes it.
result() {
	printf '{"schema_version": 1, "verdict": "%s", "class": "%s", "reasons": [%s], "rerun": "ktstr-vm run", "identity": "%s", %s}\n' \
		"$1" "$([ "$1" = pass ] && echo ok || echo qemu)" "$([ "$1" = pass ] || echo '"it died"')" "$2" "$3"
}

# finds LINE COMMAND...: it prints this line, a pattern, and no other one.
finds() {
	local line=$1
	shift
	run "$@"
	# shellcheck disable=SC2053 # a pattern
	[[ $output == $line ]]
}

all() {
	holds_processes
	holds_locks locks
	holds_temporary tmp
	holds_cgroups cgroups
	holds_files ktstr-out
	holds_results ktstr-out
	holds_verdict ktstr-out k/none/a/own/default/virtual/s1 want
}

@test "holds: says nothing where all holds" {
	finds '' all
}

@test "holds: a process, by its environment or, of QEMU, by its folder" {
	spawn env KTSTR_TEST_MARK="$BATS_TEST_TMPDIR" sleep 100
	found() { [[ $(holds_processes) == process:*"sleep 100" ]]; }
	until_true found
	kill -KILL -- "-${spawned[-1]}"
	until_true nothing_runs
	spawn bash -c 'exec -a qemu-system-x86_64 sleep 101'
	found() { [[ $(holds_processes) == process:*"qemu-system-x86_64 101" ]]; }
	until_true found
	kill -KILL -- "-${spawned[-1]}"
	until_true nothing_runs
	# Another one is nobody's business.
	spawn env -C / sleep 102
	finds '' holds_processes
}

@test "holds: a lock on a file, on a folder, on a byte of a file" {
	mkdir locks/template
	touch locks/source.lock
	spawn flock locks/source.lock sleep 100
	found() { [ "$(holds_locks locks)" = "lock: locks/source.lock (flock)" ]; }
	until_true found
	kill -KILL -- "-${spawned[-1]}"
	spawn flock -s locks/template sleep 100
	found() { [ "$(holds_locks locks)" = "lock: locks/template (flock)" ]; }
	until_true found
	kill -KILL -- "-${spawned[-1]}"
	spawn ktstr-lock -q cpus --cap 1 --lock-dir "$PWD/locks" -- sleep 100
	found() { [[ $(holds_locks locks) == *"/cpu-use.lock (fcntl)"* ]]; }
	until_true found
	kill -KILL -- "-${spawned[-1]}"
	found() { [ -z "$(holds_locks locks)" ]; }
	until_true found
}

@test "holds: a temporary file or folder" {
	mkdir tmp/ktstr.abcdef
	finds 'temporary: tmp/ktstr.abcdef' all
	finds '' holds_temporary none
}

@test "holds: a cgroup whose maker has ended" {
	local space self
	space=$(stat -Lc %i /proc/self/ns/pid)
	self=$(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20)
	# ours; one of another namespace; those of a pid that is another process by now, or none
	mkdir -p "cgroups/ktstr-sandbox-$$-$self-$space" "cgroups/ktstr-sandbox-$$-$self-1" cgroups/other
	finds '' all
	mkdir -p "cgroups/other/ktstr-sandbox-$$-$((self + 1))-$space"
	finds "cgroup: cgroups/other/ktstr-sandbox-$$-*" all
	rmdir cgroups/other/*
	mkdir "cgroups/ktstr-sandbox-99999999-7-$space"
	finds 'cgroup: cgroups/ktstr-sandbox-99999999-7-*' all
}

@test "holds: a file under a name that is not final" {
	local file
	for file in "$folder"/{result.json.aBcDeF,console.log.ktstr-new,passed-0a1b.x,passed-xyz,core} \
		ktstr-out/{plan.mk.new,sources.new.12,variants.aBcDeF} ktstr-out/kernels/.k.new; do
		touch "$file"
		finds "half: $file" all
		rm "$file"
	done
}

@test "holds: a result that is cut, empty, or says too little" {
	local text
	for text in '' '{"schema_version": 1, "ver' '[]' '{"verdict": "pass"}' \
		"$(result maybe 1 '"host": 1')" "$(result fail 1 '"host": 1' | sed 's/"it died"//')" "$(result pass 1 '"host": 1' | sed 's/ktstr-vm run//')"; do
		rm -f "$folder"/passed-*
		echo "$text" >"$folder"/result.json
		finds "half: $folder/result.json" holds_results ktstr-out
	done
}

@test "holds: a stamp that stands beside no pass of its own" {
	local stamp="stamp: $folder/passed-0a1b stands beside no pass of its own"
	result fail 0a1b '"host": 1' >"$folder"/result.json
	finds "$stamp" holds_results ktstr-out
	result pass 0a1c '"host": 1' >"$folder"/result.json
	finds "$stamp" holds_results ktstr-out
	rm "$folder"/result.json
	finds "$stamp" holds_results ktstr-out
}

@test "holds: a verdict, or one byte of a result, that differs" {
	local verdict=(holds_verdict ktstr-out k/none/a/own/default/virtual/s1 want)
	result pass 0a1b '"host": {"wall_s": 2}' >"$folder"/result.json
	finds '' "${verdict[@]}"
	echo >"$folder"/console.log
	finds 'verdict: k/none/a/own/default/virtual/s1 is pass/ok, where pass/ok is right: *' "${verdict[@]}"
	: >"$folder"/console.log
	result error 0a1b '"host": 1' >"$folder"/result.json
	finds 'verdict: * is error/qemu, where pass/ok is right: it died' "${verdict[@]}"
	finds '' "${verdict[@]}" missing error/qemu
	finds 'verdict: * is error/qemu, *' "${verdict[@]}" missing error/harness
	rm "$folder"/result.json
	finds 'verdict: * is missing, where pass/ok is right: ' "${verdict[@]}"
	finds '' "${verdict[@]}" missing
}

@test "holds: a tally that is not that of the results" {
	local tally=(holds_tally ktstr-out log k/none/a/own/default/virtual/s1 k/none/b/own/default/virtual/s1)
	: >log
	finds '' "${tally[@]}"
	echo '1 passed, 0 failed, 0 inconclusive, 0 skipped, 1 errors' >log
	finds '' "${tally[@]}"
	echo '2 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors' >>log
	finds "tally: '2 passed, *' was told, and the results are '1 passed, * 1 errors'" "${tally[@]}"
}

@test "soak: a word that it does not know is refused, and what lacks is told" {
	KTSTR_TEST_KERNEL_ENTRY=$PWD KTSTR_SOAK_FAULTS='kill quake' run "$KTSTR_TOP/tests/soak/soak.sh" soak
	[ "$status" != 4 ] || skip "$output"
	[ "$status" = 2 ]
	[[ $output == "soak: there is no 'quake' among: cache clock full kill "* ]]
	KTSTR_TEST_KERNEL_ENTRY='' run -4 "$KTSTR_TOP/tests/soak/soak.sh" soak
	[ "$output" = "soak: there is no kernel: KTSTR_TEST_KERNEL_ENTRY" ]
}

@test "soak: a file system is full at once, also while somebody writes there, and as large as before afterwards" {
	local spaces=(unshare --mount)
	[ "$(id -u)" = 0 ] || spaces+=(--map-root-user)
	"${spaces[@]}" true 2>/dev/null || skip "no namespaces of mounts can be had here"
	mkdir -p world/cache
	cat >try <<-'END'
		. "$KTSTR_TOP/tests/soak/faults.bash"
		world=$PWD/world job_dir=$world KTSTR_CACHE_DIR=$world/cache
		mount -t tmpfs -o size=1G none world/cache || exit
		hold() {
			! { head -c 1M /dev/zero >world/cache/1 && : >world/cache/2 && : >world/cache/3; } 2>err || echo "not full: $fault_what"
			rm -f world/cache/[123]
		}
		while :; do
			head -c 300K /dev/zero >world/cache/other
			rm -f world/cache/other
		done 2>/dev/null &
		trap "kill $!" EXIT
		before=$(stat -f -c '%b %c' world/cache)
		for ((n = 1; n <= 30; n += 3)); do
			fault_full $n 1 2>>retries || echo "it met nobody: $n"
			echo "$fault_what" >>whats
		done
		[ "$(stat -f -c '%b %c' world/cache)" = "$before" ]
	END
	run -0 "${spaces[@]}" bash try
	echo "$output"
	[ "$output" = "" ]
	[ "$(sort -u whats | wc -l)" = 2 ]
}
