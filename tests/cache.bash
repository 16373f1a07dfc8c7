# cache.bash - kernel trees and cache entries for the tests of ktstr-cache.
# shellcheck shell=bash
setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export KTSTR_CACHE_DIR=$BATS_TEST_TMPDIR/cache
	export KTSTR_KCONFIG_DIR=$KTSTR_TOP/kconfig
	export HOME=$BATS_TEST_TMPDIR GIT_CONFIG_NOSYSTEM=1
	unset ARCH LLVM LLVM_IAS CROSS_COMPILE KTSTR_KERNEL_CC
	git config --global user.name t
	git config --global user.email t@localhost
}

# tree DIR: a kernel tree; repo DIR: one under git.
tree() { cp -R "$KTSTR_TOP/tests/data/fake-kernel" "$1"; }
repo() {
	tree "$1"
	git -C "$1" init -q
	git -C "$1" add -A
	git -C "$1" commit -qm start
}

# built: the files of a built kernel, in the folder built/.
built() {
	tree built
	make -s -C built tinyconfig bzImage >/dev/null
}

# put KEY [ARG...]: store built/ under this key.
put() {
	ktstr-cache put --image built/arch/x86/boot/bzImage --vmlinux built/vmlinux \
		--config built/.config --key "$@"
}

# put_of PROBE: the same under the key of a probe file.
put_of() {
	ktstr-cache put --probe-file "$1" --image built/arch/x86/boot/bzImage \
		--vmlinux built/vmlinux --config built/.config
}

# older KEY CENTURY: as if it had been built then.
older() {
	chmod u+w "cache/$1/metadata.json"
	sed -i "s/\"built_at\": \"20/\"built_at\": \"$2/" "cache/$1/metadata.json"
}

field() { ktstr-cache resolve "$1" 2>/dev/null | jq -r ".$2"; }

nothing_left() { [ -z "$(ls -A "$KTSTR_CACHE_DIR/.tmp" 2>/dev/null)" ]; }
