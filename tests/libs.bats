# Which shared libraries our programs need; liblzma is none of them.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	command -v readelf >/dev/null || skip "needs readelf (binutils)"
	! nm "$KTSTR_BUILD/ktstr-lock" | grep -q __asan_init || skip "a sanitizer brings libraries of its own"
}

# programs: those of this build, with the guest's init.
programs() {
	local p
	for p in "$KTSTR_BUILD"/ktstr-*; do
		[ ! -x "$p" ] || [ ! -f "$p" ] || printf '%s\n' "${p##*/}"
	done
}

# needed PROGRAM: names without numbers, sorted, in one line. Which TLS a
# distribution has linked libcurl with is its own affair.
needed() {
	readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*\]/\1/p' |
		sed 's/^libcurl-.*/libcurl/' | LC_ALL=C sort | paste -sd' '
}

@test "libs: each program needs the shared libraries of tests/golden/libs/needed, and no other" {
	for p in $(programs); do
		libs=$(needed "$KTSTR_BUILD/$p")
		printf '%s:%s\n' "$p" "${libs:+ $libs}"
	done >got
	grep -v '^#' "$KTSTR_TOP/tests/golden/libs/needed" >want
	diff -u want got || {
		echo "The libraries that a program needs have changed. If that is meant, write the"
		echo "lines with + into tests/golden/libs/needed, and the reason into the commit message."
		return 1
	}
}

@test "libs: liblzma is inside of the programs that use it, and hidden" {
	for p in ktstr-cache ktstr-lock ktstr-vm; do
		nm "$KTSTR_BUILD/$p" >symbols
		grep -qE ' t lzma_crc32$' symbols
		nm -D "$KTSTR_BUILD/$p" >dynamic
		run ! grep lzma_ dynamic
	done
}

@test "libs: LZMA=shared takes the shared liblzma instead" {
	# What is linked matters, not how well it was compiled.
	run -0 env -u MAKEFLAGS make --no-print-directory -C "$KTSTR_TOP" O="$PWD/b" CFLAGS='-O0 -g0 -w' \
		LZMA=shared "$PWD/b/ktstr-lock"
	[ "$(needed b/ktstr-lock)" = "libc liblzma" ]
	run -0 b/ktstr-lock --version
	run -2 --separate-stderr make -C "$KTSTR_TOP" O="$PWD/b" LZMA=dynamic "$PWD/b/ktstr-lock"
	[[ "$stderr" == *"LZMA is static or shared, not 'dynamic'"* ]]
}
