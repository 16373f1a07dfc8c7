#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernel-scheds.sh - build the example schedulers of a kernel's source.
#
#	kernel-scheds.sh SOURCE VMLINUX DIR [NAME...]
#
# SOURCE is a kernel tree or a tarball of one, VMLINUX the kernel they are for,
# with BTF. DIR gets scx_simple, scx_qmap and, from clang 16 on, scx_flatcg, or the
# NAMEs. They are built by the kernel's own Makefile, which knows its libbpf and its
# bpftool; BPFTOOL=FILE saves the time to build the latter, CLANG=FILE chooses the
# compiler. Nothing is written to SOURCE. What was built along with them stays in
# DIR/.work, so a second run is short.
# Exits 0, 1 if a build fails, 2 if the command line is wrong, 4 if clang is too
# old for a NAME.
set -eu

# All that the build reads of a kernel's source: 22 MB of 1.5 GB.
parts=(tools/build tools/scripts tools/lib tools/include tools/arch
	tools/bpf/bpftool tools/sched_ext scripts/bpf_doc.py
	kernel/bpf/disasm.c kernel/bpf/disasm.h Makefile)

die() {
	echo "kernel-scheds.sh: $2" >&2
	exit "$1"
}

# unpack TARBALL: its parts, in $work/source; whole or not at all.
unpack() {
	[ -d "$work/source" ] && return
	rm -rf "$work/source.new"
	mkdir "$work/source.new"
	tar -C "$work/source.new" --strip-components=1 --wildcards \
		-xf "$1" "${parts[@]/#/*/}" || die 1 "cannot unpack '$1'"
	mv "$work/source.new" "$work/source"
}

# Older ones build it, but lose the tag of its kptr: "R1 has no valid kptr".
clang_can_flatcg() {
	local major
	major=$("${CLANG:-clang}" -dumpversion | cut -d. -f1)
	[ "${major:-0}" -ge 16 ]
}

[ $# -ge 3 ] || die 2 "usage: kernel-scheds.sh SOURCE VMLINUX DIR [NAME...]"
[ -e "$1" ] || die 2 "no such tree or tarball: '$1'"
[ -f "$2" ] || die 2 "no such vmlinux: '$2'"
vmlinux=$(realpath "$2")
mkdir -p "$3/.work"
dir=$(realpath "$3")
work=$dir/.work
source=$1
shift 3
if [ $# -gt 0 ]; then
	case " $* " in
	*" scx_flatcg "*)
		clang_can_flatcg ||
			die 4 "scx_flatcg needs clang 16 or newer: say CLANG=FILE"
		;;
	esac
elif clang_can_flatcg; then
	set -- scx_simple scx_qmap scx_flatcg
else
	set -- scx_simple scx_qmap
	echo "kernel-scheds.sh: leaving out scx_flatcg, it needs clang 16" >&2
fi

if [ ! -d "$source" ]; then
	unpack "$source"
	source=$work/source
fi
[ -f "$source/tools/sched_ext/Makefile" ] ||
	die 2 "'$source' has no tools/sched_ext: Linux 6.12 or newer is needed"

# Variables of a make around us are not meant for this one. LDFLAGS and the like
# from the environment would reach it, too.
env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u O -u V -u CFLAGS -u LDFLAGS \
	make -s -j2 -C "$source/tools/sched_ext" O="$work" \
	VMLINUX_BTF="$vmlinux" ${BPFTOOL:+BPFTOOL="$BPFTOOL"} \
	${CLANG:+CLANG="$CLANG"} "$@" \
	>"$work/log" 2>&1 || {
	tail -n 20 "$work/log" >&2
	die 1 "the build failed, all of its output is in '$work/log'"
}
for name; do
	cmp -s "$work/build/bin/$name" "$dir/$name" && continue
	cp "$work/build/bin/$name" "$dir/$name.new"
	mv -f "$dir/$name.new" "$dir/$name"
done
