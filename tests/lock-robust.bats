#!/usr/bin/env bats
# ktstr-lock(1): waiting, dying, other users, other namespaces, odd folders.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # code for other shells; variables of bats
bats_require_minimum_version 1.5.0
load lock

needs_root() { [ "$(id -u)" = 0 ] || skip "needs root"; }

# waiter ARG...: reserve in the background; its messages are in the file err.
waiter() {
	rm -f "$BATS_TEST_TMPDIR/err"
	spawn env --default-signal=INT,TERM ktstr-lock cpus "$@" -- \
		sh -c 'echo "$KTSTR_CPUS" >"$1"' sh "$BATS_TEST_TMPDIR/went-on" \
		2>"$BATS_TEST_TMPDIR/err"
	until_true grep -q "; waiting$" "$BATS_TEST_TMPDIR/err"
}

@test "lock: whoever waits for a window gets it when its holder is killed" {
	taker --window 4 --root "$machines/smt8"
	taker --window 4 --root "$machines/smt8"
	given 0 && given 1
	waiter --window 3 --root "$machines/smt8"
	kill -KILL -- "-${spawned[1]}"
	until_true test -s "$BATS_TEST_TMPDIR/went-on"
	wait "${spawned[2]}"
}

@test "lock: whoever waits takes what comes free first" {
	taker --exclusive --topology 1n1l2c1t --root "$machines/no-cache-ids"
	given 0
	taker --exclusive --topology 1n1l2c1t --root "$machines/no-cache-ids"
	given 1
	waiter --exclusive --topology 1n1l2c1t --root "$machines/no-cache-ids"
	# not the LLC that is locked first in order
	kill -KILL -- "-${spawned[1]}"
	until_true test -s "$BATS_TEST_TMPDIR/went-on"
	[ "$(cat "$BATS_TEST_TMPDIR/went-on")" = "$(given 1)" ]
}

@test "lock: holders are named once, and again when they change" {
	taker --cap 1 --root "$machines/1cpu"
	given 0
	# two looks and more, and the last word
	run -75 --separate-stderr on 2cpu-vm --exclusive --topology 1n1l1c1t --wait=1200ms -- true
	[ "$(wc -l <<<"$stderr")" -eq 2 ]
	[[ $stderr == *"; waiting"$'\n'*"; see 'ktstr-lock list'" ]]
	waiter --exclusive --topology 1n1l1c1t --root "$machines/2cpu-vm"
	taker --cap 1 --root "$machines/2cpu-vm"
	until_true grep -q "held by pid [0-9]* (.*), pid [0-9]* (" "$BATS_TEST_TMPDIR/err"
	kill -KILL -- "-${spawned[0]}"
	until_true grep -q "held by pid ${spawned[2]} (sleep 60); waiting" "$BATS_TEST_TMPDIR/err"
}

@test "lock: SIGTERM and SIGINT end a wait, and nothing is held" {
	local signal ended
	for signal in TERM INT; do
		spawned=()
		rm -f "$BATS_TEST_TMPDIR/cpus.$takers"
		taker --window 1 --root "$machines/1cpu"
		given $((takers - 1))
		waiter --window 1 --root "$machines/1cpu"
		kill -"$signal" "${spawned[1]}"
		ended=0
		wait "${spawned[1]}" || ended=$?
		[ "$ended" -eq $((128 + $(kill -l $signal))) ]
		kill -KILL -- "-${spawned[0]}"
		until_true nothing_held
	done
}

@test "lock: --wait=SECS keeps its limit when SIGALRM is blocked or ignored" {
	taker --window 1 --root "$machines/1cpu"
	given 0
	run -75 env --block-signal=ALRM ktstr-lock cpus --window 1 --wait=100ms --root "$machines/1cpu" -- true
	run -75 env --ignore-signal=ALRM ktstr-lock cpus --window 1 --wait=100ms --root "$machines/1cpu" -- true
	# and the command finds both as they were
	run -0 env --block-signal=ALRM ktstr-lock cpus --wait=9 --root "$machines/1cpu" -- \
		grep -E 'Sig(Blk|Ign)' /proc/self/status
	# SIGALRM is 0x2000; ours may ignore others
	[[ ${lines[0]} == *[2367abef]??? ]]
	[[ ${lines[1]} == *[014589cd]??? ]]
}

