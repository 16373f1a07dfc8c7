#!/usr/bin/env bats
# ktstr-lock(1): what the manual page promises.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # code for other shells; variables of bats
bats_require_minimum_version 1.5.0
load lock

@test "lock: cpus gives its command CPUs, nodes and a number of jobs" {
	run -0 ktstr-lock cpus --cap 1 --root "$machines/2cpu-vm" -- \
		sh -c 'echo $KTSTR_CPUS $KTSTR_MEMS $KTSTR_JOBS'
	[ "$output" = "0 0 1" ]
}

@test "lock: the exit status of the command is its own" {
	run -7 ktstr-lock cpus -- sh -c 'exit 7'
	run -7 ktstr-lock source "$tree" -- sh -c 'exit 7'
}

@test "lock: a command that is not there exits 127, one that cannot run 126" {
	run -127 ktstr-lock cpus -- no-such-command
	: >"$BATS_TEST_TMPDIR/plain"
	run -126 ktstr-lock source "$tree" -- "$BATS_TEST_TMPDIR/plain"
}

@test "lock: it becomes the command" {
	run -0 sh -c 'echo $$; exec ktstr-lock cpus -- sh -c "echo \$\$"'
	[ "${lines[0]}" = "${lines[1]}" ]
}

@test "lock: plan prints the three variables and takes nothing" {
	run -0 --separate-stderr ktstr-lock plan --root "$machines/4llc"
	[ "${lines[0]}" = "KTSTR_CPUS=0-4" ]
	[ "${lines[1]}" = "KTSTR_MEMS=0" ]
	[ "${lines[2]}" = "KTSTR_JOBS=5" ]
	[ ! -e "$KTSTR_LOCK_DIR" ]
}

@test "lock: a plan over two nodes says so" {
	run -0 --separate-stderr ktstr-lock plan --cap 10 --root "$machines/2node"
	[ "${lines[0]}" = "KTSTR_CPUS=0-9" ]
	[ "${lines[1]}" = "KTSTR_MEMS=0-1" ]
	# shellcheck disable=SC2154 # set by run --separate-stderr
	[[ $stderr == *"[0 (node 0), 4 (node 0), 8 (node 1)]"*"2 NUMA nodes"* ]]
	run -0 --separate-stderr ktstr-lock -q plan --cap 10 --root "$machines/2node"
	[ "$stderr" = "" ]
}

@test "lock: CPUs that the recorded process may not use are not planned" {
	cp -R "$machines/4llc" "$BATS_TEST_TMPDIR/machine"
	printf 'Cpus_allowed_list:\t6-9\nMems_allowed_list:\t0\n' \
		>"$BATS_TEST_TMPDIR/machine/proc/self/status"
	run -0 ktstr-lock plan --root "$BATS_TEST_TMPDIR/machine"
	[ "${lines[0]}" = "KTSTR_CPUS=6-9" ]
}

@test "lock: the affinity of the caller is obeyed" {
	local cpu
	cpu=$(taskset -cp $$ | sed 's/.*[-, ]//')
	run -0 taskset -c "$cpu" ktstr-lock cpus -- sh -c 'echo $KTSTR_CPUS'
	[ "$output" = "$cpu" ]
}

@test "lock: two that start together take different CPUs" {
	local i
	for i in 0 1 2 3; do
		spawn ktstr-lock cpus --cap 1 --root "$machines/4llc" -- \
			sh -c "echo \$KTSTR_CPUS >'$BATS_TEST_TMPDIR/cpu.$i'; sleep 60"
	done
	for i in 0 1 2 3; do until_true test -s "$BATS_TEST_TMPDIR/cpu.$i"; done
	[ "$(sort "$BATS_TEST_TMPDIR"/cpu.? | tr '\n' ' ')" = "0 1 2 3 " ]
	# the LLC is full now: the next one takes another
	run -0 ktstr-lock plan --cap 1 --root "$machines/4llc"
	[ "${lines[0]}" = "KTSTR_CPUS=4" ]
}

@test "lock: is held until the last process of the command is gone" {
	spawn ktstr-lock cpus --root "$machines/1cpu" -- \
		sh -c "sleep 60 & echo \$! >'$BATS_TEST_TMPDIR/pid'; exit"
	until_true test -s "$BATS_TEST_TMPDIR/pid"
	wait "${spawned[0]}"
	busy "$KTSTR_LOCK_DIR/llc-0.lock"
	run -0 ktstr-lock plan --root "$machines/1cpu"
	kill -KILL "$(cat "$BATS_TEST_TMPDIR/pid")"
	until_true free "$KTSTR_LOCK_DIR/llc-0.lock"
}

