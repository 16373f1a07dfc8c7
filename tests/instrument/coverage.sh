#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# coverage.sh FOLDER - what has run of a build with counters; "make coverage"
# calls it in the top folder.
#
# FOLDER has objects, their .gcno and .gcda files, and guest-runs/run-*, which
# guests have sent: trees of .gcda files below the path of FOLDER. The table goes
# to standard output, the lines that have not run to FOLDER/uncovered.
set -eu
build=$(realpath "$1")
here=$(dirname "$0")
command -v gcov-tool >/dev/null || { echo "coverage: needs gcov-tool (gcc)" >&2; exit 4; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ours NAME: files of that name of our programs, into $work/all.
ours() {
	(cd "$build" && find . \( -path './tools/*' -o -path './vmm/*' \) -name "$1" \
		-exec cp --parents -t "$work/all" {} +)
}

# All guests together; then they and the host's programs. Of two trees gcov-tool
# makes a third.
mkdir "$work/all"
ours '*.gcda'
guests=0
for run in "$build"/guest-runs/run-*; do
	[ -d "$run$build" ] || continue
	gcov-tool merge -o "$work/sum" "$work/all" "$run$build"
	rm -rf "$work/all"
	mv "$work/sum" "$work/all"
	guests=$((guests + 1))
done

ours '*.gcno'
find "$work/all" -name '*.gcno' -print0 |
	xargs -0 gcov --json-format --stdout >"$work/lines" 2>"$work/messages" || {
	cat "$work/messages" >&2
	exit 125
}
python3 "$here/coverage.py" "$PWD" "$build/uncovered" <"$work/lines"
echo
echo "With the counters of $guests machines. Lines that have not run: $build/uncovered"