@test "lock: a stopped process in the middle of a plan does not stop the others" {
	mkdir "$KTSTR_LOCK_DIR"
	hold "$KTSTR_LOCK_DIR/cpu-use.lock"
	run -0 on 4llc --no-wait --window 2 -- sh -c 'echo $KTSTR_CPUS'
	[ "$output" = 0-1 ]
}

@test "lock: killed at any system call, it leaves nothing held" {
	command -v strace >/dev/null || skip "needs strace"
	strace -o /dev/null true || skip "strace may not trace here"
	local call number died=0
	for call in openat fstat,newfstatat flock fcntl mkdir utimensat execve; do
		for ((number = 1; number < 1000; number += number / 8 + 1)); do
			rm -rf "$KTSTR_LOCK_DIR"
			strace -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$number" \
				ktstr-lock cpus --exclusive --topology 1n1l2c1t --root "$machines/4llc" -- true && break
			died=$((died + 1))
			[ ! -d "$KTSTR_LOCK_DIR" ] || nothing_held
			on 4llc --exclusive --topology 1n3l3c1t --no-wait -- true
		done
	done 2>/dev/null
	[ "$died" -ge 30 ]
}

@test "lock: fifty at once come through, and nobody has what another has" {
	# each kind makes marks that the others must not find
	cat >"$BATS_TEST_TMPDIR/work" <<-'END'
		cd "$MARKS" || exit
		cpus=$(echo "$KTSTR_CPUS" | tr , '\n' | while IFS=- read -r a b; do seq "$a" "${b:-$a}"; done)
		for cpu in $cpus; do
			llc=$((cpu / 4))
			case $1 in
			window) mkdir "cpu.$cpu" && [ ! -e "alone.$llc" ] || echo "cpu $cpu" >>bad ;;
			alone) mkdir -p "alone.$llc" && mkdir "cpu.$cpu" || echo "alone $cpu" >>bad ;;
			shared) : >"shared.$llc.$$"; [ ! -e "alone.$llc" ] || echo "shared $cpu" >>bad ;;
			esac
		done
		sleep 0.02
		for cpu in $cpus; do
			llc=$((cpu / 4))
			[ "$1" = shared ] || rmdir "cpu.$cpu"
			[ "$1" != alone ] || ls shared.$llc.* 2>/dev/null >>bad
		done
		for cpu in $cpus; do rm -f "shared.$((cpu / 4)).$$"; done
		[ "$1" != alone ] || for cpu in $cpus; do rmdir "alone.$((cpu / 4))" 2>/dev/null; done
		echo >>done
	END
	export MARKS=$BATS_TEST_TMPDIR/marks
	mkdir "$MARKS"
	local i kind arguments
	for ((i = 0; i < 50; i++)); do
		case $((i % 5)) in
		0) kind=alone arguments="--exclusive --topology 1n1l3c1t" ;;
		1) kind=alone arguments="--exclusive --topology 1n2l2c1t" ;;
		2) kind=window arguments="--window $((i % 7 + 1))" ;;
		3) kind=shared arguments="--cap $((i % 9 + 1))" ;;
		4) kind=window arguments="--window 2" ;;
		esac
		# shellcheck disable=SC2086 # words
		spawn ktstr-lock -q cpus $arguments --wait=100 --root "$machines/4llc" -- sh "$BATS_TEST_TMPDIR/work" $kind
	done
	for i in "${spawned[@]}"; do wait "$i"; done
	[ ! -s "$MARKS/bad" ]
	[ "$(wc -l <"$MARKS/done")" -eq 50 ]
	nothing_held
}