@test "lock: --no-wait on a busy LLC exits 75 and names the holder" {
	mkdir "$KTSTR_LOCK_DIR"
	hold "$KTSTR_LOCK_DIR/llc-0.lock"
	run -75 --separate-stderr ktstr-lock cpus --no-wait --root "$machines/1cpu" -- true
	[[ $stderr == *"LLC 0 ('$KTSTR_LOCK_DIR/llc-0.lock') is held by pid ${spawned[0]} (flock -o "* ]]
	run -9 ktstr-lock cpus --no-wait --conflict-exit-code 9 --root "$machines/1cpu" -- true
}

@test "lock: --wait=SECS ends with 75 as well" {
	mkdir "$KTSTR_LOCK_DIR"
	hold "$KTSTR_LOCK_DIR/llc-0.lock"
	run -75 ktstr-lock cpus --wait=100ms --root "$machines/1cpu" -- true
	run -75 ktstr-lock cpus --wait=0 --root "$machines/1cpu" -- true
}

@test "lock: it waits, says for whom, and goes on" {
	mkdir "$KTSTR_LOCK_DIR"
	hold "$KTSTR_LOCK_DIR/llc-0.lock"
	spawn sh -c "ktstr-lock cpus --root '$machines/1cpu' -- echo went on \
		>'$BATS_TEST_TMPDIR/out' 2>'$BATS_TEST_TMPDIR/err'"
	until_true grep -q "is held by pid ${spawned[0]} .*; waiting" "$BATS_TEST_TMPDIR/err"
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
	kill -KILL -- "-${spawned[0]}"
	until_true grep -q "went on" "$BATS_TEST_TMPDIR/out"
}

@test "lock: a busy LLC is left alone where others have room" {
	mkdir "$KTSTR_LOCK_DIR"
	hold "$KTSTR_LOCK_DIR/llc-0.lock"
	run -0 ktstr-lock cpus --no-wait --cap 4 --root "$machines/4llc" -- \
		sh -c 'echo $KTSTR_CPUS'
	[ "$output" = "4-7" ]
}

@test "lock: KTSTR_CPU_CAP is a cap, --cap wins, an empty one is none" {
	KTSTR_CPU_CAP=3 run -0 ktstr-lock plan --root "$machines/4llc"
	[ "${lines[0]}" = "KTSTR_CPUS=0-2" ]
	KTSTR_CPU_CAP=3 run -0 ktstr-lock plan --cap 2 --root "$machines/4llc"
	[ "${lines[0]}" = "KTSTR_CPUS=0-1" ]
	KTSTR_CPU_CAP='' run -0 ktstr-lock plan --root "$machines/4llc"
	[ "${lines[0]}" = "KTSTR_CPUS=0-4" ]
}

@test "lock: bad caps are refused with their source" {
	run -2 ktstr-lock plan --cap 0
	[[ $output == *"--cap must be 1 CPU or more, not 0"* ]]
	KTSTR_CPU_CAP=0 run -2 ktstr-lock plan
	[[ $output == *"KTSTR_CPU_CAP must be 1 CPU or more"* ]]
	KTSTR_CPU_CAP=two run -2 ktstr-lock plan
	[[ $output == *"KTSTR_CPU_CAP 'two' is no number"* ]]
	run -2 ktstr-lock plan --cap 17 --root "$machines/4llc"
	[[ $output == *"17 CPUs are wanted, and this process may use 16"* ]]
}

@test "lock: a cap and the bypass contradict each other" {
	KTSTR_BYPASS_LLC_LOCKS=1 run -2 ktstr-lock cpus --cap 1 -- true
	[[ $output == *"resource contract"* ]]
	KTSTR_CPU_CAP=1 KTSTR_BYPASS_LLC_LOCKS=1 run -2 ktstr-lock plan
	[[ $output == *"resource contract"* ]]
}

@test "lock: under the bypass nothing is locked, restricted or read" {
	KTSTR_CPUS=9 KTSTR_BYPASS_LLC_LOCKS=1 run -0 ktstr-lock cpus -- \
		sh -c 'echo "${KTSTR_CPUS-unset} $KTSTR_JOBS"'
	[ "$output" = "unset $(nproc)" ]
	[ ! -e "$KTSTR_LOCK_DIR" ]
	KTSTR_BYPASS_LLC_LOCKS=1 run -0 ktstr-lock source "$tree" -- true
	[ ! -e "$KTSTR_CACHE_DIR" ]
	KTSTR_BYPASS_LLC_LOCKS='' run -0 ktstr-lock cpus -- true
	[ -e "$KTSTR_LOCK_DIR" ]
}

@test "lock: without a topology it warns, but with a cap it fails" {
	mkdir -p "$BATS_TEST_TMPDIR/empty/proc/self"
	printf 'Cpus_allowed_list:\t0-2\n' >"$BATS_TEST_TMPDIR/empty/proc/self/status"
	run -0 --separate-stderr ktstr-lock cpus --root "$BATS_TEST_TMPDIR/empty" -- echo ran
	[ "$output" = "ran" ]
	[[ $stderr == *"no CPUs are reserved"* ]]
	run -125 ktstr-lock cpus --cap 1 --root "$BATS_TEST_TMPDIR/empty" -- true
	[[ $output == *"cannot keep to 1 CPUs"* ]]
}

