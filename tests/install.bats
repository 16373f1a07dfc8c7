#!/usr/bin/env bats
# "make install": what goes where, and that it works without the checkout.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load helper
load e2e/project

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

# Nothing is built here: with other flags than the programs have, all would be.
ours() {
	env -u MAKEFLAGS make --no-print-directory -C "$KTSTR_TOP" -o all O="$KTSTR_BUILD" "$@"
}

# as_installed ARG...: make in the project, where only what is installed is.
as_installed() {
	env PATH="/usr/bin:/bin:/usr/sbin" make --no-print-directory -I "$BATS_TEST_TMPDIR/usr/include" "$@"
}

expected() {
	cat <<-'END'
		bin/ktstr-cache 755
		bin/ktstr-gauntlet 755
		bin/ktstr-kconfig 755
		bin/ktstr-lock 755
		bin/ktstr-sandbox 755
		bin/ktstr-vm 755
		include/ktstr.mk 644
		libexec/ktstr/ktstr-gate.so 755
		libexec/ktstr/ktstr-init 755
		share/ktstr/kconfig/ktstr.config 644
		share/ktstr/kconfig/required.list 644
		share/ktstr/kconfig/x86_64.config 644
		share/ktstr/mk/core.mk 644
		share/ktstr/mk/kernel-bpf.mk 644
		share/ktstr/mk/kernel-build.mk 644
		share/ktstr/mk/kernel.mk 644
		share/ktstr/mk/ktstr.mk 644
		share/ktstr/mk/scheduler.mk 644
		share/ktstr/mk/test-host.sh 755
		share/ktstr/mk/test-run.sh 755
		share/ktstr/mk/test.mk 644
		share/ktstr/mk/verifier-log.test 644
		share/ktstr/mk/verifier.mk 644
		share/ktstr/mk/verifier.test 644
		share/ktstr/mk/vm.mk 644
		share/ktstr/templates/ci/gitlab-ci.yml 644
		share/ktstr/templates/ci/ktstr-ci.sh 755
		share/ktstr/templates/ci/ktstr-matrix.yml 644
		share/ktstr/templates/ci/ktstr.yml 644
		share/ktstr/templates/scheduler/.gitignore 644
		share/ktstr/templates/scheduler/Makefile 644
		share/ktstr/templates/scheduler/README.md 644
		share/ktstr/templates/scheduler/ktstr/bursty-wakeups.test 644
		share/ktstr/templates/scheduler/ktstr/cpuset-swap.test 644
		share/ktstr/templates/scheduler/ktstr/fair-spin.test 644
		share/ktstr/templates/scheduler/ktstr/oversubscribed.test 644
		share/ktstr/templates/scheduler/ktstr/scx_mini.sched 644
		share/ktstr/templates/scheduler/scx.bpf.h 644
		share/ktstr/templates/scheduler/scx_mini.bpf.c 644
		share/ktstr/templates/scheduler/scx_mini.c 644
		share/ktstr/templates/scheduler/scx_mini.h 644
		share/doc/ktstr/architecture.md 644
		share/doc/ktstr/boot.md 644
		share/doc/ktstr/cache.md 644
		share/doc/ktstr/checks.md 644
		share/doc/ktstr/dependencies.md 644
		share/doc/ktstr/files.md 644
		share/doc/ktstr/guide.md 644
		share/doc/ktstr/levers.md 644
		share/doc/ktstr/machine.md 644
		share/doc/ktstr/mk.md 644
		share/doc/ktstr/monitor.md 644
		share/doc/ktstr/presets.md 644
		share/doc/ktstr/repro.md 644
		share/doc/ktstr/results.md 644
		share/doc/ktstr/scenarios.md 644
		share/doc/ktstr/topology.md 644
		share/doc/ktstr/trace.md 644
		share/doc/ktstr/trace.png 644
		share/doc/ktstr/turns.md 644
		share/doc/ktstr/zoo.md 644
		share/man/man1/ktstr-cache.1 644
		share/man/man1/ktstr-gauntlet-compare.1 644
		share/man/man1/ktstr-gauntlet-list.1 644
		share/man/man1/ktstr-gauntlet-select.1 644
		share/man/man1/ktstr-gauntlet-shrink.1 644
		share/man/man1/ktstr-gauntlet-stats.1 644
		share/man/man1/ktstr-gauntlet-verifier.1 644
		share/man/man1/ktstr-gauntlet.1 644
		share/man/man1/ktstr-kconfig.1 644
		share/man/man1/ktstr-lock.1 644
		share/man/man1/ktstr-sandbox.1 644
		share/man/man1/ktstr-vm-debug.1 644
		share/man/man1/ktstr-vm.1 644
		share/man/man7/ktstr-cache-build.7 644
		share/man/man7/ktstr-cache-remote.7 644
		share/man/man7/ktstr-gauntlet-plan.7 644
		share/man/man7/ktstr-kernel-spec.7 644
		share/man/man7/ktstr-lock-plan.7 644
		share/man/man7/ktstr-vm-guest.7 644
		share/man/man7/ktstr-vm-host.7 644
		share/man/man7/ktstr-vm-machine.7 644
		share/man/man7/ktstr-vm-result.7 644
	END
}

