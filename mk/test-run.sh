#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# test-run.sh - plan the variants, run them, report (test.mk runs it).
#
#   test-run.sh NAME=VALUE... -- SELECTION...
#
#   out=DIR        folder of all output
#   make=PROGRAM   the make that runs us
#   init=FILE      the guest's init
#   files=WORDS    declarations, each behind --sched, and tests
#   format=NAME    of the report
#   report=WORDS   another subcommand of ktstr-gauntlet in place of report, and its
#                  options
#   rerun=WORD     all, failed or nothing
#   verbose=N      1: show commands; 2: say why variants run
#   launch=WORDS   what starts each variant
#   trace=WORD     yes, or KiB for each CPU: runs write traces; or nothing
#   repro=no       failures are not run again and watched; or nothing
#   level=WORD     smoke, pairwise, full or nothing: of list and select
#   select=WORDS   more options of ktstr-gauntlet select, or nothing
#   shard=K/N      or nothing
#   sources=WORDS  all declarations and tests of the project, for out/sources
#   dry=n          only show what would be run, and write nothing
#   list=y         only print what would be run, one name a line
#
# SELECTION is what "ktstr-gauntlet list" takes beside the files. But for dry, one
# process at a time in each out, under a lock that all of its children have:
# another TEST is another plan, and a variant has one folder.
set -euf
out='' make='' init='' files='' format='' report='' rerun='' verbose='' launch='' trace='' repro='' level='' select='' shard='' sources='' dry='' list=''
for setting; do
	shift
	case $setting in
	--) break ;;
	out=*) out=${setting#*=} ;;
	make=*) make=${setting#*=} ;;
	init=*) init=${setting#*=} ;;
	files=*) files=${setting#*=} ;;
	format=*) format=${setting#*=} ;;
	report=*) report=${setting#*=} ;;
	rerun=*) rerun=${setting#*=} ;;
	verbose=*) verbose=${setting#*=} ;;
	launch=*) launch=${setting#*=} ;;
	trace=*) trace=${setting#*=} ;;
	repro=*) repro=${setting#*=} ;;
	level=*) level=${setting#*=} ;;
	select=*) select=${setting#*=} ;;
	shard=*) shard=${setting#*=} ;;
	sources=*) sources=${setting#*=} ;;
	list=*) list=${setting#*=} ;;
	dry=*) dry=${setting#*=} ;;
	esac
done
[ "$verbose" != 1 ] || set -x
[ -z "$level" ] || select="--level $level $select"
failed=''
[ "$rerun" != failed ] || failed=--failed

# Results tell at which commit of the project they were made; looking changes
# nothing in the tree.
KTSTR_PROJECT_COMMIT=$(GIT_OPTIONAL_LOCKS=0 git describe --always --dirty --abbrev=7 --exclude='*' 2>/dev/null || :)
export KTSTR_PROJECT_COMMIT

# Is nothing said of profiles but that they are all wanted?
all_profiles() {
	last=''
	for word; do
		[ "$last" != --profile ] || [ "$word" = '*' ] || return 1
		last=$word
	done
	case " $* " in *' --profile '*) ;; *) return 1 ;; esac
}

# A budget can be spent on a million variants at most. Where flags make more, it
# chooses among the profiles that show each two of them.
# shellcheck disable=SC2086
thin() {
	case " $select" in *' --budget '*) ;; *) return 0 ;; esac
	all_profiles "$@" || return 0
	count=$(ktstr-gauntlet list -q --count "$@" $files 2>/dev/null) || count=$(($? == 1 ? 1000001 : 0))
	[ "${#count}" -gt 6 ] || return 0
	level=pairwise
	echo "ktstr: flags make too many variants for KTSTR_BUDGET_SECS to choose among; it takes sets of flags in which each two meet" >&2
}

# What another command leaves of the names. $files and $select are words.
# shellcheck disable=SC2086
leave() {
	names=$(printf '%s\n' "$names" | ktstr-gauntlet "$@" $files) || exit
}

# What those that choose leave, one name a line. Computers that share the work must
# choose alike: what one of them learned by itself counts in its own part alone.
# shellcheck disable=SC2086
choose() {
	[ -n "$level" ] || thin "$@"
	names=$(ktstr-gauntlet list ${level:+--level "$level"} "$@" $files) || exit
	if [ -z "$shard" ]; then
		leave select $failed $select --results "$out/results"
		return
	fi
	[ -z "$select" ] || leave select $select
	leave shard "$shard"
	[ -z "$failed" ] || leave select $failed --results "$out/results"
}

# A make fragment with one target for each variant that is not up to date. A stamp
# has the hash of all that the result depends on in its name, so content decides
# what is run again.
# shellcheck disable=SC2086
plan() {
	set -- --out "$out/results" --init "$init" --launch "$launch" "$@"
	[ "$rerun" != all ] || set -- --all "$@"
	[ "$verbose" != 2 ] || set -- --reasons "$@"
	[ -z "$trace" ] || set -- --trace "$trace" "$@"
	[ -z "$repro" ] || set -- --no-repro "$@"
	[ -n "$dry" ] || set -- --variants "$out/variants" --progress "$out/progress" "$@"
	if [ -z "$select$failed$shard" ]; then
		ktstr-gauntlet plan "$@" $files
	else
		# list has said all that there is to say.
		printf '%s\n' "$names" | ktstr-gauntlet plan --only - "$@" $files
	fi
}

# Where ktstr-vm finds the files of a variant by its name. To list is to write them,
# too, without the lock that runs have: for a moment with one of its own, so that the
# new file has one name, and the next to come replaces what a killed one left.
# shellcheck disable=SC2086,SC2016
keep_sources() {
	error=$(flock --no-fork "$out" sh -c 'file=$1 && shift && printf "%s\n" "$@" | tee "$file.new" >/dev/null &&
		mv -f "$file.new" "$file"' sh "$out/sources" $sources 2>&1) && return
	rm -f "$out/sources.new"
	echo "ktstr: cannot write '$out/sources': ${error##*: }" >&2
	exit 1
}

[ -z "$select$failed$shard" ] || choose "$@"

if [ -n "$list" ]; then
	[ ! -d "$out" ] || keep_sources
	# shellcheck disable=SC2086
	[ -n "$select$failed$shard" ] || exec ktstr-gauntlet list "$@" $files
	printf '%s\n' "$names"
	exit
fi
if [ -n "$dry" ]; then
	rules=$(plan "$@") || {
		echo "ktstr: what else would run is known when kernels and schedulers are built" >&2
		exit 0
	}
	printf '%s\n' "$rules" | "$make" --no-print-directory -n -f - ktstr-run-all
	exit
fi
keep_sources
plan "$@" >"$out/plan.mk.new" || { status=$?; rm -f "$out/plan.mk.new"; exit "$status"; }
mv -f "$out/plan.mk.new" "$out/plan.mk"

# A variant that does not pass is recorded and does not stop the others. Whoever
# kills us kills this make too, and all that runs below it.
ktstr-cache --die-with-parent exec -- \
	"$make" --no-print-directory -f "$out/plan.mk" ktstr-run-all V="$verbose"
# shellcheck disable=SC2086
exec ktstr-gauntlet ${report:-report --format "$format"} --variants "$out/variants" "$out/results"
