#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# save.sh FOLDER NAME... - keep in tests/fuzz/corpus/NAME.tar.xz the fewest inputs that
# reach all that those of FOLDER/NAME.inputs reach and tests/fuzz/NAME does not;
# "make fuzz-save" calls it in the top folder. Longer ones than 2 KiB are left out.
#
# The same inputs make the same archive, byte for byte.
set -eu
dir=$1
shift
mkdir -p tests/fuzz/corpus
for name; do
	best=$dir/$name.best corpus=tests/fuzz/corpus/$name.tar.xz
	mkdir -p "$dir/$name.inputs"
	[ ! -f "$corpus" ] || tar -xf "$corpus" -C "$dir/$name.inputs"
	rm -rf "$best" && mkdir "$best"
	# The first folder is what is there already; it is taken out behind.
	cp "tests/fuzz/$name"/* "$best"
	"$dir/fuzz-$name" -merge=1 -max_len=2048 "$best" "$dir/$name.inputs" >"$dir/$name.merge" 2>&1 </dev/null ||
		{ echo "fuzz-save: $name: see $dir/$name.merge" >&2; exit 1; }
	(cd "tests/fuzz/$name" && ls -A) | (cd "$best" && xargs -d '\n' rm -f)
	saved=$(find "$best" -type f | wc -l)
	[ "$saved" = 0 ] || tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=a+rX,u+w,go-w \
		-C "$best" -cJf "$corpus" .
	printf '%-14s %4d inputs\n' "$name" "$saved"
done
