#!/bin/bash
# kill-storm.sh WORKER ROUNDS: use the tools, and kill -9 them at random moments.
#
# The folder is the test's: built/ and built2/ are two kernels. For each round a
# line "OP landed|missed" goes to standard output; a landed kill hit a process
# that ran. Exits 1 when something of a round still runs 5 s after its kill.
# shellcheck source=full/storm.bash
. "${BASH_SOURCE[0]%/*}/storm.bash"

worker=$1
rounds=$2
RANDOM=$((${KTSTR_STORM_SEED:-1} * 1000 + worker))
ops=(put put get clean lock source sandbox sandbox)

# It takes a few milliseconds only: again and again, so that the kill finds it.
again() { command=(sh -c "while :; do $1; done") most=60; }

# The command of one operation, in $command.
choose() {
	local from=built key=key$((RANDOM % 3))
	((RANDOM % 2)) && from=built2
	op=${ops[RANDOM % ${#ops[@]}]}
	case $op in
	put) again "ktstr-cache put --image $from/arch/x86/boot/bzImage --vmlinux $from/vmlinux \
		--config $from/.config --key $key" ;;
	get) again "ktstr-cache -q get $key" ;;
	clean) again 'ktstr-cache clean --force --keep 1' ;;
	lock) command=(ktstr-lock cpus --cap 1 -- sleep 300) most=40 ;;
	source) command=(ktstr-lock source "built$((RANDOM % 2 ? 2 : 1))" -- sleep 300) most=40 ;;
	sandbox) command=(ktstr-lock cpus --cap 1 -- ktstr-sandbox -- sh -c 'sleep 300 & sleep 300') most=60 ;;
	esac
}

# Kill one process of session $1, one of ours if there is one.
kill_one() {
	local pids
	mapfile -t pids < <(pgrep -s "$1" ktstr- || pgrep -s "$1")
	((${#pids[@]})) || return 1
	kill -KILL "${pids[RANDOM % ${#pids[@]}]}" 2>/dev/null
}

for ((round = 0; round < rounds; round++)); do
	choose
	setsid "${command[@]}" >/dev/null 2>"err-$worker" &
	session=$!
	sleep "0.$(printf %03d $((RANDOM % most)))"
	if kill_one "$session"; then echo "$op landed"; else echo "$op missed"; fi
	# Who lost only a child may go on: the second kill is for the first process,
	# and the rest of the session is for the tools to end.
	kill -KILL "$session" 2>/dev/null
	wait "$session" 2>/dev/null
	see_end "$session" "${command[@]}"
done
