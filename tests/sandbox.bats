#!/usr/bin/env bats
# ktstr-sandbox(1): what the manual page promises.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # code for other shells; variables of bats
bats_require_minimum_version 1.5.0
load helper

setup() {
	unset KTSTR_CPU_CAP KTSTR_BYPASS_LLC_LOCKS KTSTR_CPUS KTSTR_MEMS KTSTR_JOBS
	export KTSTR_LOCK_DIR=$BATS_TEST_TMPDIR/locks
	export KTSTR_CACHE_DIR=$BATS_TEST_TMPDIR/cache
	cpu=$(taskset -cp $$ | sed 's/.*[-, ]//')
	# a time to sleep that no other process has: a mark to find ours by
	mark=$((100000 + RANDOM)).$$
	tmp=$BATS_TEST_TMPDIR
	lock=$tmp/lock
	: >"$lock"
}

# A folder that other users reach.
setup_file() {
	open=$(mktemp -d "${TMPDIR:-/tmp}/ktstr-bats.XXXXXX")
	chmod 755 "$open"
	cp "$(command -v ktstr-sandbox)" "$open/"
	mkdir -m 777 "$open/all"
	export open
}

teardown_file() { rm -rf "$open"; }

# ends PID STATUS: our child ends so.
ends() {
	local status=0
	wait "$1" || status=$?
	echo "exit status $status"
	[ "$status" = "$2" ]
}

free() { flock -n "$lock" true; }
busy() { ! free; }
gone() { ! pgrep -f "sleep $mark" >/dev/null; }
some() { pgrep -f "^sleep $mark" >/dev/null; }
at_least() { [ "$(pgrep -fc "^sleep $mark")" -ge "$1" ]; }

# Within 1 s, as the design has it.
all_gone() {
	local i
	for ((i = 0; i < 20; i++)); do
		gone && free && return 0
		sleep 0.05
	done
	pgrep -af "sleep $mark"
	return 1
}

# The wrapper of a mode, as words in $as: what forbids the better ones.
mode() {
	case $1 in
	namespace)
		as=()
		ktstr-sandbox -v -- true 2>&1 | grep -q 'by a PID namespace' ||
			skip "may not make a PID namespace"
		;;
	user)
		[ "$(id -u)" = 0 ] || skip "needs root to become another user"
		PATH=$open:$PATH
		as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
		"${as[@]}" ktstr-sandbox -v -- true 2>&1 |
			grep -q 'by a user and PID namespace' ||
			skip "may not make a user namespace"
		;;
	subreaper)
		unshare -Ur true || skip "may not make a user namespace"
		as=(unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_pid_namespaces && exec "$@"' sh)
		"${as[@]}" ktstr-sandbox -v -- true 2>&1 | grep -q 'by a subreaper'
		;;
	esac
}

# Start work of several generations, with one in a session of its own.
work() {
	spawn flock "$lock" "${as[@]}" ktstr-sandbox -- sh -c \
		"sleep $mark & setsid sleep $mark & (sh -c 'sleep $mark & sleep $mark') & sleep $mark; :"
	until_true at_least 5
	guardian=$(pgrep -P "${spawned[0]}" -f ktstr-sandbox)
	init=$(pgrep -P "$guardian")
	command=$(pgrep -P "$init" -f 'setsid sleep' | head -n 1)
	[ -n "$guardian" ] && [ -n "$init" ] && [ -n "$command" ]
	busy
}

@test "sandbox: the exit status of the command is its own" {
	run -0 ktstr-sandbox -- true
	run -7 ktstr-sandbox -- sh -c 'exit 7'
	run -123 ktstr-sandbox -- sh -c 'exit 123'
}

@test "sandbox: a command that died of a signal gives 128 and its number" {
	run -137 ktstr-sandbox -- sh -c 'kill -KILL $$'
	run -143 ktstr-sandbox -- sh -c 'kill -TERM $$'
}

@test "sandbox: a command that is not there exits 127, one that cannot run 126" {
	run -127 ktstr-sandbox -- no-such-command
	run -126 ktstr-sandbox -- "$lock"
}

@test "sandbox: input, output and the working folder are the caller's" {
	cd "$tmp"
	run -0 sh -c 'echo in | ktstr-sandbox -- sh -c "cat; pwd"'
	[ "${lines[0]}" = "in" ]
	[ "${lines[1]}" = "$(pwd)" ]
}