@test "lock: a second user's locks are seen, waited for and named" {
	needs_root
	KTSTR_LOCK_DIR=$(mktemp -d -u "${TMPDIR:-/tmp}/ktstr-bats.XXXXXX")
	local other=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	mkdir -m 1777 "$KTSTR_LOCK_DIR"
	cp -R "$(command -v ktstr-lock)" "$machines/4llc" "$KTSTR_LOCK_DIR"
	machines=$KTSTR_LOCK_DIR
	spawn "${other[@]}" "$KTSTR_LOCK_DIR/ktstr-lock" cpus --window 15 --root "$machines/4llc" -- sleep 60
	until_true grep -qx sleep "/proc/${spawned[0]}/comm"
	run -75 --separate-stderr on 4llc --window 2 --no-wait -- true
	[[ $stderr == *"are in windows of pid ${spawned[0]} (sleep 60)"* ]]
	taker --window 1 --root "$machines/4llc"
	[ "$(given 0)" = 15 ]
	# whoever may not see root's descriptors still learns who it can be
	kill -KILL -- "-${spawned[0]}"
	run -75 --separate-stderr "${other[@]}" "$KTSTR_LOCK_DIR/ktstr-lock" cpus --window 16 --no-wait \
		--wait=0 --root "$machines/4llc" -- true
	[[ $stderr == *"CPU 15 is in a window of one of those who share the LLC: pid ${spawned[1]} (sleep 60)"* ]]
	run -0 "${other[@]}" "$KTSTR_LOCK_DIR/ktstr-lock" list --root "$machines/4llc"
	[[ $output == *"  15    0     window 1 "* ]]
	rm -rf "$KTSTR_LOCK_DIR"
}

@test "lock: a folder that is read-only serves those who share, if its files are there" {
	needs_root
	on 4llc --cap 16 -- true
	local ro='mount --bind "$KTSTR_LOCK_DIR" "$KTSTR_LOCK_DIR" && mount -o remount,ro,bind "$KTSTR_LOCK_DIR" && exec "$@"'
	run -0 unshare -m sh -c "$ro" sh ktstr-lock cpus --cap 6 --root "$machines/4llc" -- sh -c 'echo $KTSTR_CPUS'
	[ "$output" = 0-5 ]
	run -125 unshare -m sh -c "$ro" sh ktstr-lock cpus --window 1 --root "$machines/4llc" -- true
	[[ $output == *"cannot open lock file 'cpu-use.lock' for writing: Read-only file system"* ]]
	rm "$KTSTR_LOCK_DIR/llc-0.lock"
	run -125 unshare -m sh -c "$ro" sh ktstr-lock cpus --cap 1 --root "$machines/4llc" -- true
	[[ $output == *"cannot open lock file 'llc-0.lock': Read-only file system"* ]]
}

@test "lock: a folder that we may not write to is named" {
	needs_root
	local open
	open=$(mktemp -d "${TMPDIR:-/tmp}/ktstr-bats.XXXXXX")
	chmod 755 "$open"
	cp "$(command -v ktstr-lock)" "$open"
	run -125 setpriv --reuid 65534 --regid 65534 --clear-groups "$open/ktstr-lock" cpus \
		--lock-dir "$open/locks" -- true
	[[ $output == *"cannot make lock folder '$open/locks': Permission denied"* ]]
	rm -rf "$open"
}

@test "lock: remote file systems are refused with their name and what to do" {
	local shim=$BATS_TEST_TMPDIR/statfs.so type name
	! ldd "$(command -v ktstr-lock)" | grep -q asan || skip "a sanitizer must be loaded first"
	"${CC:-cc}" -D_GNU_SOURCE -shared -fPIC -o "$shim" "$KTSTR_TOP/tests/lock-statfs.c"
	while read -r type name; do
		LD_PRELOAD=$shim FAKE_FS_TYPE=$type run -125 on 1cpu -- true
		[[ $output == *"lock folder '$KTSTR_LOCK_DIR' is on $name: "*"use one on a local file system (tmpfs, ext4, xfs, btrfs, f2fs, bcachefs)"* ]]
		LD_PRELOAD=$shim FAKE_FS_TYPE=$type run -125 ktstr-lock source "$tree" -- true
		[[ $output == *"is on $name: "* ]]
	done <<-'END'
		6969 NFS
		FF534D42 CIFS
		FE534D42 SMB2
		00C36400 CephFS
		6B414653 AFS
		65735546 FUSE
	END
	LD_PRELOAD=$shim FAKE_FS_TYPE=EF53 run -0 on 1cpu -- true
	LD_PRELOAD=$shim FAKE_FS_TYPE=12345678 run -0 on 1cpu -- true
}

