#!/usr/bin/env bats
# ktstr-cache(1): versions of Linux, from a server that is slow, broken or far away.
# shellcheck disable=SC2154 # bats and the helpers set stderr, lines, port
# shellcheck disable=SC2030,SC2031 # each test is a subshell, on purpose
bats_require_minimum_version 1.5.0
load helper
load cache
load release

eval "cache_$(declare -f setup)"
setup() {
	cache_setup
	command -v python3 >/dev/null || skip "needs python3 for the server"
	mirror
}

@test "release: a server in trouble is asked again" {
	release 6.14.2
	control '*.xz 1 status 500' '*.xz 1 status 429 1' '/v6.x/sha256sums.asc 1 status 503'
	run -0 --separate-stderr ktstr-cache -v fetch 6.14.2 --to a
	[[ "$stderr" == *"the server answers 503, trying again in 0.5 s"* ]]
	[[ "$stderr" == *"the server answers 500, trying again in 0.5 s"* ]]
	[[ "$stderr" == *"the server answers 429, trying again in 1.0 s"* ]]
	got 6.14.2
	control '*.xz * status 502'
	rm -r "$KTSTR_CACHE_DIR"
	KTSTR_NET_TRIES=2 fails 125 "'*/linux-6.14.2.tar.xz': the server answers 502" fetch 6.14.2 --to b
	[ "$(asked 'GET.*6.14.2')" -eq 5 ]
	control '*.xz * status 429 3600'
	fails 125 "'*/linux-6.14.2.tar.xz': the server answers 429, and asks to wait 3600 s" fetch 6.14.2 --to b
	[ "$(asked 'GET.*6.14.2')" -eq 6 ]
	KTSTR_NET_TRIES=many fails 2 "KTSTR_NET_TRIES 'many' is no number from 1 to 100" fetch 6.14.2 --to b
}

@test "release: a transfer that broke off goes on where it stopped" {
	release 6.14.2
	control '*.xz 1 cut 50000'
	run -0 ktstr-cache fetch 6.14.2 --to a
	output=a/linux-6.14.2 got 6.14.2
	[ "$(asked 'GET.*6.14.2.*range=bytes=50000-')" -eq 1 ]
}

@test "release: the next run goes on, too, and without a validator it begins anew" {
	release 6.14.2
	export KTSTR_NET_TRIES=1
	control '*.xz 1 cut 50000'
	fails 125 "'*/linux-6.14.2.tar.xz': *" fetch 6.14.2 --to a
	[ "$(stat -c %s "$KTSTR_CACHE_DIR/.downloads/linux-6.14.2.tar.xz.part")" -eq 50000 ]
	run -0 ktstr-cache fetch 6.14.2 --to a
	[ "$(asked 'GET.*6.14.2.*range=bytes=50000-')" -eq 1 ]
	[ "$(parts)" = "" ]
	release 6.14.3
	control '*14.3.tar.xz 1 cut 50000' '*.xz * plain'
	fails 125 "'*/linux-6.14.3.tar.xz': *" fetch 6.14.3 --to a
	rm "$KTSTR_CACHE_DIR/.downloads/linux-6.14.3.tar.xz.part.note"
	run -0 ktstr-cache fetch 6.14.3 --to a
	[ "$(asked 'GET.*6.14.3.*range=bytes')" -eq 0 ]
}

@test "release: a file that changed is never glued to the half of another" {
	export KTSTR_NET_TRIES=1
	release 6.15-rc3
	control '*.gz 1 cut 50000'
	fails 125 "'*/linux-6.15-rc3.tar.gz': *" fetch 6.15-rc3 --to a
	release 6.15-rc3
	run -0 ktstr-cache fetch 6.15-rc3 --to a
	got 6.15-rc3
	# Nor when the server answers with another piece than asked for.
	release 6.15-rc4
	control '*rc4.tar.gz 1 cut 50000' '*rc4.tar.gz 1 wrong-piece'
	fails 125 "'*/linux-6.15-rc4.tar.gz': *" fetch 6.15-rc4 --to a
	fails 125 "'*/linux-6.15-rc4.tar.gz': the server sent another piece than asked for" fetch 6.15-rc4 --to a
	KTSTR_NET_TRIES=2 run -0 ktstr-cache fetch 6.15-rc4 --to a
	output=a/linux-6.15-rc4 got 6.15-rc4
	# Nor does a server that ignores Range.
	release 6.15-rc5
	control '*rc5.tar.gz 1 cut 50000' '*rc5.tar.gz * plain'
	fails 125 "'*/linux-6.15-rc5.tar.gz': *" fetch 6.15-rc5 --to a
	run -0 ktstr-cache fetch 6.15-rc5 --to a
	output=a/linux-6.15-rc5 got 6.15-rc5
}

@test "release: a server that stalls, or never ends, has a limit" {
	release 6.14.2
	export KTSTR_NET_STALL=1 KTSTR_NET_TRIES=1
	control '*.xz 1 stall 50000' '*.xz 1 stall 0'
	fails 124 "'*/linux-6.14.2.tar.xz': the server sent nothing for 1 s" fetch 6.14.2 --to a
	fails 124 "'*/linux-6.14.2.tar.xz': the server sent nothing for 1 s" fetch 6.14.2 --to a
	unset KTSTR_NET_STALL
	control '/releases.json * endless'
	fails 125 "the list of releases: '*/releases.json' is larger than 4194304 bytes" resolve latest
	control '/releases.json * headers'
	fails 125 "the list of releases: '*/releases.json': *" resolve latest
	control '*.xz * stall 50000'
	KTSTR_NET_STALL=9 KTSTR_NET_TIMEOUT=1 fails 124 "'*/linux-6.14.2.tar.xz': *" fetch 6.14.2 --to a
}