@test "sandbox: --cpus and KTSTR_CPUS restrict the command" {
	run -0 --separate-stderr ktstr-sandbox --cpus "$cpu" -- sh -c 'taskset -cp $$'
	[[ $output == *"list: $cpu" ]]
	KTSTR_CPUS=$cpu run -0 --separate-stderr ktstr-sandbox -- sh -c 'taskset -cp $$'
	[[ $output == *"list: $cpu" ]]
}

@test "sandbox: why there is no cgroup is said in one line, --strict makes it fatal" {
	run -0 --separate-stderr ktstr-sandbox -v --cpus "$cpu" -- true
	# shellcheck disable=SC2154 # set by run --separate-stderr
	[[ $stderr != *"in cgroup"* ]] || skip "a cpuset cgroup can be had here"
	run -0 --separate-stderr ktstr-sandbox --cpus "$cpu" --mems 0 -- true
	[[ $stderr =~ ^"ktstr-sandbox: no cpuset cgroup ("(no-cgroup-v2|no-cpuset-controller|subtree-control-refused|permission-denied|placement-refused|cpuset-differs)": "[^$'\n']*"CPU affinity and memory policy instead"$ ]]
	run -125 --separate-stderr ktstr-sandbox --strict --cpus "$cpu" -- echo ran
	[ "$output" = "" ]
	[[ $stderr == *"Delegate="*"sudo -E"*"subtree_control"*"drop --strict"* ]]
}

@test "sandbox: nothing restricted is nothing said" {
	run -0 --separate-stderr ktstr-sandbox -- true
	[ "$stderr" = "" ]
	KTSTR_CPUS=$cpu KTSTR_BYPASS_LLC_LOCKS=1 run -0 --separate-stderr ktstr-sandbox -- true
	[ "$stderr" = "" ]
}

@test "sandbox: memory is bound to the nodes" {
	[ -e /sys/devices/system/node/node0 ] || skip "needs a kernel with NUMA"
	grep -q '^[0-9a-f]* [a-z]' /proc/self/numa_maps || skip "needs /proc/PID/numa_maps"
	run -0 --separate-stderr ktstr-sandbox --cpus "$cpu" --mems 0 -- \
		sh -c 'grep -q bind:0 /proc/self/numa_maps || grep "^Mems_allowed_list:.0$" /proc/self/status'
}

@test "sandbox: CPUs beyond the caller's are refused" {
	run -2 ktstr-sandbox --cpus 1023 -- true
	[[ $output == "ktstr-sandbox: CPUs 1023 cannot be had: this process may use "* ]]
}

@test "sandbox: NUMA nodes that are not there are refused, strict or not" {
	for strict in '' --strict; do
		# shellcheck disable=SC2086 # no word where it is empty
		run -2 ktstr-sandbox $strict --cpus "$cpu" --mems 0,1023 -- echo ran
		[[ $output == "ktstr-sandbox: NUMA nodes 0,1023 cannot be had: those with memory are "* ]]
	done
	KTSTR_MEMS=1023 run -2 ktstr-sandbox --cpus "$cpu" -- echo ran
	[[ $output == *"NUMA nodes 1023 cannot be had"* ]]
}

@test "sandbox: wrong command lines exit 2" {
	run -2 ktstr-sandbox
	run -2 ktstr-sandbox --no-such-option -- true
	run -2 ktstr-sandbox --cpus 0- -- true
	[[ $output == *"--cpus '0-' is no list"* ]]
	run -2 ktstr-sandbox --cpus '' -- true
	run -2 ktstr-sandbox --strict -- true
	run -2 ktstr-sandbox --mems 0 -- true
	KTSTR_CPUS=x run -2 ktstr-sandbox -- true
	[[ $output == *"KTSTR_CPUS 'x' is no list"* ]]
}

@test "sandbox: what the command leaves behind is killed" {
	mode namespace
	run -3 ktstr-sandbox -- sh -c "setsid sleep $mark & sleep $mark & exit 3"
	gone
}

@test "sandbox: as another user, what the command leaves behind is killed" {
	mode user
	run -3 "${as[@]}" ktstr-sandbox -- sh -c "setsid sleep $mark & sleep $mark & exit 3"
	gone
}

