#!/usr/bin/env bats
# KVM, in a host that TCG emulates: what is done with it where it works.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	distro=${KTSTR_TEST_DISTRO_KERNEL:-/}
	image=$(compgen -G "$distro/boot/vmlinuz-*" | head -n 1) || :
	# shellcheck disable=SC2015 # both are needed
	[ -n "$image" ] && compgen -G "$distro/lib/modules/*/kernel" >modules ||
		skip "needs a distribution's kernel: KTSTR_TEST_DISTRO_KERNEL, a folder with its package unpacked (dpkg-deb -x linux-image-*.deb)"
	[ -r "$image" ] || skip "may not read $image"
	printf '[test]\nduration = 500ms\nsettle = 100ms\n[cgroup a]\nwork = cpu-spin workers=2\n' >short.test
}

# host CPUS JOB: run the shell script on standard input in a host with KVM; what
# it prints is in ./told. Its CPU has no XSAVE: QEMU 7.2 describes that one wrongly
# to guests in guests, and their kernels complain. The tolerance: its KVM measures
# the TSC twice, and TCG makes that two frequencies.
host() {
	{ printf 'cat >short.test <<END\n%s\nEND\n' "$(cat short.test)" && cat; } >job
	"$KTSTR_TOP/tests/full/nested-kvm.sh" "$distro" "$KTSTR_TEST_KERNEL_ENTRY" "$KTSTR_BUILD" job "$PWD/host"
	timeout 900 qemu-system-x86_64 -M q35 -accel tcg,thread=multi -cpu max,+svm,-xsave -smp "$1" -m 2560 \
		-nodefaults -no-user-config -display none -no-reboot -serial file:console -serial file:told \
		-kernel host.kernel -initrd host.cpio -append "console=ttyS0 panic=-1 quiet lpj=10384424 \
		no_timer_check tsc=reliable kvm.tsc_tolerance_ppm=100000"
	tr -d '\r' <told >lines
	cat lines
	tail -n 20 console
}

# json NAME: what was printed between NAME and the closing brace.
json() {
	sed -n "/^$1 {\$/,/^}/p" lines | sed "1s/^$1 //"
}

@test "kvm: doctor, exec and run use it where it really runs guests" {
	host 1 <<-'END'
		ktstr-vm doctor | grep kvm
		ktstr-vm exec --kernel /entry --limit boot=10m -- sh -c 'echo from inside; exit 7'
		echo "exec $?"
		ktstr-vm run --kernel /entry --limit boot=10m --limit run=10m --topology 2n4l1c1t --test short.test --out out
		echo "run $?"
		printf 'result '
		cat out/result.json
		echo
		sed -n 2p /tmp/.cache/ktstr/kernels/.host/kvm-0
	END
	grep -x 'ok       kvm            runs guests; --clock real uses it' lines
	grep -x 'from inside' lines
	grep -x 'exec 7' lines
	# The host is busy by its nature; all else must be right.
	grep -xE 'run (0|3)' lines
	json result | jq -e '.accelerator == "kvm" and .clock == "real" and .topology == "2n4l1c1t"'
	json result | jq -e '.verdict == "pass" or .class == "host-noise"'
	json result | jq -e '.host.kvm | (.vcpus | length == 4) and all(.vcpus[]; .exits > 0) and .why == null'
	json result | jq -e '.host.noise | (.vcpus | length == 4) and .guest_steal_ns != null'
	[ "$(tail -n 1 lines)" = works ] # the answer is kept
}

@test "kvm: performance mode has all of its features" {
	host 2 <<-'END'
		echo 280 >/proc/sys/vm/nr_hugepages
		echo -1 >/proc/sys/kernel/sched_rt_runtime_us
		sed -i 's/workers=2/workers=1/' short.test
		ktstr-lock cpus --exclusive --topology 1n1l1c1t -- \
			ktstr-vm run --perf --kernel /entry --limit boot=10m --limit run=10m --topology 1n1l1c1t --test short.test --out out
		echo "run $?"
		printf 'result '
		cat out/result.json
		echo
	END
	grep -xE 'run (0|3)' lines
	json result | jq -e '.host.performance | length == 7 and all(.used)'
	json result | jq -e '.accelerator == "kvm"'
}
