# faults.bash - what a round does to the host while its job runs.
# shellcheck shell=bash disable=SC2154,SC2034 # soak.sh has world, own_session, faketime, and reads fault_what
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A fault is one line "AT KIND N MS": ms after the job's start, what, a number that
# chooses among victims or ways, and for how long. All of it is drawn before the round
# begins, so that a seed says it again. Each fault_KIND() returns 0 if it met somebody,
# and sets $fault_what to what it did, and $fault_way where a kind has several. Whether
# a full file system has met somebody shows when the job has ended: met_full().
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
	fault_what="kill -9 of ${victim% *}" fault_way=''
}

fault_machine() { fault_kill "$1" 0 '^qemu-system'; }

fault_stop() {
	local victim
	victim=$(choose_victim "$1") || return 1
	kill -STOP "${victim##* }" 2>/dev/null || return 1
	fault_what="SIGSTOP of ${victim% *} for $2 ms" fault_way=''
	hold "$2"
	kill -CONT "${victim##* }" 2>/dev/null || :
}

# A file system that has up to 16 KiB left, or no file: the first, or a later, write or
# new file fails. It is made smaller, which happens or does not; to fill it takes a
# while, in which the job is disturbed already, and fails when the job takes the last.
fault_full() {
	local folders=("$job_dir/ktstr-out" "$KTSTR_CACHE_DIR" "$world/small") folder tries=0
	local blocks free size files free_files less
	folder=${folders[$1 % 3]}
	[ -d "$folder" ] || folder=$KTSTR_CACHE_DIR
	read -r blocks size files < <(stat -f -c '%b %S %c' "$folder")
	until ((tries++ == 20)); do
		read -r free free_files < <(stat -f -c '%f %d' "$folder")
		less=size=$(((blocks - free + $1 / 3 % 5 + (blocks == free)) * size)) # 0 is no limit
		(($1 / 3 % 10 < 8)) || less=nr_inodes=$((files - free_files))
		mount -o "remount,$less" "$folder" && break
	done
	((tries <= 20)) || return 1
	[[ $less == size* ]] && fault_what='no space' || fault_what='no file'
	fault_what+=" left in ${folder#"$world/"} for $2 ms" fault_way=${folder##*/}
	hold "$2"
	mount -o "remount,size=$((blocks * size)),nr_inodes=$files" "$folder"
}

# met_full WAY: the job has ended, and some program of it said that there was no space
# there. Who does without says nothing and is not seen.
met_full() {
	{
		cat "$log"
		find "$job_dir/ktstr-out" -name '*.log' -newer "$world/own/began" -exec cat {} + 2>/dev/null
		find "$job_dir/ktstr-out/results" -name result.json -newer "$world/own/began" -exec jq -r '.reasons[]' {} + 2>/dev/null
	} | grep -i 'no space left' | grep -qE "(^|[^[:alnum:]])$1/"
}

# Eight for each CPU, until the round ends.
fault_load() {
	local i n=$(($(nproc) * 8))
	for ((i = 0; i < n; i++)); do
		setsid sh -c 'while :; do :; done' &
		load_pids+=("$!")
	done
	fault_what="$n busy processes" fault_way=''
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
		victims | cut -d' ' -f2 | sed 's,.*,/proc/&/maps,' | xargs grep -lsF "$faketime" >/dev/null || return 1
		echo -2d >"$world/clock"
		fault_what="the clock goes two days back" fault_way=clock
	else
		find "$world/p" "$KTSTR_CACHE_DIR" -exec touch -h -d '2 days' {} + 2>/dev/null
		fault_what="all files are two days ahead of the clock" fault_way=files
	fi
}

# In the way that ktstr has for it, which leaves what is in use, or as somebody does
# who needs the space.
fault_cache() {
	case $(($1 % 3)) in
	0)
		ktstr-vm template --remove >/dev/null 2>&1
		ktstr-cache -q clean --force >/dev/null 2>&1
		fault_what="the cache is cleaned" fault_way=clean
		;;
	1)
		rm -rf "$KTSTR_CACHE_DIR/.templates"
		fault_what="rm -rf of the templates" fault_way=templates
		;;
	2)
		rm -rf "${KTSTR_CACHE_DIR:?}"/* "$KTSTR_CACHE_DIR"/.[!.]*
		fault_what="rm -rf of the cache" fault_way=all
		;;
	esac
}