@test "sandbox: another user keeps his numbers and his files" {
	mode user
	run -0 "${as[@]}" ktstr-sandbox -- id -u
	[ "$output" = 65534 ]
	run -0 "${as[@]}" ktstr-sandbox -- touch "$open/all/file"
	[ "$(stat -c %u "$open/all/file")" = 65534 ]
}

@test "sandbox: without namespaces, what the command leaves behind is killed" {
	mode subreaper
	run -3 "${as[@]}" ktstr-sandbox -- sh -c "setsid sleep $mark & sleep $mark & exit 3"
	gone
}

@test "sandbox: all ends when the guardian is killed" {
	mode namespace
	work
	kill -KILL "$guardian"
	all_gone
}

@test "sandbox: all ends when the init is killed" {
	mode namespace
	work
	kill -KILL "$init"
	all_gone
}

@test "sandbox: all ends when the command is killed" {
	mode namespace
	work
	kill -KILL "$command"
	all_gone
	ends "${spawned[0]}" 137
}

@test "sandbox: as another user, all ends when the guardian is killed" {
	mode user
	work
	kill -KILL "$guardian"
	all_gone
}

@test "sandbox: without namespaces, all ends when the guardian is killed" {
	mode subreaper
	work
	kill -KILL "$guardian"
	all_gone
}

@test "sandbox: without namespaces, all ends when the init is killed" {
	mode subreaper
	work
	kill -KILL "$init"
	all_gone
}

@test "sandbox: without namespaces, all ends when the command is killed" {
	mode subreaper
	work
	kill -KILL "$command"
	all_gone
}

@test "sandbox: --die-with-parent ends all when the parent is killed" {
	spawn flock -o "$lock" sh -c \
		"ktstr-sandbox --die-with-parent -- sh -c 'sleep $mark & sleep $mark'; :"
	until_true at_least 2
	kill -KILL "$(pgrep -P "${spawned[0]}")"
	all_gone
}

@test "sandbox: SIGTERM reaches the command, whose answer counts" {
	spawn ktstr-sandbox -- sh -c "trap 'echo term >>$tmp/got; exit 5' TERM; : >$tmp/ready; while :; do sleep 0.05; done"
	until_true test -e "$tmp/ready"
	kill -TERM "${spawned[0]}"
	ends "${spawned[0]}" 5
	[ "$(cat "$tmp/got")" = "term" ]
}

@test "sandbox: SIGINT and SIGHUP too, and a command that dies of them" {
	local name
	for name in INT:130 HUP:129 QUIT:131; do
		rm -f "$tmp/ready"
		spawn env --default-signal=INT,QUIT ktstr-sandbox -- \
			sh -c "ulimit -c 0; : >$tmp/ready; exec sleep $mark"
		until_true test -e "$tmp/ready"
		until_true some
		kill "-${name%:*}" "${spawned[-1]}"
		ends "${spawned[-1]}" "${name#*:}"
		gone
	done
}

@test "sandbox: Ctrl-C at the terminal comes once, and the exit is orderly" {
	mkfifo "$tmp/keys"
	exec 7<>"$tmp/keys" # both ways, which does not wait for anybody
	cat >"$tmp/command" <<-END
		trap 'echo int >>$tmp/got' INT
		: >$tmp/ready
		until [ -e $tmp/stop ]; do sleep 0.05; done
		exit 5
	END
	# a shell gives its background jobs no input, and makes them ignore ^C;
	# script runs $SHELL, and dash, unlike bash, dies of a ^C that its child
	# survived
	spawn env --default-signal=INT SHELL=/bin/sh \
		sh -c 'exec script -qec "$1" /dev/null <"$2" >/dev/null' sh \
		"trap : INT; ktstr-sandbox -- sh $tmp/command; echo \$? >$tmp/code" "$tmp/keys"
	until_true test -e "$tmp/ready"
	printf '\003' >&7
	until_true test -s "$tmp/got"
	: >"$tmp/stop"
	until_true test -s "$tmp/code"
	exec 7>&-
	[ "$(cat "$tmp/code")" = 5 ]
	[ "$(cat "$tmp/got")" = "int" ]
}

