#!/usr/bin/env bats
# The answer about KVM, as ktstr-vm(1) says it is kept.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export KTSTR_CACHE_DIR=$PWD/cache
	answer=cache/.host/kvm-$(id -u)
	boot=$(cat /proc/sys/kernel/random/boot_id)
}

kvm_of_doctor() {
	run --separate-stderr ktstr-vm doctor
	grep -E '^[a-z]+ +kvm ' <<<"$output"
}

@test "vm: whether KVM works is kept, and falling back is said once" {
	kvm_of_doctor >first
	said=$stderr
	[ "$(head -n 1 "$answer")" = "$boot" ]
	case $(sed -n 2p "$answer") in
	works) [ "$said" = "" ] ;;
	broken | lacking) [[ $said == "ktstr-vm: no KVM: "*"; without it machines run under TCG" ]] ;;
	*) return 1 ;;
	esac
	kvm_of_doctor >second
	diff first second
	[ "$stderr" = "" ]
}

@test "vm: a kept answer holds for this boot, where /dev/kvm may be used" {
	[ -r /dev/kvm ] && [ -w /dev/kvm ] || skip "needs a /dev/kvm"
	mkdir -p cache/.host
	printf '%s\nbroken\nthe moon is full' "$boot" >"$answer"
	kvm_of_doctor >other
	grep -F 'the moon is full; ' other
	[ "$stderr" = "" ]
	printf '%s\nworks\n' "$boot" >"$answer"
	kvm_of_doctor | grep -x 'ok       kvm            runs guests; --clock real uses it'
	printf '%s\nbroken\nthe moon is full' 00000000-0000-0000-0000-000000000000 >"$answer"
	kvm_of_doctor >other
	run ! grep moon other
	# Whatever stands there, it is asked again.
	printf '%s\nnonsense' "$boot" >"$answer"
	kvm_of_doctor >other
	run ! grep nonsense other
}

@test "vm: in a shared cache users keep answers side by side, and believe their own" {
	mkdir -m 1777 cache
	kvm_of_doctor >first
	[ "$(stat -c %a cache/.host)" = 1777 ]
	[ -r /dev/kvm ] && [ -w /dev/kvm ] || skip "needs a /dev/kvm"
	[ "$(id -u)" = 0 ] || skip "needs root, to give a file away"
	printf '%s\nbroken\nthe moon is full' "$boot" >"$answer"
	chown 65534 "$answer"
	kvm_of_doctor >other
	diff first other
	[ "$(stat -c %u "$answer")" = 0 ]
}
