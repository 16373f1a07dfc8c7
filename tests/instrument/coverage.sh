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

# drop_old FOLDER: counters of objects that were compiled anew since (KEEP=1): gcov
# takes none of them, and fails. Both files have a stamp behind magic and version.
drop_old() {
	python3 - "$1" "$build" <<-'END'
		import os, sys
		top, build = sys.argv[1:]
		def stamp(path):
		    try:
		        with open(path, "rb") as file:
		            return file.read(12)[8:]
		    except FileNotFoundError:
		        return None
		for folder, _, names in os.walk(top):
		    for name in names:
		        path = os.path.join(folder, name)
		        notes = os.path.join(build, os.path.relpath(path, top))[:-4] + "gcno"
		        if name.endswith(".gcda") and stamp(path) != stamp(notes):
		            os.unlink(path)
	END
}

has_counters() { [ -n "$(find "$1" -name '*.gcda' -print -quit)" ]; }

# All guests together; then they and the host's programs. Of two trees gcov-tool
# makes a third.
mkdir "$work/all"
ours '*.gcda'
drop_old "$work/all"
guests=0
for run in "$build"/guest-runs/run-*; do
	[ -d "$run$build" ] || continue
	drop_old "$run$build"
	has_counters "$run$build" || continue
	guests=$((guests + 1))
	has_counters "$work/all" || {
		cp -R "$run$build/." "$work/all/"
		continue
	}
	gcov-tool merge -o "$work/sum" "$work/all" "$run$build"
	rm -rf "$work/all"
	mv "$work/sum" "$work/all"
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
