#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# strip.sh - ktstr-cache strip beside objcopy --strip-debug: time and size.
#
#   KTSTR_BENCH_VMLINUX=FILE   a vmlinux with DWARF; else one is made up: much
#                              code and DWARF, some data, no BTF
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/ratio.bash"
command -v objcopy >/dev/null || { echo "skip: needs objcopy" && exit 4; }
vmlinux=${KTSTR_BENCH_VMLINUX:-$bench_dir/vmlinux}

# Functions with types and variables of their own, as a kernel has.
unit() {
	awk -v unit="$1" 'BEGIN {
		for (i = 0; i < 1000; i++) {
			f = unit "_" i
			printf "struct s_%s { int a_%s; long b_%s[%d]; struct s_%s *next_%s; };\n", f, f, f, i % 7 + 1, f, f
			printf "const char text_%s[] = \"this is what is said by function %s\";\n", f, f
			printf "int f_%s(struct s_%s *p, int first_%s) { int sum_%s = first_%s;\n", f, f, f, f, f
			printf "for (struct s_%s *s_%s = p; s_%s; s_%s = s_%s->next_%s) { int here_%s = s_%s->a_%s;", f, f, f, f, f, f, f, f, f
			printf "sum_%s += here_%s * (int)s_%s->b_%s[0]; } return sum_%s; }\n", f, f, f, f, f
		} }'
}
if [ "$vmlinux" = "$bench_dir/vmlinux" ]; then
	unit u >"$bench_dir/u.c"
	gcc -O2 -g -fno-pic -c -o "$bench_dir/u.o" "$bench_dir/u.c"
	for n in 0 1 2 3 4 5 6 7 8 9 a b c d e; do
		objcopy --prefix-symbols="u${n}_" "$bench_dir/u.o" "$bench_dir/u$n.o"
	done
	rm "$bench_dir/u.o"
	echo 'int main(void) { return 0; }' | gcc -xc -c -o "$bench_dir/main.o" -
	gcc -no-pie -o "$vmlinux" "$bench_dir"/*.o
fi

ktstr-cache strip "$vmlinux" "$bench_dir/ours"
# The share says something of a kernel only.
if [ -n "${KTSTR_BENCH_VMLINUX:-}" ]; then
	awk -v was="$(stat -c %s "$vmlinux")" -v is="$(stat -c %s "$bench_dir/ours")" 'BEGIN {
		printf "%-44s %9.1f MB / %9.1f MB = %4.1f %% (at most 20 %%)%s\n", "size of what is left, over the original",
			is / 1e6, was / 1e6, 100 * is / was, (is > was / 5) ? "  OVER" : "" }'
fi
ratio "ktstr-cache strip, over objcopy --strip-debug" 1 \
	"objcopy --strip-debug $vmlinux $bench_dir/theirs" \
	"ktstr-cache strip $vmlinux $bench_dir/ours" 10