@test "lock: a real FUSE file system is refused, too" {
	needs_root
	mkdir "$BATS_TEST_TMPDIR/mnt"
	unshare -m "$KTSTR_TOP/tests/fuse.py" "$BATS_TEST_TMPDIR/mnt" true ||
		skip "FUSE cannot be mounted here"
	run -125 unshare -m "$KTSTR_TOP/tests/fuse.py" "$BATS_TEST_TMPDIR/mnt" \
		ktstr-lock cpus --lock-dir "$BATS_TEST_TMPDIR/mnt" -- true
	[[ $output == *"lock folder '$BATS_TEST_TMPDIR/mnt' is on FUSE: its server may not know flock"* ]]
}

@test "lock: what another PID namespace holds is avoided and waited for" {
	needs_root
	unshare --pid --fork --mount-proc true || skip "no PID namespaces here"
	local inside=(unshare --pid --fork --mount-proc)
	taker --exclusive --topology 1n2l3c1t --root "$machines/4llc"
	[ "$(given 0)" = 0-6 ]
	taker --window 2 --root "$machines/4llc"
	[ "$(given 1)" = 8-9 ]
	taker --cap 1 --root "$machines/4llc"
	[ "$(given 2)" = 10 ]
	# from inside, whose /proc/locks shows none of the three
	run -0 "${inside[@]}" ktstr-lock plan --cap 6 --root "$machines/4llc"
	[ "${lines[0]}" = "KTSTR_CPUS=10-15" ]
	run -0 "${inside[@]}" ktstr-lock cpus --no-wait --window 6 --root "$machines/4llc" -- sh -c 'echo $KTSTR_CPUS'
	[ "$output" = 10-15 ]
	run -75 --separate-stderr "${inside[@]}" ktstr-lock cpus --no-wait --window 7 --root "$machines/4llc" -- true
	[[ $stderr == *"LLC 0 ("*"held by someone whom /proc/locks does not show (another PID namespace?)"* ]]
	run -0 "${inside[@]}" ktstr-lock list --json --root "$machines/4llc"
	[ "$(jq -c '[.llcs[0, 1, 2] | .state]' <<<"$output")" = '["exclusive","exclusive","shared"]' ]
	# and a holder inside is named outside
	spawn "${inside[@]}" ktstr-lock cpus --exclusive --topology 1n1l3c1t --root "$machines/4llc" -- sleep 61
	until_true pgrep -x -f "sleep 61"
	run -0 ktstr-lock list --root "$machines/4llc"
	[[ $output == *"exclusive $KTSTR_LOCK_DIR/llc-12.lock "*" (sleep 61)"* ]]
}

@test "lock: few descriptors are enough, and too few are said" {
	run -0 bash -c 'ulimit -n 64; exec "$@"' sh ktstr-lock cpus --cap 16 --root "$machines/4llc" -- echo ran
	[ "$output" = ran ]
	composed 512cpu
	run -125 bash -c 'ulimit -n 16; exec "$@"' sh ktstr-lock cpus --cap 512 --root "$machines/512cpu" -- true
	[[ $output == *"Too many open files"* ]]
	# nothing is called free, or not there, for want of descriptors
	for n in 8 9 10; do
		run -125 bash -c 'ulimit -n "$1"; exec ktstr-lock source "$2" -- true' sh "$n" "$tree"
		[[ $output == *"Too many open files"* ]]
	done
	run -0 on 512cpu --cap 1 -- true
	for n in 5 6 7 8; do
		run --separate-stderr bash -c 'exec 3>&-; ulimit -n "$1"; exec ktstr-lock list --root "$2"' sh "$n" "$machines/512cpu"
		[[ $status == 127 || $status == 0 && $stderr == "" && $output == *" 0 "*"free"* ||
			$status == 125 && $stderr == *"Too many open files"* ]]
		echo "$n: $status" >>"$BATS_TEST_TMPDIR/all"
	done
	grep 125 "$BATS_TEST_TMPDIR/all"
}