@test "lock: folder and files are open to every user" {
	(umask 077 && ktstr-lock cpus --root "$machines/1cpu" -- true)
	[ "$(stat -c %a "$KTSTR_LOCK_DIR")" = 1777 ]
	[ "$(stat -c %a "$KTSTR_LOCK_DIR"/llc-0.lock)" = 666 ]
}

@test "lock: a second user can share the locks" {
	[ "$(id -u)" = 0 ] || skip "needs root to become another user"
	chmod 755 "$BATS_TEST_TMPDIR"
	KTSTR_LOCK_DIR=$(mktemp -d -u "${TMPDIR:-/tmp}/ktstr-bats.XXXXXX")
	export KTSTR_LOCK_DIR
	ktstr-lock cpus -- true
	cp "$(command -v ktstr-lock)" "$KTSTR_LOCK_DIR/program"
	run -0 setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$KTSTR_LOCK_DIR/program" cpus --no-wait -- true
	rm -rf "$KTSTR_LOCK_DIR"
}

@test "lock: a symbolic link or a folder as lock file is refused" {
	mkdir "$KTSTR_LOCK_DIR"
	ln -s /etc/passwd "$KTSTR_LOCK_DIR/llc-0.lock"
	run -125 ktstr-lock cpus --root "$machines/1cpu" -- true
	[ "$output" = "ktstr-lock: cannot open lock file 'llc-0.lock': it is a symbolic link; the lock folder is '$KTSTR_LOCK_DIR'" ]
	rm "$KTSTR_LOCK_DIR/llc-0.lock"
	mkdir "$KTSTR_LOCK_DIR/llc-0.lock"
	run -125 ktstr-lock cpus --root "$machines/1cpu" -- true
	[[ $output == *"not a regular file"* ]]
}

@test "lock: source is exclusive, and only for the same tree" {
	spawn ktstr-lock source "$tree" -- sleep 60
	until_true test -e "$KTSTR_CACHE_DIR/.locks"
	until_true busy "$(source_lock)"
	run -75 --separate-stderr ktstr-lock source "$tree/../tree/." --no-wait -- true
	[[ $stderr == *"source tree '$tree'"*"is held by pid ${spawned[0]} (sleep 60)"* ]]
	mkdir "$BATS_TEST_TMPDIR/other"
	run -0 ktstr-lock source "$BATS_TEST_TMPDIR/other" --no-wait -- true
}

@test "lock: source's file is named by the CRC32 of the canonical path" {
	ktstr-lock source "$tree/." -- true
	local crc
	crc=$(printf %s "$(realpath "$tree")" | gzip -c | tail -c 8 | head -c 4 | od -An -tx4 | tr -d ' ')
	[ -e "$KTSTR_CACHE_DIR/.locks/source-$crc.lock" ]
}

@test "lock: source waits, and tells its command that it did" {
	run -0 ktstr-lock source "$tree" -- sh -c 'echo "${KTSTR_SOURCE_WAITED-no}"'
	[ "$output" = "no" ]
	spawn ktstr-lock source "$tree" -- sleep 60
	until_true busy "$(source_lock)"
	spawn sh -c "ktstr-lock source '$tree' -- sh -c 'echo waited=\$KTSTR_SOURCE_WAITED' \
		>'$BATS_TEST_TMPDIR/out' 2>'$BATS_TEST_TMPDIR/err'"
	until_true grep -q "is held by pid ${spawned[0]} (sleep 60); waiting" "$BATS_TEST_TMPDIR/err"
	kill -KILL "${spawned[0]}"
	until_true grep -qx "waited=1" "$BATS_TEST_TMPDIR/out"
}

@test "lock: source inside source of the same tree does not wait for itself" {
	run -0 timeout 5 ktstr-lock source "$tree" -- ktstr-lock source "$tree" -- echo inner
	[ "$output" = "inner" ]
}

@test "lock: a folder that is not there is no source" {
	run -2 ktstr-lock source "$tree/none" -- true
	: >"$BATS_TEST_TMPDIR/plain"
	run -2 ktstr-lock source "$BATS_TEST_TMPDIR/plain" -- true
	run -2 ktstr-lock source
	run -2 ktstr-lock source "$tree"
}

@test "lock: bad homes are named" {
	unset KTSTR_CACHE_DIR XDG_CACHE_HOME
	HOME=/ run -125 ktstr-lock source "$tree" -- true
	[[ $output == *"HOME is '/'"*"KTSTR_CACHE_DIR"* ]]
}

