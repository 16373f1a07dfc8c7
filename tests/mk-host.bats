#!/usr/bin/env bats
# make ktstr-test-host, as doc/mk.md tells of it; ktstr-vm is a stand-in, since
# few machines that run this can play a test on themselves. See tests/e2e/host.bats.
# shellcheck disable=SC2154 # bats sets output, stderr
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir tools ktstr
	ln -s "$KTSTR_BUILD"/ktstr-* tools
	rm tools/ktstr-vm
	# It ends with the number that is the test's text.
	cat >tools/ktstr-vm <<-'END'
		#!/bin/sh
		[ "$*" = "host --test $3 --init $5 --seed 1 --out ktstr-out/host/$(basename "$3" .test)" ] || exit 99
		exit "$(cat "$3")"
	END
	chmod +x tools/ktstr-vm
	echo "include $KTSTR_TOP/mk/ktstr.mk" >Makefile
	echo 0 >ktstr/good.test
	echo 4 >ktstr/other.test
}

host() { run "-$1" --separate-stderr make KTSTR_TOOLS="$PWD/tools" ktstr-test-host; }

@test "mk: ktstr-test-host plays every test, and skips do not fail it" {
	host 0
	[ "$output" = "1 passed, 0 did not, 1 skipped" ]
}

@test "mk: ktstr-test-host fails where a test did not pass, or none ran" {
	echo 1 >ktstr/bad.test
	echo 3 >ktstr/busy.test
	host 2
	[ "$output" = "1 passed, 2 did not, 1 skipped" ]
	rm ktstr/bad.test ktstr/busy.test ktstr/good.test
	host 2
	[ "$output" = "0 passed, 0 did not, 1 skipped" ]
}