@test "lock: a lease on the file of uses is said at once, and not waited out" {
	command -v python3 >/dev/null || skip "needs python3"
	run -0 on 4llc --cap 1 -- true
	spawn python3 -c 'import fcntl, signal, sys
signal.signal(signal.SIGIO, signal.SIG_IGN)
f = open(sys.argv[1])
fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_RDLCK)
print("held", flush=True)
signal.pause()' "$KTSTR_LOCK_DIR/cpu-use.lock" >"$BATS_TEST_TMPDIR/leased"
	until_true grep -q held "$BATS_TEST_TMPDIR/leased"
	# its owner has 45 s to give it back, /proc/sys/fs/lease-break-time
	run -125 timeout 30 ktstr-lock cpus --window 1 --root "$machines/4llc" -- true
	[[ $output == "ktstr-lock: cannot open lock file 'cpu-use.lock' for writing: Device or resource busy; the lock folder is '$KTSTR_LOCK_DIR'" ]]
	run -0 on 4llc --cap 1 -- true
}

@test "lock: a recorded machine, or a folder of locks, that is not there is an error" {
	run -2 ktstr-lock plan --root "$tree"
	[[ $output == "ktstr-lock: --root '$tree' is no recorded machine: it has neither sys/devices/system/cpu/online nor proc/self/status" ]]
	run -2 ktstr-lock cpus --root "$tree" --lock-dir "$tree" -- echo ran
	run -2 --separate-stderr ktstr-lock list --lock-dir "$tree/none"
	[ "$output" = "" ]
	[ "$stderr" = "ktstr-lock: cannot open lock folder '$tree/none': No such file or directory" ]
	# the one of the machine is made with the first lock
	run -0 ktstr-lock list
}

@test "lock: a plan on 512 CPUs takes few system calls" {
	not_watched
	command -v strace >/dev/null || skip "needs strace"
	strace -o /dev/null true || skip "strace may not trace here"
	calls() { strace -f -c -o "$BATS_TEST_TMPDIR/calls" "$@" && awk '$NF == "total" { print $4 }' "$BATS_TEST_TMPDIR/calls"; }
	composed 512cpu
	# 256 cores, 32 LLCs with two caches each: a file is opened, read twice and closed
	[ "$(calls ktstr-lock -q plan --root "$machines/512cpu" | tail -n 1)" -lt 2500 ]
	[ "$(calls ktstr-lock -q cpus --window 64 --root "$machines/512cpu" -- true | tail -n 1)" -lt 2500 ]
}

@test "lock: a plan on two CPUs takes few system calls" {
	not_watched
	command -v strace >/dev/null || skip "needs strace"
	strace -o /dev/null true || skip "strace may not trace here"
	strace -f -c -o "$BATS_TEST_TMPDIR/calls" ktstr-lock cpus --cap 2 --root "$machines/2cpu-vm" -- true
	[ "$(awk '$NF == "total" { print $4 }' "$BATS_TEST_TMPDIR/calls")" -lt 350 ]
}

@test "lock: build locks a key, wherever its source is" {
	spawn ktstr-lock build 6.12-tarball-x86_64-tiny-kc0 -- sleep 60
	until_true busy "$KTSTR_CACHE_DIR/.locks/.build-6.12-tarball-x86_64-tiny-kc0.lock"
	run -75 --separate-stderr ktstr-lock build --no-wait 6.12-tarball-x86_64-tiny-kc0 -- true
	[[ "$stderr" == "ktstr-lock: the build of '6.12-tarball-x86_64-tiny-kc0' ('$KTSTR_CACHE_DIR/.locks/.build-"*"') is held by pid ${spawned[0]} (sleep 60)" ]]
	run -0 ktstr-lock build --no-wait other -- ktstr-lock build other -- echo ran
	[ "$output" = ran ]
	run -0 ktstr-lock list --json
	[ "$(jq -r '.builds[] | .build + " " + (.holders | length | tostring)' <<<"$output")" = $'6.12-tarball-x86_64-tiny-kc0 1\nother 0' ]
	[ "$(jq -c .cache <<<"$output")" = '[]' ]
	for key in ../x 'a b'; do
		run -2 ktstr-lock build "$key" -- true
		[[ "$output" == "ktstr-lock: '$key' is no key: character "[12]" may not be there" ]]
	done
	for key in '' "$(printf 'k%.0s' {1..201})"; do
		run -2 ktstr-lock build "$key" -- true
		[[ "$output" == "ktstr-lock: a key has 1 to 200 characters, this has ${#key}" ]]
	done
	run -2 ktstr-lock build
}
