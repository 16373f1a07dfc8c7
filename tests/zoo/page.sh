#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# page.sh FOLDER - doc/zoo.md, of what zoo.sh has left in FOLDER; on standard output.
#
# COMMIT is what the results are of; this checkout's by default.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for level in smoke full; do
	[ -s "${1:-}/matrix.$level" ] ||
		{ echo "page.sh: there is no 'matrix.$level' in '${1:-}'; zoo.sh makes it" >&2; exit 2; }
done
folder=$1
commit=${COMMIT:-$(git -C "$here" rev-parse --short HEAD)}

# table LEVEL: a row for each fault and scenario.
table() {
	printf '| fault | scenario | machine | | seeds | the verdict, and one of its reasons |\n|---|---|---|---|---|---|\n'
	sed 's/|/\\|/g' "$folder/matrix.$1" | awk '{
		by = $0
		sub(/^[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ +/, "", by)
		printf "| %s | `%s` | %s | %s | %s | %s |\n", $1, $2, $3, $4, $5, by }'
}

# figures LEVEL: how many faults have a line that is caught.
figures() {
	awk '$1 !~ /[+]/ { all[$1] = 1; if ($4 == "caught") caught[$1] = 1 }
		END { for (f in all) { n++; c += f in caught }
			printf "caught %d/%d by %s\n", c, n, level }' level="$1" "$folder/matrix.$1"
	echo "false accusations $(grep -c '^accused: ' "$folder/accused.$1" || :) by $1"
}

# part LEVEL SEEDS: all of it.
part() {
	printf '\n## %s\n\n%s. It took about %d minutes.\n\n' "${1^}" "$2" \
		$((($(awk '{ n += $1 } END { print n + 0 }' "$folder/wall.$1") + 59) / 60))
	figures "$1" | sed 's/^/    /'
	printf '\n'
	table "$1"
	if [ -s "$folder/accused.$1" ]; then
		printf '\nSchedulers without a fault that failed:\n\n'
		sed 's/^/* /' "$folder/accused.$1"
	fi
}

cat <<EOF
# What catches which fault

The zoo (\`tests/zoo/README.md\`) is a scheduler that can be given one fault. This page
tells which scenario catches which, by which verdict, and whether schedulers without a
fault are accused. It was made on $(date -u -r "$folder/matrix.full" +%Y-%m-%d) at $commit by

    make check-zoo
    tests/zoo/page.sh build/zoo >doc/zoo.md

under the virtual clock, two machines at a time on a host of two CPUs that had other
work. *caught*: in each seed, by the words that \`tests/zoo/faults.list\` expects; *other*:
it fails, by other words; *missed*: it passes with some seed. A fault needs one line that
is caught. What the faults do (\`scx_zoo --list\`):

EOF
"$folder/build/scx_zoo" --list | sed 's/^/    /'
part smoke 'Faults, the twin (the same scheduler without a fault) and EEVDF play with seeds 1 to 3, scx_simple, scx_qmap and scx_flatcg with seed 1'
part full 'All of the list, with categories of scenarios, with seed 1; what smoke had played was not played again'
