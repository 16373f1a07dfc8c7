# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's own example schedulers can be built, from a tree or a tarball.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	build=$KTSTR_TOP/tests/e2e/kernel-scheds.sh
	entry=${KTSTR_TEST_KERNEL_ENTRY:-}
	source=${KTSTR_TEST_KERNEL_SOURCE:-/usr/src/linux-source-6.12.tar.xz}
	[ -n "$entry" ] || skip "needs KTSTR_TEST_KERNEL_ENTRY, a kernel entry"
	[ -e "$source" ] || skip "needs KTSTR_TEST_KERNEL_SOURCE, a tree or tarball"
	[ ! -x "$entry/bpf/bpftool" ] || export BPFTOOL=$entry/bpf/bpftool
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "kernel-scheds.sh: builds what is asked for, and again nothing" {
	run -0 --separate-stderr "$build" "$source" "$entry/vmlinux" out scx_simple scx_qmap
	[ "$output$stderr" = "" ]
	[ "$(ls out)" = $'scx_qmap\nscx_simple' ]
	readelf -d out/scx_qmap >dynamic
	grep -F '[libelf' dynamic
	find out -printf '%p %T@\n' | sort >before
	run -0 "$build" "$source" "$entry/vmlinux" out scx_simple scx_qmap
	find out ! -name log -printf '%p %T@\n' | sort >after
	diff <(grep -v '/log ' before) after
}

@test "kernel-scheds.sh: a failing build tells the compiler's words" {
	printf '#!/bin/sh\necho it is broken >&2\nexit 1\n' >clang
	chmod +x clang
	CLANG=$PWD/clang run -1 --separate-stderr "$build" "$source" "$entry/vmlinux" out scx_simple
	[[ $stderr == *"it is broken"* ]]
	[[ $stderr == *"kernel-scheds.sh: the build failed, all of its output is in "* ]]
	[ ! -e out/scx_simple ]
}
