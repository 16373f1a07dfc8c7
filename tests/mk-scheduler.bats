# SPDX-License-Identifier: GPL-2.0-or-later
# mk/scheduler.mk: what its head promises, tried on templates/scheduler.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load helper

# A project that has the rules alone: a whole ktstr.mk has tests of its own.
setup() {
	project=$BATS_TEST_TMPDIR/project
	cp -R "$KTSTR_TOP/templates/scheduler" "$project"
	mkdir -p "$BATS_TEST_TMPDIR/fake/mk"
	cat >"$BATS_TEST_TMPDIR/fake/mk/ktstr.mk" <<-END
		include $KTSTR_TOP/mk/scheduler.mk
		ktstr-clean: ; rm -rf \$(KTSTR_OUT)
	END
	cd "$project" || return 1
	unset MAKEFLAGS MAKELEVEL KTSTR_OUT KTSTR_VMLINUX CFLAGS BPFTOOL CLANG
}

# build ARG...: make the project; standard output is the list of steps.
build() {
	make KTSTR="$BATS_TEST_TMPDIR/fake" "$@"
}

# needs_entry: skip, with the reason, where no built kernel is around.
needs_entry() {
	local entry=${KTSTR_TEST_KERNEL_ENTRY:-}
	[ -n "$entry" ] || skip "needs KTSTR_TEST_KERNEL_ENTRY, a kernel entry"
	[ -e "$entry/vmlinux" ] || skip "no vmlinux in '$entry'"
	[ -e "$entry/bpf/bpftool" ] || pkg-config --atleast-version=1.3 libbpf ||
		skip "needs libbpf 1.3, or bpf/ in '$entry'"
	mkdir -p "ktstr-out/kernels"
	ln -s "$entry" "ktstr-out/kernels/a-kernel"
	echo a-kernel >"ktstr-out/kernels/list"
}

# own_entry: like needs_entry, but the project has an entry to be changed.
own_entry() {
	local real
	needs_entry
	real=$(realpath ktstr-out/kernels/a-kernel)
	entry=$project/ktstr-out/kernels/own
	mkdir "$entry"
	cp -L "$real/vmlinux" "$entry/vmlinux"
	[ ! -e "$real/bpf" ] || ln -s "$real/bpf" "$entry/bpf"
	echo own >ktstr-out/kernels/list
}

# steps TAG...: the tags of $output, one a line in order, are these.
steps() {
	diff <(awk '{ print $1 }' <<<"$output") <(printf '%s\n' "$@")
}

@test "scheduler.mk: without a kernel it says how to get one" {
	run -2 --separate-stderr build
	[ "$output" = "" ]
	[[ $stderr == 'ktstr: no kernel yet to take types from: run "make ktstr-kernel KERNEL=SPEC" first, or say KTSTR_VMLINUX=FILE'* ]]
}

@test "scheduler.mk: a kernel that has left the cache is named" {
	mkdir -p ktstr-out/kernels
	ln -s "$BATS_TEST_TMPDIR/gone" ktstr-out/kernels/old
	echo old >ktstr-out/kernels/list
	run -2 --separate-stderr build
	[[ $stderr == 'ktstr: kernel old has no vmlinux in the cache: run "make ktstr-kernel" again'* ]]
}

@test "scheduler.mk: a KTSTR_VMLINUX that is not there is refused" {
	run -2 --separate-stderr build KTSTR_VMLINUX=nowhere/vmlinux
	[[ $stderr == 'ktstr: no such file: KTSTR_VMLINUX=nowhere/vmlinux'* ]]
}

@test "scheduler.mk: a bpftool that is too old, or none, is refused" {
	printf '#!/bin/sh\necho bpftool v7.1.0\necho using libbpf v1.1\n' >old
	printf '#!/bin/sh\nexit 1\n' >none
	chmod +x old none
	run -2 --separate-stderr build KTSTR_VMLINUX=Makefile BPFTOOL=./old
	[[ $stderr == 'ktstr: bpftool has libbpf 1.1, 1.3 is needed:'* ]]
	run -2 --separate-stderr build KTSTR_VMLINUX=Makefile BPFTOOL=./none
	[[ $stderr == 'ktstr: cannot run bpftool: install it, or say BPFTOOL=FILE'* ]]
}

