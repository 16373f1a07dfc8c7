#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ktstr-ci.sh - test a scheduler project in any CI system.
#
# It runs in the project's folder, where "make ktstr-test" works:
#
#   KERNEL=6.12 KTSTR=path/to/ktstr path/to/ktstr-ci.sh [MAKE-ARGUMENT]...
#
#   KERNEL           kernels to test on, as make ktstr-kernel takes them
#   KTSTR            ktstr's checkout; not needed where ktstr is installed
#   KTSTR_CI_TARGET  ktstr-test (the default), ktstr-gauntlet, or ktstr-kernel, which
#                    only makes the kernels, for jobs that come afterwards
#   KTSTR_SHARD      K/N: the K-th of N jobs that share the work, see doc/mk.md
#   KTSTR_CI_OUT     folder for the CI system to keep (ktstr-ci-out)
#   KTSTR_CACHE_DIR  folder of kernels, which the CI system restores before and
#                    saves afterwards; and see KTSTR_REMOTE_CACHE in ktstr-cache(1)
#   KTSTR_CI_KERNELS how many kernels stay in KTSTR_CACHE_DIR, the newest; without
#                    it all do
#
# It leaves junit.xml, report.md, results.tar.gz (all logs) and kernels.tar.gz (the
# builds' logs) in KTSTR_CI_OUT, whatever the verdicts are; GitHub shows report.md
# on the page of the run. Exit status: that of make; 0 when all passed.
set -u

die() {
	echo "ktstr-ci: $1" >&2
	exit "${2:-2}"
}

[ -n "${KERNEL:-}" ] || die "set KERNEL to the kernels to test on, as KERNEL=6.12"
[ -e Makefile ] || [ -e makefile ] || [ -e GNUmakefile ] ||
	die "there is no Makefile in '$PWD': run this in the folder of the scheduler project"
target=${KTSTR_CI_TARGET:-ktstr-test}
case $target in
ktstr-test | ktstr-gauntlet | ktstr-kernel) ;;
*) die "KTSTR_CI_TARGET knows ktstr-test, ktstr-gauntlet and ktstr-kernel, not '$target'" ;;
esac
out=${KTSTR_CI_OUT:-ktstr-ci-out}
work=${KTSTR_OUT:-ktstr-out}
jobs=$(nproc) || jobs=1
# What an earlier run left is not of this one.
mkdir -p "$out" || die "cannot make the folder '$out'" 125
rm -f "$out/junit.xml" "$out/report.md" "$out/results.tar.gz" "$out/kernels.tar.gz"

export KERNEL
[ -z "${KTSTR:-}" ] || export KTSTR

# Apart from the tests, so that its time and its failures are seen as its own.
make -j"$jobs" ktstr-kernel "$@"
status=$?
if [ "$status" -eq 0 ] && [ "$target" != ktstr-kernel ]; then
	make -j"$jobs" "$target" "$@"
	status=$?
fi

# The verdicts that there are, also when make was stopped in the middle.
report() {
	format=$1 file=$2
	shift 2
	make --no-print-directory -s ktstr-report KTSTR_FORMAT="$format" "$@" >"$out/$file.new" 2>"$out/report.err"
	if [ -s "$out/$file.new" ]; then
		mv -f "$out/$file.new" "$out/$file"
	else
		echo "ktstr-ci: no $file: $(tail -n 1 "$out/report.err")" >&2
		rm -f "$out/$file.new"
		[ "$status" -ne 0 ] || status=125
	fi
	rm -f "$out/report.err"
}
if [ -d "$work/results" ]; then
	report junit junit.xml "$@"
	report markdown report.md "$@"
	tar -czf "$out/results.tar.gz" -C "$work" results || status=125
	if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -s "$out/report.md" ]; then
		cat "$out/report.md" >>"$GITHUB_STEP_SUMMARY"
	fi
fi
logs=$(cd "$work/kernels" 2>/dev/null && ls -- *.log 2>/dev/null)
if [ -n "$logs" ]; then
	# A label has no blanks.
	# shellcheck disable=SC2086
	tar -czf "$out/kernels.tar.gz" -C "$work/kernels" $logs || status=125
fi

# From a checkout the programs are in the output folder.
if [ -n "${KTSTR_CI_KERNELS:-}" ]; then
	PATH=$PATH:${KTSTR_TOOLS:-$work/tools} \
		ktstr-cache clean --keep "$KTSTR_CI_KERNELS" --force >/dev/null ||
		echo "ktstr-ci: old kernels stay in the cache" >&2
fi
exit "$status"
