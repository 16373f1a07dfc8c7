# faults.bash - what a round does to the host while its job runs.
# shellcheck shell=bash disable=SC2154,SC2034 # soak.sh has world, own_session, faketime, and reads fault_what
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A fault is one line "AT KIND N MS": ms after the job's start, what, a number that
# chooses among victims or ways, and for how long. All of it is drawn before the round
# begins, so that a seed says it again. Each fault_KIND() returns 0 if it met somebody,
# and sets $fault_what to what it did.
#
# "mild" ones may cost time and nothing else: each result is there, and right.

fault_kinds=(kill kill kill kill machine stop stop full full load clock cache)
mild=' stop load clock '

# What a result may be when it is not what it should be, for each kind.
{
excuse_kill='missing error/harness error/qemu'
excuse_machine='missing error/qemu'
excuse_full='missing error/harness error/qemu error/input'
excuse_cache='missing error/harness error/input error/qemu'
excuse_stop='' excuse_load='' excuse_clock=''
}

# victims [NAME-PATTERN]: "NAME PID" of what the job has started.
victims() {
	ps -e -o comm=,pid=,sess=,stat= | awk -v not=" $own_session ${load_pids[*]} " -v name="${1:-.}" '
		!index(not, " " $3 " ") && $4 !~ /^Z/ && $1 ~ name { print $1, $2 }' | sort
}

# choose_victim N [NAME-PATTERN]: "NAME PID"; each name is as likely as any other,
# however many processes have it.
choose_victim() {
	local list names name pids
	list=$(victims "${2-}")
	[ -n "$list" ] || return 1
	mapfile -t names < <(cut -d' ' -f1 <<<"$list" | sort -u)
	name=${names[$1 % ${#names[@]}]}
	mapfile -t pids < <(grep "^$name " <<<"$list")
	echo "${pids[$1 / ${#names[@]} % ${#pids[@]}]}"
}

# hold MS: for so long, or until the job has ended.
hold() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000))
	while ((${EPOCHREALTIME/./} < end)) && job_runs; do
		sleep 0.02
	done
}

fault_kill() {
	local victim
	victim=$(choose_victim "$1" "${3-}") || return 1
	kill -KILL "${victim##* }" 2>/dev/null || return 1
	fault_what="kill -9 of ${victim% *}"
}

fault_machine() { fault_kill "$1" 0 '^qemu-system'; }

fault_stop() {
	local victim
	victim=$(choose_victim "$1") || return 1
	kill -STOP "${victim##* }" 2>/dev/null || return 1
	fault_what="SIGSTOP of ${victim% *} for $2 ms"
	hold "$2"
	kill -CONT "${victim##* }" 2>/dev/null || :
}

# A file system that has up to 16 KiB left: the first, or a later, write fails.
fault_full() {
	local folders=("$world/p/ktstr-out" "$KTSTR_CACHE_DIR" "$world/small") folder free
	folder=${folders[$1 % 3]}
	free=$(($(stat -f -c '%a * %S' "$folder") - $1 / 3 % 5 * 4096))
	((free > 0)) && fallocate -l "$free" "$folder/.fill" || return 1
	fault_what="no space in ${folder#"$world/"} for $2 ms"
	hold "$2"
	rm -f "$folder/.fill"
}

# Eight for each CPU, until the round ends.
fault_load() {
	local i n=$(($(nproc) * 8))
	for ((i = 0; i < n; i++)); do
		setsid sh -c 'while :; do :; done' &
		load_pids+=("$!")
	done
	fault_what="$n busy processes"
}
end_load() {
	local pid
	for pid in "${load_pids[@]}"; do
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	load_pids=()
}

# Two days back: for all programs of the job, by libfaketime, which reads this file
# again each time; or all files there are have times in what is now the future.
fault_clock() {
	if (($1 % 2)) && [ -n "$faketime" ]; then
		echo -2d >"$world/clock"
		fault_what="the clock goes two days back"
	else
		find "$world/p" "$KTSTR_CACHE_DIR" -exec touch -h -d '2 days' {} + 2>/dev/null
		fault_what="all files are two days ahead of the clock"
	fi
}

# In the way that ktstr has for it, which leaves what is in use, or as somebody does
# who needs the space.
fault_cache() {
	case $(($1 % 3)) in
	0)
		ktstr-vm template --remove >/dev/null 2>&1
		ktstr-cache -q clean --force >/dev/null 2>&1
		fault_what="the cache is cleaned"
		;;
	1)
		rm -rf "$KTSTR_CACHE_DIR/.templates"
		fault_what="rm -rf of the templates"
		;;
	2)
		rm -rf "${KTSTR_CACHE_DIR:?}"/* "$KTSTR_CACHE_DIR"/.[!.]*
		fault_what="rm -rf of the cache"
		;;
	esac
}