@test "scheduler.mk: includes twice, from any folder, and changes nothing" {
	mkdir -p elsewhere
	cat >elsewhere/GNUmakefile <<-END
		before := \$(filter-out before,\$(.VARIABLES))
		flags  := \$(MAKEFLAGS)
		include $KTSTR_TOP/mk/scheduler.mk
		include $KTSTR_TOP/mk/scheduler.mk
		after  := \$(filter-out ktstr-% KTSTR_% .DEFAULT_GOAL before flags \$(before),\$(.VARIABLES))
		first: ; @echo 'new [\$(after)] flags [\$(filter-out \$(flags),\$(MAKEFLAGS))]'
	END
	run -0 make -s -C elsewhere
	[ "$output" = "new [] flags []" ]
}

@test "scheduler.mk: a goal that was there before the include stays" {
	printf 'mine:\n\t@echo mine\ninclude %s/mk/scheduler.mk\n' "$KTSTR_TOP" >Makefile
	run -0 make
	[ "$output" = "mine" ]
}

@test "scheduler.mk: builds the template, which explains itself" {
	needs_entry
	run -0 build
	steps CHECK BTF GEN BPF SKEL CC LD
	run -0 build/scx_mini --help
	[[ ${lines[0]} == "usage: scx_mini "* ]]
	run -2 --separate-stderr build/scx_mini --slice-us 5x
	[ "$stderr" = "scx_mini: --slice-us: '5x' is not a number from 100 to 1000000" ]
	run -2 build/scx_mini surplus
	# libbpf is inside: the machine that boots needs libc, libelf and zlib.
	readelf -d build/scx_mini >dynamic
	run ! grep -F '[libbpf' dynamic
}

@test "scheduler.mk: a second make does nothing, also with -j" {
	needs_entry
	build -j2 >/dev/null
	find . -type f -printf '%p %T@\n' | sort >../before
	run -0 build -j2
	[ "$output" = "" ]
	find . -type f -printf '%p %T@\n' | sort >../after
	diff ../before ../after
}

@test "scheduler.mk: a new vmlinux with equal types rebuilds nothing" {
	own_entry
	build >/dev/null
	touch "$entry/vmlinux"
	run -0 build
	steps BTF
	run -0 build
	[ "$output" = "" ]
}

@test "scheduler.mk: other types rebuild all" {
	own_entry
	[ -e "$entry/bpf/bpftool" ] || skip "needs bpf/ in the entry"
	cat >tool <<-END
		#!/bin/sh
		$entry/bpf/bpftool "\$@" || exit
		[ "\$1" != btf ] || cat types
	END
	chmod +x tool
	: >types
	build BPFTOOL=./tool >/dev/null
	echo 'struct one_more;' >types
	touch "$entry/vmlinux"
	run -0 build BPFTOOL=./tool
	steps BTF GEN BPF SKEL CC LD
}

@test "scheduler.mk: another kernel's types are looked at" {
	own_entry
	build >/dev/null
	echo a-kernel >ktstr-out/kernels/list
	run -0 build
	[[ ${lines[0]} == *" BTF "* || ${lines[1]} == *" BTF "* ]]
}

@test "scheduler.mk: other flags rebuild what they are for, once" {
	needs_entry
	build >/dev/null
	run -0 build KTSTR_CFLAGS=-O1
	steps CC LD
	run -0 build KTSTR_CFLAGS=-O1
	[ "$output" = "" ]
	run -0 build KTSTR_CFLAGS=-O1 KTSTR_BPF_CFLAGS=-DOTHER
	steps BPF SKEL CC LD
	run -0 build KTSTR_CFLAGS=-O1 KTSTR_BPF_CFLAGS=-DOTHER LDFLAGS=-Wl,-O1
	steps LD
}

@test "scheduler.mk: a header rebuilds the halves that include it" {
	needs_entry
	build >/dev/null
	touch scx.bpf.h
	run -0 build
	steps BPF SKEL CC LD
	touch scx_mini.c
	run -0 build
	steps CC LD
}

