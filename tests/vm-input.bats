#!/usr/bin/env bats
# ktstr-vm and what it is given, without a machine: files that are none, options
# that would do nothing, signals while it waits.
# shellcheck disable=SC2154,SC2317 # bats sets stderr; functions for until_true
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export KTSTR_CACHE_DIR=$PWD/cache
	boot_image kernel
	printf '[test]\nduration = 1s\n[cgroup a]\nwork = cpu-spin\n' >one.test
	machine=(--kernel kernel --clock virtual --topology 1n1l1c1t)
	exec </dev/null
}

# at_once STATUS SENTENCE ARGUMENT...: nobody waits.
at_once() {
	local status=$1 sentence=$2
	shift 2
	run "-$status" --separate-stderr timeout 60 ktstr-vm "$@"
	[ "$stderr" = "ktstr-vm: $sentence" ] || { echo "$stderr"; return 1; }
}

@test "vm: a pipe or a folder in place of a file is refused, and not waited for" {
	mkfifo -m 755 pipe
	mkdir folder
	printf '[scheduler]\nbinary = pipe\n' >pipe.sched
	at_once 2 "'pipe' is no regular file" run "${machine[@]}" --test pipe
	at_once 2 "'pipe' is no regular file" run "${machine[@]}" --test one.test --sched pipe
	at_once 2 "'folder' is no regular file" run "${machine[@]}" --test folder
	at_once 2 "'pipe' is not an ELF program" run "${machine[@]}" --test one.test --sched pipe.sched --dry-run
	at_once 2 "--init: 'pipe' is not an ELF program" exec "${machine[@]}" --init pipe --dry-run -- true
	at_once 2 "--init: 'folder' is not an ELF program" exec "${machine[@]}" --init folder --dry-run -- true
	at_once 2 "--init: 'one.test' is not an ELF program" exec "${machine[@]}" --init one.test --dry-run -- true
	at_once 126 "cannot run './pipe': Permission denied" exec "${machine[@]}" --dry-run -- ./pipe
	at_once 126 "cannot run './folder': Permission denied" exec "${machine[@]}" --dry-run -- ./folder
	# A shell passes by a folder in PATH, too.
	mkdir -p bin/true
	PATH=$PWD/bin:$PATH run -0 --separate-stderr ktstr-vm exec "${machine[@]}" --dry-run -- true
}

@test "vm: a file that changes while it is packed is told" {
	command -v strace >/dev/null || skip "needs strace"
	head -c 300000 /dev/zero >file
	# It stops where a piece was read.
	spawn strace -f -qq -o log -P "$PWD/file" -e trace=read -e inject=read:signal=STOP:when=2 \
		env ASAN_OPTIONS=detect_leaks=0 ktstr-vm exec "${machine[@]}" --include file=/file --dry-run -- true >out 2>err
	until_true grep -q 'stopped by SIGSTOP' log
	printf x | dd of=file bs=1 seek=299999 conv=notrunc status=none
	kill -CONT "$(sed -n 's/^\([0-9]*\) .*stopped by SIGSTOP.*/\1/p' log)"
	wait "${spawned[0]}" && return 1
	[ $? = 125 ]
	[ "$(cat err)" = "ktstr-vm: '$PWD/file' changed while it was read" ]
	[ ! -s out ]
}

@test "vm: an option that would do nothing is refused" {
	at_once 2 "--shift says how long an instruction takes under the virtual clock, and this machine's is the real one; see --clock" \
		exec --kernel kernel --clock real --accel tcg --shift 2 --dry-run -- true
	at_once 2 "--limit: exec has no phase 'attach', in which a scheduler comes or goes" \
		exec "${machine[@]}" --limit attach=1s --dry-run -- true
	at_once 2 "--limit: topology has no phase 'shutdown', in which a scheduler comes or goes" \
		topology --kernel kernel --limit shutdown=1s --dry-run
	at_once 2 "template takes no option --timeout; see --help" template "${machine[@]}" --timeout 9 --dry-run
	at_once 2 "template takes no option --limit; see --help" template "${machine[@]}" --limit boot=9s --dry-run
	at_once 2 "--preset 'smt-2llc' and --topology '1n1l1c1t' are two machines" \
		shell --kernel kernel --preset smt-2llc --topology 1n1l1c1t --dry-run
}

@test "vm: template --list and --remove are of all, and nothing chooses among them" {
	at_once 2 "template --list or --remove takes no option --kernel; see --help" template --remove "${machine[@]}"
	at_once 2 "template --list or --remove takes no option --dry-run; see --help" template --list --dry-run
	run -0 --separate-stderr ktstr-vm template --remove
	[ "$output$stderr" = "" ]
}

@test "vm: who waits for a template that another one makes is ended by a signal" {
	printf '#!/bin/sh\ncase "$*" in *-version*) exit ;; esac\nexec sleep 600\n' >qemu
	chmod +x qemu
	spawn ktstr-vm template "${machine[@]}" --qemu ./qemu
	until_true compgen -G 'cache/.templates/*.lock' >lock
	for signal in TERM HUP; do
		spawn ktstr-vm exec "${machine[@]}" --qemu ./qemu -- true 2>said
		until_true grep -q 'waiting for template' said
		kill -$signal "${spawned[-1]}"
		wait "${spawned[-1]}" && return 1
		[ $? = $((128 + $(kill -l $signal))) ]
	done
	kill -0 "${spawned[0]}"
	[ -e "$(cat lock)" ]
}

@test "vm: initramfs makes its file at once, and leaves nothing when it is killed" {
	mkdir out
	run -0 --separate-stderr ktstr-vm initramfs --out out/init.cpio
	[ "$output" = out/init.cpio ]
	cp out/init.cpio before
	command -v strace >/dev/null || skip "needs strace"
	for call in write fsync rename; do
		run -137 strace -f -qq -o trace -e "trace=$call" -e "inject=$call:signal=KILL:when=1" \
			env ASAN_OPTIONS=detect_leaks=0 ktstr-vm initramfs --out out/init.cpio
		# Killed before it has the name it would get, a link may stay; the next one replaces it.
		ls out
		cmp before out/init.cpio
		[ "$call" = rename ] || [ "$(ls out)" = init.cpio ]
		run -0 ktstr-vm initramfs --out out/init.cpio
		[ "$(ls out)" = init.cpio ]
	done
}
