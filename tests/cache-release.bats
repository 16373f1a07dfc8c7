#!/usr/bin/env bats
# ktstr-cache(1): versions of Linux, from a mirror on loopback.
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

@test "release: an exact version has a key without asking anybody" {
	run -0 --separate-stderr ktstr-cache resolve 6.14.2
	[ "$stderr" = "" ]
	[[ "$(jq -r .key <<<"$output")" == 6.14.2-tarball-x86_64-*kc???????? ]]
	[ "$(jq -r '.kind, .label, .version, .path, .url' <<<"$output")" = \
		$'release\n6.14.2\n6.14.2\nnull\n'"$KTSTR_KERNEL_MIRROR/v6.x/linux-6.14.2.tar.xz" ]
	[ ! -e mirror/log ]
	unset KTSTR_KERNEL_MIRROR
	[ "$(field 6.14.2 url)" = https://cdn.kernel.org/pub/linux/kernel/v6.x/linux-6.14.2.tar.xz ]
	[ "$(field 5.4.0 url)" = https://cdn.kernel.org/pub/linux/kernel/v5.x/linux-5.4.tar.xz ]
	[ "$(field 6.15-rc3 url)" = https://git.kernel.org/torvalds/t/linux-6.15-rc3.tar.gz ]
}

@test "release: a series is its newest release, and latest is said" {
	run -0 --separate-stderr ktstr-cache resolve 6.14
	[ "$(jq -r .version <<<"$output")" = 6.14.3 ]
	[ "$stderr" = "ktstr-cache: newest 6.14 is Linux 6.14.3" ]
	run -0 --separate-stderr ktstr-cache resolve latest
	[ "$(jq -r .version <<<"$output")" = 6.13.12 ]
	[ "$stderr" = "ktstr-cache: latest is Linux 6.13.12 (stable)" ]
	[ "$(asked releases.json)" -eq 1 ]
	sed -i '/6.13.12\|6.12.24\|6.6.87/d; s/6.14.3/6.14.7/' mirror/www/releases.json
	rm -r "$KTSTR_CACHE_DIR"
	fails 2 "kernel 'latest': no stable or longterm release has a patch number of 8 or more; name a version" resolve latest
	fails 2 "kernel '6.15' is not released yet; say '6.15-rc3' for its pre-release" resolve 6.15
}

@test "release: the newest of an old series is found by asking for its tarballs" {
	mkdir -p mirror/www/v5.x
	for i in {1..77}; do touch "mirror/www/v5.x/linux-5.18.$i.tar.xz"; done
	[ "$(field 5.18 version)" = 5.18.77 ]
	[ "$(asked 'HEAD.*v5.x')" -le 16 ]
	count=$(asked HEAD)
	[ "$(field 5.18 version)" = 5.18.77 ]
	[ "$(asked HEAD)" -eq "$count" ]
	touch mirror/www/v5.x/linux-5.17.tar.xz
	[ "$(field 5.17 version)" = 5.17.0 ]
	# A page that says so is not a tarball.
	touch mirror/www/v5.x/linux-5.16.{1,2,3,4}.tar.xz
	control '/v5.x/linux-5.16.[34].tar.xz * html'
	[ "$(field 5.16 version)" = 5.16.2 ]
	fails 2 "kernel '5.15': there is no release of it" resolve 5.15
	control '/v5.x/linux-5.14.* * status 500'
	KTSTR_NET_TRIES=1 fails 125 "kernel '5.14': 'http://*': the server answers 500" resolve 5.14
}

@test "release: versions that cannot be are refused" {
	fails 2 "kernel '99999999999999999999.1': a number is too large" resolve 99999999999999999999.1
	for v in 6.12-rc99999999999 6.10000 6.14.99999 10000.1; do
		fails 2 "kernel '$v': a number is too large" resolve $v
	done
	fails 2 "kernel '6.14.2-rc1': there are no tarballs of pre-releases of stable releases" resolve 6.14.2-rc1
	fails 2 "'6.1..6.9' stands for several kernels; see ktstr-cache expand" resolve 6.1..6.9
	fails 2 "kernel '6.14.2' is a version; only a kernel tree is built in a folder *" resolve 6.14.2 --build-dir out
	KTSTR_KERNEL_MIRROR=ftp://mirror fails 2 "'ftp://mirror/v6.x/linux-6.14.2.tar.xz' is no URL of http, https or file" fetch 6.14.2 --to d
}

@test "release: fetch downloads once, and keeps the tarball" {
	release 6.14.2
	run -0 --separate-stderr ktstr-cache fetch 6.14.2 --to a
	[ "$stderr" = "ktstr-cache: fetching '$KTSTR_KERNEL_MIRROR/v6.x/linux-6.14.2.tar.xz'" ]
	[ "$output" = a/linux-6.14.2 ]
	got 6.14.2
	[ "$(basename "$(kept 6.14.2)")" = "linux-6.14.2-$(sha256sum <"$(tarball 6.14.2)" | cut -d' ' -f1).tar.xz" ]
	[ "$(parts)" = "" ]
	kill -KILL -- "-${spawned[0]}"
	ktstr-cache resolve 6.14.2 --probe-file probe
	run -0 --separate-stderr ktstr-cache fetch --probe-file probe --to b
	[ "$stderr" = "" ]
	got 6.14.2
	run -0 ktstr-cache -v fetch 6.14.2 --to c
}

@test "release: fetch takes SPEC or --probe-file, and needs --to" {
	fails 2 "fetch needs SPEC or --probe-file, and not both" fetch --to a
	ktstr-cache resolve 6.14.2 --probe-file probe
	fails 2 "fetch needs SPEC or --probe-file, and not both" fetch --to a --probe-file probe 6.14.2
	fails 2 "fetch of a tarball, a version or a git URL needs --to" fetch 6.14.2
}

@test "release: a kept tarball that was damaged is fetched again" {
	release 6.14.2
	ktstr-cache fetch 6.14.2 --to a
	echo >>"$(kept 6.14.2)"
	run -0 --separate-stderr ktstr-cache fetch 6.14.2 --to b
	[[ "$stderr" == *"/linux-6.14.2-"*".tar.xz' is damaged, removing it"* ]]
	got 6.14.2
	[ "$(asked 'GET.*6.14.2')" -eq 2 ]
}

@test "release: what is not the published file is refused, and removed" {
	release 6.14.2
	echo more >>"$(tarball 6.14.2)"
	fails 2 "'$KTSTR_KERNEL_MIRROR/v6.x/linux-6.14.2.tar.xz' is not what sha256sums.asc says: its SHA-256 is ????????????????..., not ????????????????...; it is removed" fetch 6.14.2 --to a
	[ "$(kept 6.14.2)$(parts)" = "" ]
	[ ! -e a ]
	sed -i s/6.14.2/6.14.20/ mirror/www/v6.x/sha256sums.asc
	fails 2 "'*/linux-6.14.2.tar.xz' has no checksum in sha256sums.asc beside it, so nothing proves its content" fetch 6.14.2 --to a
	rm mirror/www/v6.x/sha256sums.asc
	fails 2 "'*/linux-6.14.2.tar.xz' has no checksum in *" fetch 6.14.2 --to a
	release 6.14.2
	tar -cJf "$(tarball 6.14.2)" --transform s/6.14.2/6.14.3/ -C . --transform 's/^source-/linux-/' source-6.14.2
	(cd mirror/www/v6.x && sha256sum linux-6.14.2.tar.xz >sums)
	sign plain
	fails 2 "tarball 'linux-6.14.2.tar.xz' has the folder 'linux-6.14.3' in it, which is another kernel" fetch 6.14.2 --to a
	[ "$(ls -A a)" = "" ]
}

@test "release: pre-releases have no checksum, which is said" {
	release 6.15-rc3
	run -0 --separate-stderr ktstr-cache fetch 6.15-rc3 --to a
	[[ "$stderr" == *"pre-releases have no checksums: '$KTSTR_KERNEL_MIRROR/torvalds/t/linux-6.15-rc3.tar.gz' is taken as it came" ]]
	got 6.15-rc3
	fails 2 "kernel '6.14-rc7': '*/linux-6.14-rc7.tar.gz' is not there: the server answers 404; pre-releases vanish after the release, and 6.14.3 is out" fetch 6.14-rc7 --to a
	fails 2 "kernel '6.15-rc9': '*' is not there: the server answers 404; pre-releases vanish after the release" fetch 6.15-rc9 --to a
}

@test "release: a version that is not there is told from the newest of its series" {
	release 6.14.3
	fails 2 "kernel '6.14.9': '$KTSTR_KERNEL_MIRROR/v6.x/linux-6.14.9.tar.xz' is not there: the server answers 404; the newest 6.14 is 6.14.3" fetch 6.14.9 --to a
	fails 2 "kernel '6.11.9': '*/linux-6.11.9.tar.xz' is not there: the server answers 404" fetch 6.11.9 --to a
	[ "$(parts)" = "" ]
	control '*.xz * html'
	fails 2 "'*/linux-6.14.3.tar.xz': the server sent a web page, no file" fetch 6.14.3 --to a
	control '*.xz * status 403'
	fails 125 "'*/linux-6.14.3.tar.xz' is not for us: the server answers 403" fetch 6.14.3 --to a
}

@test "release: KTSTR_KEYRING demands a signature of one of its keys" {
	command -v gpg >/dev/null && command -v gpgv >/dev/null || skip "needs gpg and gpgv"
	export GNUPGHOME=$PWD/gnupg
	mkdir -m 700 gnupg
	for who in good evil; do
		gpg -q --batch --passphrase '' --quick-generate-key "$who" ed25519 sign 2>/dev/null
		gpg -q --export "$who" >"$who.gpg"
	done
	gpgconf --kill gpg-agent
	release 6.14.2
	export KTSTR_KEYRING=good.gpg
	fails 2 "the signature of sha256sums.asc is not good: *" fetch 6.14.2 --to a
	sign evil
	fails 2 "the signature of sha256sums.asc is not good: Can't check signature: No public key (gpgv, status 2)" fetch 6.14.2 --to a
	sign good
	cp mirror/www/v6.x/sha256sums.asc asc
	sed -i 's/^\([0-9a-f]*\)  linux-6.14.2/0\1  linux-6.14.2/' mirror/www/v6.x/sha256sums.asc
	fails 2 "the signature of sha256sums.asc is not good: BAD signature from \"good\" (gpgv, status 1)" fetch 6.14.2 --to a
	# A line outside of what is signed does not count.
	{
		echo "$(sha256sum <"$(tarball 6.14.2)" | cut -d' ' -f1)  linux-6.14.3.tar.xz"
		cat asc
	} >mirror/www/v6.x/sha256sums.asc
	cp "$(tarball 6.14.2)" "$(tarball 6.14.3)"
	fails 2 "'*/linux-6.14.3.tar.xz' has no checksum in *" fetch 6.14.3 --to a
	cp asc mirror/www/v6.x/sha256sums.asc
	run -0 --separate-stderr ktstr-cache -v fetch 6.14.2 --to a
	[[ "$stderr" == *'sha256sums.asc: Good signature from "good"'* ]]
	got 6.14.2
	# The list is kept beside the tarball: offline the signature is checked, too.
	KTSTR_OFFLINE=1 run -0 ktstr-cache fetch 6.14.2 --to b
	KTSTR_OFFLINE=1 KTSTR_KEYRING=evil.gpg fails 125 "KTSTR_OFFLINE is set, so '*/sha256sums.asc' is not fetched" fetch 6.14.2 --to c
	KTSTR_KEYRING=nowhere fails 2 "KTSTR_KEYRING 'nowhere': No such file or directory" fetch 6.14.2 --to c
	gpgconf --kill all
}

@test "release: without KTSTR_KEYRING it is said with -v that nobody checks signatures" {
	release 6.14.2
	run -0 --separate-stderr ktstr-cache -v fetch 6.14.2 --to a
	[[ "$stderr" == *"KTSTR_KEYRING is not set: the signature of sha256sums.asc is not checked"* ]]
}

@test "release: several that want one tarball fetch it once" {
	release 6.14.2
	mkdir -p "$KTSTR_CACHE_DIR/.downloads"
	exec 9>"$KTSTR_CACHE_DIR/.downloads/linux-6.14.2.tar.xz.part"
	flock 9
	pids=()
	for i in 1 2 3 4; do
		ktstr-cache fetch 6.14.2 --to "to$i" 2>"err$i" 3>&- 9>&- &
		pids+=("$!")
	done
	all_wait() { [ "$(cat err? | grep -c 'waiting for the download of linux-6.14.2.tar.xz by pid')" -eq 4 ]; }
	until_true all_wait
	exec 9>&-
	wait "${pids[@]}"
	for i in 1 2 3 4; do diff -r source-6.14.2 "to$i/linux-6.14.2"; done
	[ "$(asked 'GET.*linux-6.14.2')" -eq 1 ]
	[ "$(parts)" = "" ]
}

@test "release: after SIGKILL the next run goes on, and leaves nothing" {
	release 6.14.2
	control '*.xz 1 stall 50000'
	spawn ktstr-cache fetch 6.14.2 --to a
	part=$KTSTR_CACHE_DIR/.downloads/linux-6.14.2.tar.xz.part
	has_half() { [ "$(stat -c %s "$part" 2>/dev/null)" = 50000 ]; }
	until_true has_half
	kill -KILL "${spawned[1]}"
	run -0 ktstr-cache fetch 6.14.2 --to a
	output=a/linux-6.14.2 got 6.14.2
	[ "$(asked 'range=bytes=50000-')" -eq 1 ]
	[ "$(parts)" = "" ]
}

@test "release: the oldest tarballs go when there are too many, but not one in use" {
	release 6.14.1
	release 6.14.2
	release 6.14.3
	export KTSTR_DOWNLOADS_MB=0
	ktstr-cache fetch 6.14.1 --to a
	exec 9<"$(kept 6.14.1)"
	flock -s 9
	ktstr-cache fetch 6.14.2 --to a
	[ -e "$(kept 6.14.1)" ]
	exec 9<&-
	ktstr-cache fetch 6.14.3 --to a
	[ "$(cd "$KTSTR_CACHE_DIR/.downloads" && echo *.tar.*)" = "$(basename "$(kept 6.14.3)")" ]
	KTSTR_DOWNLOADS_MB=x run -0 ktstr-cache fetch 6.14.1 --to b
	[[ "$output" == *"KTSTR_DOWNLOADS_MB 'x' is no number from 0 to 1000000, keeping 2048 MB"* ]]
}

@test "release: expand makes single specs of lists and ranges" {
	run -0 --separate-stderr ktstr-cache expand 6.6..6.13.12 6.14.2,,6.12.24 ./linux latest ' 6.15-rc3 , host'
	[ "$output" = $'6.6.87\n6.12.24\n6.13.12\n6.14.2\n./linux\nlatest\n6.15-rc3\nhost' ]
	mkdir a,b
	run -0 ktstr-cache expand a,b
	[ "$output" = a,b ]
	run -0 --separate-stderr ktstr-cache expand 6.13..6.14
	[ "$output" = 6.13.12 ]
	[ "$stderr" = "ktstr-cache: range '6.13..6.14' ends with 6.14.0, so 6.14.3 is not in it" ]
	fails 2 "range '6.14..6.6' begins after its end; swap them: 6.6..6.14" expand 6.14..6.6
	fails 2 "range '6.7..6.8' has no stable or longterm release in it" expand 6.7..6.8
	fails 2 "no kernel is named" expand , ' '
	fails 2 "expand needs 1 more word; see --help" expand
}

@test "release: list --range prints versions, also as JSON" {
	run -0 ktstr-cache list --range 6.6..6.13.12
	[ "$output" = $'6.6.87\n6.12.24\n6.13.12' ]
	# In the order of versions, and once.
	sed -i 's/.*6.6.87.*/&\n{"moniker": "stable", "version": "6.12.24"},/' mirror/www/releases.json
	touch -d '1 hour ago' "$KTSTR_CACHE_DIR"/.downloads/releases-*
	run -0 ktstr-cache list --range 6.6..6.13.12
	[ "$output" = $'6.6.87\n6.12.24\n6.13.12' ]
	run -0 ktstr-cache list --range 6.12..6.15 --json
	[ "$(jq -c . <<<"$output")" = '{"range":"6.12..6.15","start":"6.12","end":"6.15","versions":["6.12.24","6.13.12","6.14.3"]}' ]
	fails 2 "'6.6' is no range; write VERSION..VERSION" list --range 6.6
	[ "$(asked releases.json)" -eq 2 ]
}

@test "release: a broken list of releases is a sentence, and broken rows are counted" {
	echo '{"releases": [{"moniker": "stable"}, 7, {"moniker": "longterm", "version": "6.12.24"}]}' >mirror/www/releases.json
	run -0 --separate-stderr ktstr-cache resolve latest
	[ "${stderr_lines[0]}" = "ktstr-cache: releases.json: 2 rows without moniker or version, ignoring them" ]
	rm -r "$KTSTR_CACHE_DIR"
	echo '{"releases": [' >mirror/www/releases.json
	fails 2 "the list of releases: releases.json:2:0: *" resolve latest
	echo '{}' >mirror/www/releases.json
	fails 2 "the list of releases: releases.json has no array 'releases' of at most 1000 rows" resolve latest
}
