#!/usr/bin/env bats
# Kernels of distributions, with their drivers as modules, which nobody loads:
# the console and the channel are there all the same. KTSTR_TEST_DISTRO_KERNEL
# is such an image, or a folder with its package unpacked; else Debian's is fetched
# by apt-get and not installed.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	[ -n "${KTSTR_TEST_DISTRO_KERNEL:-}" ] || {
		apt-get download "$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: //p' | head -n1)" &&
			dpkg-deb -x linux-image-*.deb . && rm linux-image-*.deb
	} >log 2>&1 || :
	export KTSTR_CACHE_DIR=$BATS_FILE_TMPDIR/cache
	mkdir -p project/ktstr
	cat >project/ktstr/halves.test <<-'E'
	[test]
	description = two halves of a machine, each with its workers
	scheduler   = none
	topology    = 1n2l2c1t
	duration    = 2s
	[cgroup left]
	cpuset = disjoint 0/2
	work   = cpu-spin workers=4
	[cgroup right]
	cpuset = disjoint 1/2
	work   = bursty workers=2 burst=5ms sleep=5ms
	[check]
	isolation  = yes
	max-spread = 20%
	E
	printf '[scheduler]\nbinary = /bin/true\n' >project/ktstr/some.sched
	printf '[test]\ndescription = a scheduler\nduration = 1s\n[cgroup a]\nwork = cpu-spin workers=2\n' >project/ktstr/scx.test
	echo "include $KTSTR_TOP/mk/ktstr.mk" >project/Makefile
}

setup() {
	cd "$BATS_FILE_TMPDIR/project" || return 1
	image=${KTSTR_TEST_DISTRO_KERNEL:-$(echo "$BATS_FILE_TMPDIR"/boot/vmlinuz-*)}
	[ ! -d "$image" ] || image=$(echo "$image"/boot/vmlinuz-*)
	[ -f "$image" ] || skip "needs a distribution's kernel: KTSTR_TEST_DISTRO_KERNEL, or apt-get"
}

@test "distribution kernel: a command runs under both clocks, on each CPU" {
	run -0 --separate-stderr ktstr-vm exec --kernel "$image" --clock real --topology 2n2l2c1t -- grep -c processor /proc/cpuinfo </dev/null
	[ "$output" = 4 ]
	run -0 --separate-stderr ktstr-vm exec --kernel "$image" --clock virtual --topology 2n2l2c1t -- grep -c processor /proc/cpuinfo </dev/null
	[ "$output" = 4 ]
}

@test "distribution kernel: the kernel's own scheduler is tested, and twice alike" {
	for n in 1 2; do
		run -0 ktstr-vm run --kernel "$image" --test ktstr/halves.test --clock virtual --out "out$n" --kernel-label k
	done
	cmp <(jq -S 'del(.host)' out1/result.json) <(jq -S 'del(.host)' out2/result.json)
	cmp out1/console.log out2/console.log
	run -0 ktstr-vm run --cold --kernel "$image" --test ktstr/halves.test --clock virtual --out out3 --kernel-label k
	cmp <(jq -S '.stats' out1/result.json) <(jq -S '.stats' out3/result.json)
}

@test "distribution kernel: without sched_ext a test of a scheduler is skipped, with the reason" {
	! grep -q CONFIG_SCHED_CLASS_EXT=y "${image%/*}/config-${image##*/vmlinuz-}" || skip "this one has sched_ext"
	run -4 --separate-stderr ktstr-vm run --kernel "$image" --sched ktstr/some.sched --test ktstr/scx.test --out out4
	[ "$(jq -r '.verdict, .class' out4/result.json | paste -sd' ')" = "skip unsupported" ]
	[[ "$(jq -r '.reasons[0]' out4/result.json)" == "this kernel has no sched_ext (CONFIG_SCHED_CLASS_EXT)"* ]]
}

@test "distribution kernel: a shell" {
	run -0 --separate-stderr ktstr-vm shell --kernel "$image" <<<'uname -r; cat /proc/sys/kernel/tainted'
	[ "${lines[0]}" = "${image##*/vmlinuz-}" ]
	[ "${lines[1]}" = 0 ]
}

@test "distribution kernel: make ktstr-test takes the image, tests what it can and skips the rest" {
	[ -f "${image%/*}/config-${image##*/vmlinuz-}" ] || skip "needs its configuration"
	! grep -q CONFIG_SCHED_CLASS_EXT=y "${image%/*}/config-${image##*/vmlinuz-}" || skip "this one has sched_ext"
	sed -i '/^description/a scheduler = some' ktstr/scx.test
	run -0 make --no-print-directory KTSTR_TOOLS="$KTSTR_BUILD" ktstr-test KERNEL="$image" KTSTR_SCHED='none some'
	[[ $output == *"taken from this machine (image-"* ]]
	[[ $output == *"1 passed, 0 failed, 0 inconclusive, 1 skipped, 0 errors"* ]]
}
