#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# scenarios-table.sh RESULTS [DOC] - doc/scenarios.md with its tables made anew.
#
# RESULTS is the folder of results of one kernel, as ktstr-out/results/LABEL, of
# the runs that the page tells; the page comes out on standard output. The number
# of a reason is kept where the verdict is the same. A failure that has none is
# (?) there, and told on standard error: then the exit status is 1. COMMIT is what
# the results are of; this checkout's by default.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
[ -d "${1:-}" ] || { echo "usage: scenarios-table.sh RESULTS [DOC]" >&2 && exit 2; }
doc=${2:-$top/doc/scenarios.md}
columns=(none/1n2l2c1t none/2n4l2c2t scx_simple/1n2l2c1t scx_qmap/1n2l2c1t scx_flatcg/1n2l2c1t)
categories=(basic cpuset affinity sched-class dynamic nested interaction advanced performance stall stress trouble placement)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for category in "${categories[@]}"; do
	find "$top/scenarios/$category" -type f -name '*.test' | sort
done >"$work/files"
mapfile -t files <"$work/files"
# What a machine is too small for is not among what would be run there.
for topology in $(printf '%s\n' "${columns[@]#*/}" | sort -u); do
	ktstr-gauntlet list -q --sched none --topology "$topology" "${files[@]}" |
		awk -F/ '{ print "planned", $3, $4 }'
done >"$work/facts"
find "$1" -name result.json -exec jq -r '"result \(.verdict) \(input_filename)"' {} + |
	awk '{ n = split($3, p, "/"); print $1, p[n - 6] "/" p[n - 4], p[n - 5], $2 }' >>"$work/facts"
awk -F/ '{ sub(/\.test$/, "", $NF); print "test", $NF, $(NF - 1) }' "$work/files" >>"$work/facts"

awk -v columns="${columns[*]}" -v commit="${COMMIT:-$(git -C "$top" rev-parse --short HEAD)}" '
function cell(test, i,  column, verdict, was) {
	column = name[i]
	if (!planned[test, substr(column, index(column, "/") + 1)])
		return "skip"
	verdict = result[column, test]
	if (verdict == "" || verdict == "pass")
		return verdict == "" ? "-" : verdict
	was = old[test, i]
	if (was ~ "^" verdict " \\([0-9]+\\)$")
		return was
	print "scenarios-table: " test " on " column ": " verdict ", and no reason is known" >"/dev/stderr"
	unknown = 1
	return verdict " (?)"
}
function count_row(i,  n, t) {
	for (t = 1; t <= tests; t++)
		n[substr(made[t, i], 1, 4)]++
	return sprintf("| %s | %d | %d | %d | %d | %s |", title[i], n["pass"], \
		tests - n["pass"] - n["skip"] - n["-"], n["skip"], n["-"], commit)
}
function rows(  t, i, line) {
	for (t = 1; t <= tests; t++) {
		line = "| `" test[t] "` | " category[t] " |"
		for (i = 1; i <= n_columns; i++)
			line = line " " made[t, i] " |"
		print line
	}
}
BEGIN {
	n_columns = split(columns, name, " ")
	for (i = 1; i <= n_columns; i++) {
		title[i] = name[i]
		sub("^none", "EEVDF", title[i])
		sub("/", ", ", title[i])
	}
}
$1 == "planned" { planned[$2, $3] = 1 }
$1 == "result" { result[$2, $3] = $4 }
$1 == "test" { test[++tests] = $2; category[tests] = $3 }
FILENAME == ARGV[1] { next }
# The page, first to read its reasons, then to print it.
FILENAME == ARGV[2] && !printing {
	if (FNR == 1 && seen++) {
		printing = 1
		for (t = 1; t <= tests; t++)
			for (i = 1; i <= n_columns; i++)
				made[t, i] = cell(test[t], i)
	} else {
		if (/^\| `/) {
			split($0, f, / *\| */)
			gsub("`", "", f[2])
			for (i = 1; i <= n_columns; i++)
				old[f[2], i] = f[3 + i]
		}
		next
	}
}
/^\| `/ {
	if (!told++)
		rows()
	next
}
{
	for (i = 1; i <= n_columns; i++)
		if (index($0, "| " title[i] " |") == 1) {
			print count_row(i)
			next
		}
	print
}
END { exit unknown }
' "$work/facts" "$doc" "$doc"
