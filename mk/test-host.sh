#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# test-host.sh OUT INIT SEED TEST... - play tests on this machine, then a tally.
# Exit status: 0 none failed and one ran at least, 1 otherwise.
out=$1 init=$2 seed=$3
shift 3
passed=0 failed=0 skipped=0
for test; do
	name=${test##*/}
	status=0
	ktstr-vm host --test "$test" --init "$init" --seed "$seed" \
		--out "$out/${name%.test}" >/dev/null || status=$?
	case $status in
	0) passed=$((passed + 1)) ;;
	4) skipped=$((skipped + 1)) ;;
	129 | 130 | 131 | 143) exit $status ;;
	*) failed=$((failed + 1)) ;;
	esac
done
echo "$passed passed, $failed did not, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