@test "sandbox: the lock is held exactly as long as there is work" {
	spawn ktstr-lock cpus --root "$KTSTR_TOP/tests/data/1cpu" -- \
		ktstr-sandbox --cpus "$cpu" -- sh -c "sleep $mark & sleep $mark"
	lock=$KTSTR_LOCK_DIR/llc-0.lock
	until_true at_least 2
	busy
	kill -KILL "${spawned[0]}"
	all_gone
}

@test "sandbox: source lock, CPU lock, sandbox and make, one in the other" {
	mkdir "$tmp/tree"
	printf 'all:\n\t@echo "made on $$KTSTR_CPUS"; sleep %s\n' "$mark" >"$tmp/tree/Makefile"
	spawn sh -c "exec ktstr-lock source '$tmp/tree' --die-with-parent -- ktstr-lock cpus --cap 1 -- \
		ktstr-sandbox -- make -C '$tmp/tree' >'$tmp/out' 2>'$tmp/err'"
	until_true some
	grep -qE '^made on [0-9]+$' "$tmp/out"
	lock=$(echo "$KTSTR_CACHE_DIR"/.locks/source-*.lock)
	busy
	run -0 ktstr-lock list
	[[ $output == *"$lock ${spawned[0]} (ktstr-sandbox -- make"* ]]
	kill -KILL "${spawned[0]}"
	all_gone
	run -0 ktstr-lock source "$tmp/tree" --no-wait -- true
}

@test "sandbox: a sandbox in a sandbox" {
	mode namespace
	run -4 --separate-stderr ktstr-sandbox -- ktstr-sandbox -- sh -c \
		'test "$(sed "s/ .*//" /proc/self/stat)" -lt 10 && exit 4'
}

@test "sandbox: the command sees the /proc of its own, in a chroot, too" {
	mode namespace
	unshare -m true || skip "may not make a mount namespace"
	mkdir -p "$tmp/root/usr" "$tmp/root/proc" "$tmp/root/dev"
	local folder
	for folder in bin lib lib64; do
		if [ -L "/$folder" ]; then
			cp -P "/$folder" "$tmp/root/"
		elif [ -d "/$folder" ]; then
			mkdir "$tmp/root/$folder"
		fi
	done
	cp "$(command -v ktstr-sandbox)" "$tmp/root/"
	# "/" of the chroot is a plain folder, no mount
	run -0 unshare -m sh -ec 'mount --make-rprivate / && cd "$1"
		for i in usr dev bin lib lib64; do
			[ -L $i ] || [ ! -d $i ] || mount --rbind /$i $i
		done
		mount -t proc proc proc
		exec chroot . /ktstr-sandbox -- sh -c "read -r pid rest </proc/self/stat; echo \$pid"' sh "$tmp/root"
	[ "$output" -lt 10 ]
}

@test "sandbox: closed standard streams stay closed, and nothing goes into a pipe instead" {
	# With these two closed, the pipe to the init would have their numbers.
	ktstr-sandbox --cpus "$cpu" -- sh -c \
		'sleep 0.2; grep Cpus_allowed_list: /proc/self/status; [ ! -e /proc/self/fd/2 ]' \
		<&- 2>&- >"$tmp/out"
	[ "$(cat "$tmp/out")" = "Cpus_allowed_list:	$cpu" ]
}

@test "sandbox: nodes, and --strict, without CPUs are an error, whatever the variables say" {
	KTSTR_CPUS='' run -2 ktstr-sandbox --mems 0 -- true
	[ "$output" = "ktstr-sandbox: --mems needs --cpus or KTSTR_CPUS" ]
	export KTSTR_CPUS=$cpu KTSTR_BYPASS_LLC_LOCKS=1
	for option in "--mems=0" "--strict"; do
		run -2 ktstr-sandbox "$option" -- true
		[ "$output" = "ktstr-sandbox: ${option%=*} needs --cpus: KTSTR_BYPASS_LLC_LOCKS is set, so that KTSTR_CPUS is ignored" ]
	done
}

@test "sandbox: a message does not command the terminal" {
	run -2 ktstr-sandbox --cpus $'\e[2Jx\x7f' -- true
	[ "$output" = "ktstr-sandbox: --cpus '?[2Jx?' is no list such as 0-3,8: look at byte 1" ]
}