@test "install: these files, below DESTDIR, whatever the umask" {
	(umask 077 && ours install DESTDIR="$PWD/stage" prefix=/usr)
	diff -r --no-dereference "$KTSTR_TOP/scenarios" stage/usr/share/ktstr/scenarios
	[ "$(find stage/usr/share/ktstr/scenarios -type f ! -perm 644)" = "" ]
	(cd stage/usr && find . -name scenarios -prune -o ! -type d -printf '%P %m\n' | LC_ALL=C sort) >got
	expected | LC_ALL=C sort | diff -u - got
	[ -z "$(find stage -type d ! -perm 755 ! -path stage)" ]
	[ "$(ls stage)" = usr ]
	# What the files name is where they will be, not where they are staged.
	run ! grep -rlIF -e "$PWD" -e "$KTSTR_TOP" stage
	grep -qx 'include /usr/share/ktstr/mk/ktstr.mk' stage/usr/include/ktstr.mk
}

@test "install: a second install changes nothing, uninstall leaves nothing" {
	ours install prefix="$PWD/usr"
	find usr ! -type d -printf '%P %m %s\n' | sort >once
	ours install prefix="$PWD/usr"
	find usr ! -type d -printf '%P %m %s\n' | sort | diff once -
	touch usr/bin/theirs
	ours uninstall prefix="$PWD/usr"
	[ "$(find usr ! -type d)" = usr/bin/theirs ]
	[ -z "$(find usr -name '*ktstr*')" ]
	ours uninstall prefix="$PWD/usr"
}

@test "install: each program tells its version and has a manual" {
	ours install prefix="$PWD/usr"
	for program in usr/bin/*; do
		run -0 --separate-stderr "$program" --version
		[[ $output == "${program##*/} "[0-9]* ]]
		grep -q "^.Dt ${program##*/ktstr-}\$" "usr/share/man/man1/${program##*/}.1" ||
			grep -qi "^\.Dt ${program##*/} 1" "usr/share/man/man1/${program##*/}.1"
	done
}

@test "install: the template works where nothing but the installed files is" {
	ours install prefix="$PWD/usr"
	cp -R usr/share/ktstr/templates/scheduler p
	cd p
	run -0 --separate-stderr as_installed ktstr-list
	[ "${lines[2]}" = kernel/scx_mini/fair-spin/own/default/virtual/s1 ]
	[ "${#lines[@]}" = 4 ]
	run -0 --separate-stderr as_installed ktstr-help
	[ "${lines[0]}" = Targets ]
	run --separate-stderr as_installed ktstr-doctor
	[[ $output == *" qemu "* ]]
	run ! --separate-stderr as_installed ktstr-test KERNEL=/no/such
	[ "${stderr_lines[0]}" = "ktstr-cache: kernel '/no/such': No such file or directory" ]
	run -0 as_installed ktstr-clean
	[ ! -e ktstr-out ]
}

@test "install: a machine boots with the installed init" {
	needs_kernel
	ours install prefix="$PWD/usr"
	cp -R usr/share/ktstr/templates/scheduler p
	cd p
	mkdir -p ktstr-out/kernels
	ln -s "$KTSTR_TEST_KERNEL_ENTRY" ktstr-out/kernels/k
	echo k >ktstr-out/kernels/list
	printf '[test]\nduration = 100ms\n[cgroup a]\nwork = cpu-spin workers=2\n' >ktstr/short.test
	run -0 as_installed ktstr-test KTSTR_PROGS= KTSTR_SCHED=none TEST=short
	[[ $output == *"1 passed, 0 failed, 0 inconclusive, 0 skipped, 0 errors"* ]]
	grep -qF "$BATS_TEST_TMPDIR/usr/libexec/ktstr/ktstr-init" ktstr-out/plan.mk
}
