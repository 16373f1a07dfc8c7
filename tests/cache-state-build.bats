# A dirty tree is built once for each fingerprint: ktstr-cache(1), mk/kernel.mk.
# shellcheck disable=SC2154,SC2030,SC2031 # bats and the helper set stderr; each test is a shell
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export KTSTR_CACHE_DIR=$BATS_TEST_TMPDIR/cache KTSTR_LOCK_DIR=$BATS_TEST_TMPDIR/locks
	export KTSTR_KCONFIG_DIR=$KTSTR_TOP/kconfig HOME=$BATS_TEST_TMPDIR GIT_CONFIG_NOSYSTEM=1
	export KTSTR_KCONFIG_DIR=$KTSTR_TOP/kconfig
	unset KTSTR_CPU_CAP KTSTR_BYPASS_LLC_LOCKS KTSTR_EXTRA_KCONFIG KTSTR_KERNEL_O KTSTR_CACHE_DIRTY
	git config --global user.name t
	git config --global user.email t@localhost
	printf 'all:\n\t@echo all\ninclude %s/mk/kernel.mk\n' "$KTSTR_TOP" >Makefile
	cp -R "$KTSTR_TOP/tests/data/fake-kernel" linux
	git -C linux init -q
	git -C linux add -A
	git -C linux commit -qm start
	echo '/* dirty */' >>linux/touched.c
}

kernel() { make ktstr-kernel KERNEL=linux "$@"; }
builds() { grep -c bzImage linux/builds; }
label() { head -n 1 ktstr-out/kernels/list; }
field() { ktstr-cache resolve linux 2>/dev/null | jq -r ".$1"; }

@test "kernel.mk: an unchanged dirty tree is not built again" {
	run -0 kernel
	[[ "$output" == *"built in"*"(not kept)"* ]]
	run -0 kernel
	[[ "$output" == *": unchanged since it was built (not kept)"* ]]
	[ "$(builds)" = 1 ]
	[ -f "ktstr-out/kernels/$(label)/bzImage" ]
	touch linux/touched.c linux/Makefile
	git -C linux add -A
	run -0 kernel
	[ "$(builds)" = 1 ]
	[ -z "$(ktstr-cache -q list)" ]
}

@test "kernel.mk: a dirty tree that is edited again is built again" {
	run -0 kernel
	echo '/* more */' >>linux/touched.c
	run -0 kernel
	[[ "$output" == *"built in"* ]]
	[ "$(builds)" = 2 ]
	echo 'int new;' >linux/new.c
	run -0 kernel
	[ "$(builds)" = 3 ]
	git -C linux commit -q --allow-empty -m 'another HEAD'
	run -0 kernel
	[ "$(builds)" = 4 ]
	run -0 kernel
	[ "$(builds)" = 4 ]
}

@test "kernel.mk: a dirty tree with other fragments, or another .config, is built again" {
	run -0 kernel
	echo CONFIG_FAKE_EXTRA=y >extra
	run -0 kernel KTSTR_EXTRA_KCONFIG=extra
	[ "$(builds)" = 2 ]
	run -0 kernel KTSTR_EXTRA_KCONFIG=extra
	[ "$(builds)" = 2 ]
	echo CONFIG_MINE=y >linux/.config
	run -0 kernel KTSTR_EXTRA_KCONFIG=extra
	[ "$(builds)" = 3 ]
	run -0 kernel KTSTR_EXTRA_KCONFIG=extra
	[ "$(builds)" = 3 ]
}

@test "kernel.mk: a dirty tree is built again with another compiler" {
	run -0 kernel
	mkdir bin
	printf '#!/bin/sh\necho "gcc (other) 99.0"\n' >bin/gcc
	chmod +x bin/gcc
	PATH=$PWD/bin:$PATH run -0 --separate-stderr kernel
	[[ "$stderr" == *"was built with 'gcc"*"; here is now 'gcc (other) 99.0; "* ]]
	[ "$(builds)" = 2 ]
}

@test "kernel.mk: a dirty tree that was edited while it was built is built again" {
	touch linux/slow
	spawn make ktstr-kernel KERNEL=linux >first.log 2>&1
	until_true test -e linux/waiting
	echo '/* edited */' >>linux/touched.c
	rm linux/slow
	until_true grep 'built in' first.log
	grep "'$PWD/linux' was edited meanwhile (commit .*, edited, then commit .*, edited)" first.log
	# It is neither what the tree was before,
	sed -i '$d' linux/touched.c
	run -0 kernel
	[ "$(builds)" = 2 ]
	# nor what it was afterwards.
	echo '/* edited */' >>linux/touched.c
	run -0 kernel
	[ "$(builds)" = 3 ]
}

@test "kernel.mk: KTSTR_CACHE_DIRTY=1 keeps the builds of a dirty tree" {
	export KTSTR_CACHE_DIRTY=1
	run -0 --separate-stderr kernel
	hash=$(git -C linux rev-parse HEAD)
	print=$(field state.fingerprint)
	key=$(field key)
	[[ "$key" == "local-${hash:0:12}-dirty${print:0:12}-x86_64-"*kc???????? ]]
	[[ "$output" == *"built in"*"($key)"* ]]
	[[ "$stderr" != *"commit or stash"* ]]
	[[ "$(label)" == *_dirty ]]
	run -0 kernel
	[[ "$output" == *"found in the cache ($key)"* ]]
	cp linux/touched.c one
	echo '/* two */' >>linux/touched.c
	run -0 kernel
	[ "$(builds)" = 2 ]
	cp one linux/touched.c
	run -0 kernel
	[[ "$output" == *"found in the cache ($key)"* ]]
	[ "$(builds)" = 2 ]
	[ "$(ktstr-cache -q list | wc -l)" = 2 ]
}

@test "kernel.mk: KTSTR_CACHE_DIRTY keeps nothing that was edited while it was built" {
	export KTSTR_CACHE_DIRTY=1
	touch linux/slow
	spawn make ktstr-kernel KERNEL=linux >first.log 2>&1
	until_true test -e linux/waiting
	echo '/* edited */' >>linux/touched.c
	rm linux/slow
	until_true grep 'built in' first.log
	[ -z "$(ktstr-cache -q list)" ]
}

@test "cache: KTSTR_CACHE_DIRTY is 1 or 0, and gives no key to a tree without git" {
	KTSTR_CACHE_DIRTY=yes run -2 --separate-stderr ktstr-cache resolve linux
	[ "$stderr" = "ktstr-cache: KTSTR_CACHE_DIRTY is 'yes'; it may be 1 or 0" ]
	rm -rf linux/.git
	KTSTR_CACHE_DIRTY=1 run -0 --separate-stderr ktstr-cache resolve linux
	[ "$(jq -c '[.key, .identity]' <<<"$output")" = '[null,null]' ]
	[[ "$stderr" == *"put the source under git"* ]]
}