@test "scheduler.mk: the same sources give the same bytes in any folder" {
	needs_entry
	cp -R "$project" "$BATS_TEST_TMPDIR/other place"
	mv "$BATS_TEST_TMPDIR/other place" "$BATS_TEST_TMPDIR/other"
	build >/dev/null
	cd "$BATS_TEST_TMPDIR/other"
	build >/dev/null
	cmp build/scx_mini "$project/build/scx_mini"
}

@test "scheduler.mk: a compiler's error leaves the old program and no new one" {
	needs_entry
	build >/dev/null
	cp build/scx_mini old
	echo broken >>scx_mini.c
	run -2 build
	cmp build/scx_mini old
	cp "$KTSTR_TOP/templates/scheduler/scx_mini.c" .
	touch scx_mini.c
	run -0 build
	steps CC LD
}

@test "scheduler.mk: names in folders, more sources and more libraries" {
	needs_entry
	mkdir -p sched
	mv scx_mini.bpf.c scx_mini.c scx_mini.h scx.bpf.h sched/
	echo 'double more(double x); double more(double x) { return x; }' >sched/more.c
	cat >Makefile <<-END
		KTSTR_PROGS := sched/scx_mini
		KTSTR_SRCS_scx_mini := sched/more.c
		KTSTR_LIBS_scx_mini := -Wl,--no-as-needed -lm
		KTSTR_PROG_DIR := bin
		include $KTSTR_TOP/mk/scheduler.mk
	END
	make ktstr-progs >/dev/null
	readelf -d bin/scx_mini >dynamic
	grep -F '[libm.so' dynamic
	nm bin/scx_mini >symbols
	grep -w more symbols
	run -0 make ktstr-progs
	[ "$output" = "" ]
}

@test "scheduler.mk: a second include builds what was added since the first" {
	needs_entry
	for suffix in bpf.c c; do
		sed 's/scx_mini\.skel/scx_two.skel/; s/scx_mini__/scx_two__/g; s/struct scx_mini\b/struct scx_two/g' \
			"scx_mini.$suffix" >"scx_two.$suffix"
	done
	cat >Makefile <<-END
		KTSTR_PROGS := scx_mini
		include $KTSTR_TOP/mk/scheduler.mk
		KTSTR_PROGS += scx_two
		include $KTSTR_TOP/mk/scheduler.mk
	END
	run -0 make -j2 ktstr-progs
	[ -x build/scx_mini ]
	[ -x build/scx_two ]
	[ "$(grep -c ' LD ' <<<"$output")" = 2 ]
}

@test "scheduler.mk: a kernel that is made in the same run is waited for" {
	needs_entry
	mv ktstr-out kept
	cat >Makefile <<-END
		KTSTR_PROGS := scx_mini
		ktstr-progs-after := get-kernel
		include $KTSTR_TOP/mk/scheduler.mk
		get-kernel: ; mv kept ktstr-out
	END
	run -0 make -j2 ktstr-progs
	[ -x build/scx_mini ]
}

@test "kernel-scheds.sh: refuses what it cannot build from" {
	local sh=$KTSTR_TOP/tests/e2e/kernel-scheds.sh
	run -2 --separate-stderr "$sh"
	[[ $stderr == "kernel-scheds.sh: usage: "* ]]
	run -2 --separate-stderr "$sh" nowhere Makefile out
	[ "$stderr" = "kernel-scheds.sh: no such tree or tarball: 'nowhere'" ]
	run -2 --separate-stderr "$sh" . nowhere out
	[ "$stderr" = "kernel-scheds.sh: no such vmlinux: 'nowhere'" ]
	run -2 --separate-stderr "$sh" . Makefile out scx_simple
	[[ $stderr == "kernel-scheds.sh: '.' has no tools/sched_ext: "* ]]
	printf '#!/bin/sh\necho 14.0.6\n' >clang
	chmod +x clang
	CLANG=./clang run -4 --separate-stderr "$sh" . Makefile out scx_flatcg
	[[ $stderr == "kernel-scheds.sh: scx_flatcg needs clang 16 or newer"* ]]
}