@test "lock: --die-with-parent ends the command when its parent is killed" {
	spawn sh -c "ktstr-lock cpus --root '$machines/1cpu' --die-with-parent -- \
		sh -c 'echo \$\$ >\"$BATS_TEST_TMPDIR/pid\"; exec sleep 60'; :"
	until_true test -s "$BATS_TEST_TMPDIR/pid"
	kill -KILL "${spawned[0]}"
	until_true dead "$(cat "$BATS_TEST_TMPDIR/pid")"
	until_true free "$KTSTR_LOCK_DIR/llc-0.lock"
}

@test "lock: list shows locks, holders and CPUs, and takes none" {
	run -0 ktstr-lock list
	[ "${lines[2]}" = "  (none)" ]
	[ ! -e "$KTSTR_LOCK_DIR" ]
	spawn ktstr-lock source "$tree" -- ktstr-lock cpus --cap 2 --root "$machines/4llc" -- sleep 60
	until_true grep -qx sleep "/proc/${spawned[0]}/comm"
	: >"$KTSTR_LOCK_DIR/llc-4.lock"
	run -0 ktstr-lock list --root "$machines/4llc"
	[[ $output == *"0     0     shared    $KTSTR_LOCK_DIR/llc-0.lock ${spawned[0]} (sleep 60)"* ]]
	[[ $output == *"4     0     free      $KTSTR_LOCK_DIR/llc-4.lock <none recorded>"* ]]
	[[ $output == *"1     0     shared 1     $KTSTR_LOCK_DIR/cpu-use.lock ${spawned[0]} (sleep 60)"* ]]
	[[ $output == *"$(source_lock) ${spawned[0]} (sleep 60)"* ]]
}

@test "lock: list --json is JSON, also with a nasty command line" {
	spawn ktstr-lock cpus --cap 2 --root "$machines/2node" -- \
		sh -c 'sleep 60; : "\"
\ '$'\xff''"'
	until_true test -e "$KTSTR_LOCK_DIR/cpu-use.lock"
	until_true grep -qx sh "/proc/${spawned[0]}/comm"
	: >"$KTSTR_LOCK_DIR/llc-8.lock"
	ktstr-lock list --json --root "$machines/2node" >"$BATS_TEST_TMPDIR/json"
	[ "$(jq -c '[.llcs[0] | .llc, .numa_node, .holders[0].pid]' "$BATS_TEST_TMPDIR/json")" = "[0,0,${spawned[0]}]" ]
	[ "$(jq -c '[.llcs[1] | .llc, .numa_node, .holders]' "$BATS_TEST_TMPDIR/json")" = "[8,1,[]]" ]
	[ "$(jq -c '[.cpus[] | .cpu, .numa_node, .state, .users, .holders[0].pid]' "$BATS_TEST_TMPDIR/json")" = \
		"[0,0,\"shared\",1,${spawned[0]},1,0,\"shared\",1,${spawned[0]}]" ]
	[ "$(jq -c .sources "$BATS_TEST_TMPDIR/json")" = "[]" ]
}

@test "lock: wrong command lines exit 2" {
	run -2 ktstr-lock
	run -2 ktstr-lock nonsense
	run -2 ktstr-lock --no-such-option
	run -2 ktstr-lock cpus
	run -2 ktstr-lock cpus --json -- true
	[[ $output == *"'cpus' does not take --json"* ]]
	run -2 ktstr-lock source "$tree" --cap 1 -- true
	run -2 ktstr-lock plan extra
	run -2 ktstr-lock cpus --wait=soon -- true
	run -2 ktstr-lock cpus --conflict-exit-code 256 -- true
	unset KTSTR_LOCK_DIR
	run -2 ktstr-lock cpus --root "$machines/4llc" -- true
	[[ $output == *"--lock-dir"* ]]
}

@test "lock: it needs libc alone" {
	not_watched
	run -0 sh -c "readelf -d '$(command -v ktstr-lock)' | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p'"
	[ "$output" = "libc.so.6" ]
}

@test "lock: works in a chroot, whose root no mount covers" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	root=$BATS_TEST_TMPDIR/root
	mkdir -p "$root"/{proc,sys,locks}
	for file in "$(command -v ktstr-lock)" /bin/true; do
		mapfile -t libraries < <(ldd "$file" | grep -o '/[^ ]*')
		cp --parents -L "$file" "${libraries[@]}" "$root"
	done
	# shellcheck disable=SC2016
	run -0 unshare -m --propagation unchanged sh -c 'mount --make-rprivate / 2>/dev/null; mount --rbind /proc "$1/proc" && mount --rbind /sys "$1/sys" &&
		exec chroot "$1" "$2" cpus --cap 1 --lock-dir /locks -- /bin/true' sh "$root" "$(command -v ktstr-lock)"
	ls "$root"/locks/llc-*.lock
}
