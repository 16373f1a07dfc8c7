#!/bin/bash
# template-storm.sh WORKER ROUNDS: make, use and evict templates, and kill -9
# whoever does it at random moments.
#
# KERNEL is the kernel, KTSTR_CACHE_DIR the cache that all workers share. For
# each round a line "OP landed|missed" goes to standard output. Exits 1 when
# something of a round still runs 5 s after its kill.
# shellcheck source=full/storm.bash
. "${BASH_SOURCE[0]%/*}/storm.bash"

worker=$1
rounds=$2
RANDOM=$((${KTSTR_STORM_SEED:-1} * 1000 + worker))
machine=(--kernel "$KERNEL" --topology 1n1l1c1t --clock virtual)

# The command of one operation in $command, and about how long it may take.
choose() {
	local memory=$((512 + RANDOM % 2 * 8))
	case $((RANDOM % 4)) in
	0) op=template most=5000 command=(ktstr-vm template -q "${machine[@]}" --memory "$memory") ;;
	1) op=evict most=5000 command=(env KTSTR_TEMPLATES_MAX=1K ktstr-vm template -q "${machine[@]}" --memory "$memory") ;;
	2) op=clone most=900 command=(ktstr-vm exec -q "${machine[@]}" --memory "$memory" -- true) ;;
	3) op=remove most=30 command=(sh -c 'while :; do ktstr-vm template --remove; done') ;;
	esac
}

for ((round = 0; round < rounds; round++)); do
	choose
	setsid "${command[@]}" </dev/null >/dev/null 2>"err-$worker" &
	session=$!
	ms=$((RANDOM % most))
	sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
	if kill -KILL "$session" 2>/dev/null; then echo "$op landed"; else echo "$op missed"; fi
	[ "$op" != remove ] || pkill -KILL -s "$session"
	wait "$session" 2>/dev/null
	see_end "$session" "${command[@]}"
done
