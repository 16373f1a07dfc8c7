#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# soak.sh FOLDER - rounds of random jobs with random faults of the host; behind each,
# what must hold is looked for. FOLDER gets the traces of what does not hold.
#
#   KTSTR_SOAK_SECS=3600   rounds begin for so long
#   KTSTR_SOAK_SEED=N      the same jobs and faults in the same order; else a new one
#   KTSTR_SOAK_ROUND=N     this round alone
#   KTSTR_SOAK_JOBS=WORDS, KTSTR_SOAK_FAULTS=WORDS
#                          only these kinds, see jobs.bash and faults.bash
#
# A line for each round, then "rounds N, faults N (by kind), violations N". Exit status:
# 0 all held, 1 something did not, 2 an unknown word, 4 this machine cannot run it.
#
# A seed decides jobs, faults, their moments and victims; when a process comes to a
# place is the host's business, so a round may need several tries to fail again.
# shellcheck disable=SC2034 # the other files use them
set -u
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)

skip() {
	echo "soak: $1" >&2
	exit 4
}

# All that a round starts is in a PID namespace, so nothing of it can hide from us or
# outlive us; what we mount is ours alone.
if [ "${2-}" != inside ]; then
	spaces=(unshare --mount --pid --fork --kill-child --mount-proc)
	[ "$(id -u)" = 0 ] || spaces+=(--map-root-user)
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "there is no kernel: KTSTR_TEST_KERNEL_ENTRY"
	command -v busybox >/dev/null || skip "there is no busybox"
	"${spaces[@]}" mount -t tmpfs none /dev/shm 2>/dev/null || skip "no namespaces of PIDs and mounts can be had here"
	mkdir -p "$1/world" || exit 125
	exec "${spaces[@]}" "$here/soak.sh" "$(realpath "$1")" inside
fi

trap 'exit 130' INT TERM HUP
found=$1
world=$found/world
seed=${KTSTR_SOAK_SEED:-$((${EPOCHREALTIME/./} % 1000000))}
secs=${KTSTR_SOAK_SECS:-3600}
own_session=$(ps -o sess= -p $$ | tr -d ' ')
kernel=$KTSTR_TEST_KERNEL_ENTRY
faketime=$(find /usr/lib /usr/lib64 -maxdepth 3 -path '*/faketime/libfaketime.so.1' 2>/dev/null | head -n 1)
# A sanitizer wants to be the first library, and ends a program where one is before it.
[ -z "${KTSTR_SAN:-}" ] || faketime=''
load_pids=() violations=0 rounds=0
declare -A counts=()
mount -t tmpfs none /dev/shm && mount -t tmpfs -o size=2G,mode=700 none "$world" || exit 125

# What a user's settings are must not matter.
while read -r name; do
	unset "$name"