@test "release: redirects are followed within limits, and never to a file" {
	release 6.14.2
	echo secret >secret
	cp -R mirror/www/v6.x mirror/www/real
	control "/v6.x/* * redirect /real/linux-6.14.2.tar.xz"
	fails 2 "*" fetch 6.14.2 --to a
	control "/v6.x/linux* * redirect $KTSTR_KERNEL_MIRROR/real/linux-6.14.2.tar.xz"
	run -0 ktstr-cache fetch 6.14.2 --to a
	got 6.14.2
	control "/releases.json * redirect file://$PWD/secret"
	fails 125 "the list of releases: '*': the server redirects to where we do not follow: *" resolve latest
	control "/releases.json * redirect /releases.json"
	fails 125 "the list of releases: '*': the server redirects too often" resolve latest
	[ "$(asked releases.json)" -eq 7 ]
}

@test "release: a server whose certificate nobody vouches for is refused" {
	command -v openssl >/dev/null || skip "needs openssl to make a certificate"
	mkdir tls
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
		-keyout key.pem -out tls/cert.pem 2>/dev/null
	cat key.pem >>tls/cert.pem
	spawn python3 "$KTSTR_TOP/tests/http-server.py" "$PWD/tls"
	until_true test -e tls/port
	KTSTR_KERNEL_MIRROR=https://127.0.0.1:$(cat tls/port) fails 125 "the list of releases: 'https://127.0.0.1:*/releases.json': *certificate*" resolve latest
	[ ! -e tls/log ]
}

@test "release: KTSTR_OFFLINE asks nobody, and says what would have been fetched" {
	release 6.14.2
	ktstr-cache fetch 6.14.2 --to a
	field 6.14 version
	rm mirror/log
	export KTSTR_OFFLINE=1
	run -0 --separate-stderr ktstr-cache fetch 6.14.2 --to b
	got 6.14.2
	fails 125 "KTSTR_OFFLINE is set, and the tarball is not in the cache: '$KTSTR_KERNEL_MIRROR/v6.x/linux-6.14.3.tar.xz' would be fetched" fetch 6.14.3 --to b
	fails 125 "KTSTR_OFFLINE is set, so '$KTSTR_KERNEL_MIRROR/torvalds/t/linux-6.15-rc3.tar.gz' is not fetched" fetch 6.15-rc3 --to b
	[ "$(parts)" = "" ]
	[ "$(field 6.14 version)" = 6.14.3 ]
	touch -d '3 hours ago' "$KTSTR_CACHE_DIR"/.downloads/releases-*
	run -0 --separate-stderr ktstr-cache resolve 6.14
	[ "${stderr_lines[0]}" = "ktstr-cache: the list of releases is 3 h old: KTSTR_OFFLINE is set, so '$KTSTR_KERNEL_MIRROR/releases.json' is not fetched" ]
	[ "$(jq -r .version <<<"$output")" = 6.14.3 ]
	rm -r "$KTSTR_CACHE_DIR"
	fails 125 "the list of releases: KTSTR_OFFLINE is set, so '*/releases.json' is not fetched" resolve latest
	fails 125 "kernel '5.18': KTSTR_OFFLINE is set, so '*/v5.x/linux-5.18.1.tar.xz' is not looked for" resolve 5.18
	[ ! -e mirror/log ]
}

@test "release: a mirror may be a folder, also offline" {
	release 6.14.2
	export KTSTR_KERNEL_MIRROR=file://$PWD/mirror/www/ KTSTR_OFFLINE=1
	[ "$(field latest version)" = 6.13.12 ]
	run -0 ktstr-cache -q fetch 6.14.2 --to a
	got 6.14.2
	fails 2 "kernel '6.14.1': 'file:///*/v6.x/linux-6.14.1.tar.xz' is not there; the newest 6.14 is 6.14.3" fetch 6.14.1 --to a
}

@test "release: the proxy of the environment is used" {
	release 6.14.2
	export http_proxy=$KTSTR_KERNEL_MIRROR KTSTR_KERNEL_MIRROR=http://kernel.invalid
	run -0 ktstr-cache fetch 6.14.2 --to a
	got 6.14.2
	[ "$(asked '^proxy GET /v6.x/linux-6.14.2.tar.xz')" -eq 1 ]
	KTSTR_NET_TRIES=1 no_proxy=kernel.invalid fails 125 "*kernel.invalid*" resolve latest
}

@test "release: a password of the mirror is in no message" {
	release 6.14.2
	export KTSTR_KERNEL_MIRROR=http://user:geheim@127.0.0.1:$port
	control '*.xz * status 403'
	run -125 ktstr-cache -v fetch 6.14.2 --to a
	[[ "$output" == *"is not for us"* ]]
	[[ "$output" != *geheim* ]]
	run ! grep -r geheim "$KTSTR_CACHE_DIR"
	[ "$(field 6.14.2 url)" = "http://127.0.0.1:$port/v6.x/linux-6.14.2.tar.xz" ]
	KTSTR_KERNEL_MIRROR=ftp://user:geheim@h fails 2 "a URL with a user or a query is none of http, https or file" resolve 6.14.2
}
