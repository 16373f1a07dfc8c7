#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# test-run.sh - plan the variants, run them, report (test.mk runs it).
#
#   test-run.sh OUT FORMAT RERUN V MAKE PLAN-ARGUMENT...
#
# One process at a time in each OUT, under a lock that all of its children have:
# another TEST is another plan, and a variant has one folder.
set -eu
out=$1 format=$2 rerun=$3 verbose=$4 make=$5
shift 5
[ "$verbose" != 1 ] || set -x

# Results tell at which commit of the project they were made; looking changes
# nothing in the tree.
KTSTR_PROJECT_COMMIT=$(GIT_OPTIONAL_LOCKS=0 git describe --always --dirty --abbrev=7 --exclude='*' 2>/dev/null || :)
export KTSTR_PROJECT_COMMIT

# One target for each variant. Its stamp has the hash of all that the result
# depends on in its name, so content decides what is run again.
ktstr-gauntlet plan --out "$out/results" --variants "$out/variants" "$@" >"$out/plan.mk.new" ||
	{ status=$?; rm -f "$out/plan.mk.new"; exit "$status"; }
mv -f "$out/plan.mk.new" "$out/plan.mk"
if [ "$rerun" = all ]; then
	while read -r name _; do
		rm -f "$out/results/$name"/passed-*
	done <"$out/variants"
fi

# A variant that does not pass is recorded and does not stop the others. Whoever
# kills us kills this make too, and all that runs below it.
ktstr-cache --die-with-parent exec -- \
	"$make" --no-print-directory -f "$out/plan.mk" ktstr-run-all V="$verbose"
exec ktstr-gauntlet report --format "$format" --variants "$out/variants" "$out/results"
