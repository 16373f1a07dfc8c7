#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# failures.sh WORK [OPTION OF fail-each...] [-- GLOB...] - run each command of
# commands.bash whose name matches with one call that fails, for all of its calls.
#
# The last line is "N commands, M failures injected, V violations". Nothing but WORK is
# written to. PATH and KTSTR_* are those of a test (mk/check.mk).
set -eu
here=$(realpath "$(dirname "$0")")
work=$(realpath "$1")
shift
options=() globs=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	options+=("$1")
	shift
done
[ $# -eq 0 ] || shift
globs=("${@:-*}")
commands=0 failures=0 violations=0
export GIT_CONFIG_NOSYSTEM=1
unset KTSTR_CPU_CAP KTSTR_BYPASS_LLC_LOCKS ARCH LLVM LLVM_IAS CROSS_COMPILE KTSTR_KERNEL_CC MAKEFLAGS NO_COLOR

# frames LOG: with names of functions for "OBJECT +OFFSET", whose object is ours.
frames() {
	local object
	grep -oE '^([^ ]*/)?ktstr-[a-z]+ \+0x[0-9a-f]+$' "$1" | sort -u >"$1.frames"
	sed 's/ .*//' "$1.frames" | sort -u | while read -r object; do
		grep -F "$object +" "$1.frames" | sed 's/.* +//' >"$1.offsets"
		addr2line -fspe "$KTSTR_BUILD/${object##*/}" <"$1.offsets" >"$1.lines"
		paste "$1.offsets" "$1.lines" | sed "s|^|$object +|"
	done >"$1.names"
	awk -F '\t' 'FILENAME == ARGV[1] { name[$1] = $2; next }
		$0 in name { print "    " name[$0]; next }
		/^[^ ]+ \+0x[0-9a-f]+$/ { sub(/.*\//, ""); sub(/ .*/, ""); print "    in " $0; next } { print }' "$1.names" "$1"
}

wanted() {
	local glob
	for glob in "${globs[@]}"; do
		# shellcheck disable=SC2053 # a pattern
		[[ $1 != $glob ]] || return 0
	done
	return 1
}

# may_want PART: some of its commands may be wanted.
may_want() {
	local glob
	for glob in "${globs[@]}"; do
		case $glob in "$1"* | [*?[]*) return 0 ;; esac
	done
	return 1
}

# slow NAME ...: the same as each for a command that takes its time, in the whole alone.
slow() {
	local option
	for option in "${options[@]}"; do
		[ "$option" != --places ] || return 0
	done
	each "$@"
}

# each NAME [OPTION...] -- COMMAND...
each() {
	local name=$1 log=$work/log
	shift
	if [ ! -d "$work/$part" ]; then
		mv "$work/in" "$work/$part"
		cd "$work/$part"
	fi
	wanted "$name" || return 0
	rm -rf "$work/in"
	fail-each --preload "$KTSTR_BUILD/fail-calls.so" --from "$PWD" --in "$work/in" --name "$name" "${options[@]}" "$@" >"$log" ||
		[ $? -eq 1 ] || { echo "$name: fail-each has failed"; violations=$((violations + 1)); }
	frames "$log"
	commands=$((commands + 1))
	read -r _ more _ bad _ < <(tail -n 1 "$log")
	failures=$((failures + more)) violations=$((violations + bad))
}

# shellcheck source=tests/failures/commands.bash
. "$here/commands.bash"
for part in lock sandbox kconfig cache gauntlet vm; do
	may_want "$part" || continue
	rm -rf "$work/in" "${work:?}/$part"
	# What is prepared lies where it will be found, until the first command.
	mkdir -p "$work/in"
	cd "$work/in"
	export HOME=$PWD KTSTR_CACHE_DIR=$PWD/cache KTSTR_LOCK_DIR=$PWD/locks TMPDIR=$PWD
	"commands_$part"
done
echo "$commands commands, $failures failures injected, $violations violations"
[ "$violations" -eq 0 ] && [ "$commands" -gt 0 ]
