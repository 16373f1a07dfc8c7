#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# machine.bash NAME FOLDER - write sys/ and proc/ of a machine that is described
# in tests/data/machines, for what would be thousands of files.
set -eu
# shellcheck disable=SC2154 # the words of the description are variables
declare nodes=1 llcs=1 cores=1 threads=1 numbering=near distance='' groups=''

here=$(dirname "$0")
words=$(sed -n "s/^$1: *//p" "$here/data/machines")
[ -n "$words" ] || { echo "machine.bash: no machine '$1'" >&2 && exit 1; }
# shellcheck disable=SC2086 # words
declare $words
sys=$2/sys/devices/system

# Where each CPU is: its core, LLC and node.
all_cores=$((llcs * cores))
cpus=$((all_cores * threads))
declare -a core_list llc_list node_list llc_of core_of
for ((core = 0; core < all_cores; core++)); do
	for ((thread = 0; thread < threads; thread++)); do
		case $numbering in
		near) cpu=$((core * threads + thread)) ;;
		far) cpu=$((thread * all_cores + core)) ;;
		esac
		llc=$((core / cores)) node=$((core * nodes / all_cores))
		core_of[cpu]=$core llc_of[cpu]=$llc
		core_list[core]+=${core_list[core]:+,}$cpu
		llc_list[llc]+=${llc_list[llc]:+,}$cpu
		node_list[node]+=${node_list[node]:+,}$cpu
	done
done

# groups=0-3/4-5: LLCs that are not all of one size.
if [ -n "$groups" ]; then
	IFS=/ read -ra llc_list <<<"$groups"
	for ((llc = 0; llc < ${#llc_list[@]}; llc++)); do
		for ((cpu = ${llc_list[llc]%-*}; cpu <= ${llc_list[llc]#*-}; cpu++)); do
			llc_of[cpu]=$llc
		done
	done
fi

seq -f "$sys/cpu/cpu%g/topology" 0 $((cpus - 1)) | xargs mkdir -p
seq -f "$sys/cpu/cpu%g/cache/index0" 0 $((cpus - 1)) | xargs mkdir -p
seq -f "$sys/cpu/cpu%g/cache/index1" 0 $((cpus - 1)) | xargs mkdir -p
for ((cpu = 0; cpu < cpus; cpu++)); do
	echo "${core_list[core_of[cpu]]}" >"$sys/cpu/cpu$cpu/topology/core_cpus_list"
	cache=$sys/cpu/cpu$cpu/cache
	echo 1 >"$cache/index0/level"
	echo Data >"$cache/index0/type"
	echo "${core_list[core_of[cpu]]}" >"$cache/index0/shared_cpu_list"
	echo 3 >"$cache/index1/level"
	echo Unified >"$cache/index1/type"
	echo "${llc_list[llc_of[cpu]]}" >"$cache/index1/shared_cpu_list"
done
echo "0-$((cpus - 1))" >"$sys/cpu/online"

# distance=10,20/20,10: a row for each node.
IFS=/ read -ra rows <<<"$distance"
for ((node = 0; node < nodes; node++)); do
	mkdir -p "$sys/node/node$node"
	echo "${node_list[node]}" >"$sys/node/node$node/cpulist"
	[ -z "$distance" ] || echo "${rows[node]//,/ }" >"$sys/node/node$node/distance"
done
echo "0-$((nodes - 1))" | tee "$sys/node/online" >"$sys/node/has_memory"
mkdir -p "$2/proc/self"
printf 'Cpus_allowed_list:\t0-%d\nMems_allowed_list:\t0-%d\n' $((cpus - 1)) \
	$((nodes - 1)) >"$2/proc/self/status"