done < <(compgen -e | grep -E '^(KTSTR_(CACHE|LOCK|CPU|BYPASS|OUT|CLOCK|SEEDS|RETRIES|EXTRA|TEMPLATES|LAUNCH|LEVEL)|LD_PRELOAD|MAKE|LLVM)')
export HOME=$world/own/home KTSTR_CACHE_DIR=$world/cache KTSTR_LOCK_DIR=$world/small/locks GIT_CONFIG_NOSYSTEM=1 LC_ALL=C.UTF-8
calm=(env TMPDIR="$world/small/tmp")
# The next commands, too, so that what they leave can be told from us.
next=(setsid --wait "${calm[@]}")
test_make=(make --no-print-directory KTSTR="$KTSTR_TOP" KTSTR_TOOLS="$KTSTR_BUILD" REPRO=0 ktstr-test)
entry=$KTSTR_CACHE_DIR/${kernel##*/}
want=$world/own/want
now=$world/own/now

# shellcheck source=soak/holds.bash
. "$here/holds.bash"
# shellcheck source=e2e/project.bash
. "$here/../e2e/project.bash"
# shellcheck source=soak/world.bash
. "$here/world.bash"
# shellcheck source=soak/faults.bash
. "$here/faults.bash"
# shellcheck source=soak/jobs.bash
. "$here/jobs.bash"

# The namespace has nobody but us and what the round has started.
still_running() {
	ps -e -o pid=,sess=,stat= | awk -v own="$own_session" '$2 != own && $3 !~ /^Z/ { print $1 }'
}
job_runs() { [ -d "/proc/$job_pid" ]; }
is_mild() { [ -z "$not_mild" ]; }
# count_fault KIND [WAY]
count_fault() { counts[$1${2:+/$2}]=$((${counts[$1${2:+/$2}]:-0} + 1)); }

# only WORDS KIND...: those of the kinds that are among the words; all, if there are none.
only() {
	local chosen=$1 word
	shift
	for word in $chosen; do
		[[ " $* " == *" $word "* ]] || {
			echo "soak: there is no '$word' among: $(printf '%s\n' "$@" | sort -u | paste -sd' ')" >&2
			exit 2
		}
	done
	for word; do
		[ -n "$chosen" ] && [[ " $chosen " != *" $word "* ]] || echo "$word"
	done
}

# draw_faults: one to three, in the order of their moments.
draw_faults() {
	local i at
	faults=()
	# Not in a subshell, which would have a seed of its own.
	for ((i = RANDOM % 3; i >= 0; i--)); do
		at=$((RANDOM * 10 % job_ms))
		faults+=("$at ${kinds[RANDOM % ${#kinds[@]}]} $RANDOM $((RANDOM % 1500 + 50))")
	done
	mapfile -t faults < <(printf '%s\n' "${faults[@]}" | sort -n)
}

# start_job: in a session of its own, with its own temporary folder; and a clock that
# somebody may set, if this round has that fault.
start_job() {
	local words=("${calm[@]}")
	if [ -n "$faketime" ] && [[ " ${faults[*]} " == *" clock "* ]]; then
		echo +0 >"$world/clock"
		words+=(LD_PRELOAD="$faketime" FAKETIME_TIMESTAMP_FILE="$world/clock" FAKETIME_NO_CACHE=1
			FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1)
	fi
	cd "$job_dir" || exit 125
	: >"$world/own/began"
	setsid "${words[@]}" "${job[@]}" >"$log.out" 2>"$log.err" </dev/null &
	job_pid=$!
	job_from=${EPOCHREALTIME/./}
	cd "$world" || exit 125
}

# play_faults: each at its moment, while the job runs. The load is on from then on.
play_faults() {
	local at kind n ms fault excuse
	told='' not_mild='' excuses='' happened='' full_ways=()
	for fault in "${faults[@]}"; do
		read -r at kind n ms <<<"$fault"
		while ((${EPOCHREALTIME/./} < job_from + at * 1000)) && job_runs; do
			sleep 0.01
		done
		if ! job_runs || ! "fault_$kind" "$n" "$ms" 2>"$world/own/fault.err"; then
			continue # it met nobody
		fi
		told+="; $fault_what at $at ms"
		if [ "$kind" = full ]; then
			full_ways+=("$fault_way")
		else
			count_fault "$kind" "$fault_way"
		fi
		happened+=" $kind "
		[[ $mild == *" $kind "* ]] || not_mild=y
		excuse=excuse_$kind
		excuses+=" ${!excuse}"
	done
}

# await_job: it ends by itself, whatever was done to it; all that it has started ends
# with it. 300 s are for a busy host; none of these jobs takes 10.
await_job() {
	local end=$((SECONDS + 300))
	while job_runs; do
		if ((SECONDS >= end)); then
			echo "hang: $job_what runs after 300 s"
			kill -KILL -- "-$job_pid"
			end=$((SECONDS + 300))
		fi
		sleep 0.02
	done >>"$now"
	wait "$job_pid"
	status=$?
	end_load
	end=$((SECONDS + 10))
	until nothing_runs || ((SECONDS >= end)); do
		sleep 0.02
	done
}

# Those that met somebody; once for each place.
count_full() {
	local way
	for way in $(printf '%s\n' "${full_ways[@]}" | sort -u); do
		if met_full "$way"; then
			count_fault full "$way"
			told+=", which $way felt"
		fi
	done
}

# What holds at once, and what holds when the next command has run.
judge_round() {
	holds_processes
	holds_locks "$KTSTR_LOCK_DIR" "$KTSTR_CACHE_DIR"
	holds_results "$world/p/ktstr-out"
	"judge_$job_kind"
}
recover_round() {
	local said
	give_kernel
	"recover_$job_kind"
	said=$({ "${next[@]}" ktstr-cache work -- true && "${next[@]}" ktstr-cache -q verify &&
		"${next[@]}" ktstr-lock -q cpus --cap 1 --no-wait -- ktstr-sandbox -q -- true; } 2>&1) || echo "next: $said"
	holds_processes
	holds_locks "$KTSTR_LOCK_DIR" "$KTSTR_CACHE_DIR"
	holds_cgroups /sys/fs/cgroup
	# What a killed compiler leaves is not ours.
	holds_temporary "$world/small/tmp" "$KTSTR_CACHE_DIR/.tmp" | grep -vE '/(cc[[:alnum:]]{6}\.[^/]*|[^/]*-[0-9a-f]{6}\.[^/]*)$'
	find "$world/p/build" "$world/p/ktstr-out/bpf" "$world/k/linux" -name '*.new' -printf 'half: %p\n' 2>/dev/null
	holds_files "$world/p/ktstr-out"
	holds_files "$world/k/ktstr-out"
	holds_results "$world/p/ktstr-out"
}

run_round() {
	local from=$SECONDS trace
	round=$1
	RANDOM=$((seed * 1009 + round))
	job_kind=${jobs[RANDOM % ${#jobs[@]}]}
	log=$world/own/log
	rm -f "$log"* "$now"
	"draw_$job_kind"
	draw_faults
	"ready_$job_kind" >>"$now"
	# The shell says there that a job of its own was killed.
	{
		start_job
		play_faults
		await_job
	} 2>>"$world/own/said"
	cat "$log.err" "$log.out" >"$log"
	count_full
	judge_round >>"$now"
	recover_round 2>>"$world/own/said" >>"$now"
	rounds=$((rounds + 1))
	echo "round $round: $job_what$told; $((SECONDS - from)) s"
	[ -s "$now" ] || return 0
	violations=$((violations + $(wc -l <"$now")))
	sed 's/^/  violation: /' "$now"
	trace=$found/seed-$seed-round-$round
	rm -rf "$trace"
	mkdir -p "$trace" && cp -R "$now" "$log"* "$world/p/ktstr-out/results" "$trace/" 2>/dev/null
	echo "  traces in $trace; again: make soak SEED=$seed ROUND=$round$narrowed"
	still_running | xargs -r kill -KILL 2>/dev/null
	new_world
}

mapfile -t jobs < <(only "${KTSTR_SOAK_JOBS:-}" "${job_kinds[@]}")
mapfile -t kinds < <(only "${KTSTR_SOAK_FAULTS:-}" "${fault_kinds[@]}")
[ ${#jobs[@]} -gt 0 ] && [ ${#kinds[@]} -gt 0 ] || exit 2
narrowed=${KTSTR_SOAK_JOBS:+" JOBS='$KTSTR_SOAK_JOBS'"}${KTSTR_SOAK_FAULTS:+" FAULTS='$KTSTR_SOAK_FAULTS'"}
echo "soak: seed $seed, $secs s"
[ -n "$faketime" ] || echo "soak: there is no libfaketime${KTSTR_SAN:+ with SAN=}, so times of files are set, and not the clock"
new_world
if [ -n "${KTSTR_SOAK_ROUND:-}" ]; then
	run_round "$KTSTR_SOAK_ROUND"
else
	for ((n = 1; SECONDS < secs; n++)); do
		run_round "$n"
	done
fi
sum=0 by=
for kind in "${!counts[@]}"; do
	sum=$((sum + counts[$kind]))
done
by=$(for kind in "${!counts[@]}"; do echo "$kind ${counts[$kind]}"; done | sort | paste -sd, | sed 's/,/, /g')
echo "rounds $rounds, faults $sum${by:+ ($by)}, violations $violations"
[ "$violations" = 0 ]
