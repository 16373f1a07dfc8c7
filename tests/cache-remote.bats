# ktstr-cache(1): entries on a web server and in a folder, and what can be wrong
# with them.
# shellcheck disable=SC2154 # bats and the helpers set stderr, spawned, web, ...
# shellcheck disable=SC2016,SC2053,SC2086 # scripts for sh -c, patterns, words, on purpose
# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load helper
load cache
eval "cache_$(declare -f setup)"
load remote

setup() {
	cache_setup
	remote_setup
}

@test "remote: push and pull carry an entry over a web server with WebDAV" {
	web
	put one
	export KTSTR_REMOTE_CACHE=$web KTSTR_REMOTE_TOKEN=$token
	run -0 --separate-stderr ktstr-cache push one
	[ "$output$stderr" = one ]
	[ "$(ls www)" = one.tar.zst ]
	run -0 --separate-stderr other_cache ktstr-cache pull one
	[ "$output" = "$PWD/other/one" ]
	for file in bzImage vmlinux config; do cmp "cache/one/$file" "other/one/$file"; done
	run -0 other_cache ktstr-cache verify
	[ "$output" = one ]
	nothing_left
	[ -z "$(ls -A other/.tmp)" ]
}

@test "remote: what is there already is not sent again, but for --force" {
	web
	put one
	export KTSTR_REMOTE_CACHE=$web KTSTR_REMOTE_TOKEN=$token
	ktstr-cache push one
	run -0 ktstr-cache push one
	[ "$output" = one ]
	[ "$(grep -c '"PUT ' nginx/access)" = 1 ]
	run -0 ktstr-cache push --force one
	[ "$(grep -c '"PUT ' nginx/access)" = 2 ]
	run -0 ktstr-cache push --to share one
	echo broken >share/one.tar.zst 2>/dev/null || { chmod u+w share/one.tar.zst; echo broken >share/one.tar.zst; }
	run -0 ktstr-cache push --to share one
	grep -q broken share/one.tar.zst
	run -0 ktstr-cache push --to share --force one
	run ! grep -q broken share/one.tar.zst
}

@test "remote: a key as a spec is asked for, too" {
	put one
	run -0 ktstr-cache push --to share one
	run -2 --separate-stderr other_cache ktstr-cache resolve one
	export KTSTR_REMOTE_CACHE=$PWD/share
	run -0 --separate-stderr other_cache ktstr-cache resolve one
	[ "$(jq -r .path <<<"$output")" = "$PWD/other/one" ]
	[ "$stderr" = "ktstr-cache: 'one' came from '$PWD/share'" ]
	run -2 --separate-stderr other_cache ktstr-cache resolve two
	[[ "$stderr" == "ktstr-cache: kernel 'two': there is no such path, and no such entry in the cache"* ]]
}

@test "remote: get asks for what is missing, and put sends when there is a token" {
	web
	export KTSTR_REMOTE_CACHE=$web KTSTR_REMOTE_TOKEN=$token
	run -0 --separate-stderr put one
	[ "$output" = "$PWD/cache/one" ]
	[ "$stderr" = "ktstr-cache: 'one' went to '$web'" ]
	run -0 --separate-stderr other_cache ktstr-cache get one
	[ "$output" = "$PWD/other/one" ]
	[ "$stderr" = "ktstr-cache: 'one' came from '$web'" ]
	run -1 --separate-stderr other_cache ktstr-cache get two
	[ "$output$stderr" = "" ]
	KTSTR_REMOTE_PUSH=0 run -0 put two
	[ ! -e www/two.tar.zst ]
	unset KTSTR_REMOTE_TOKEN
	echo " reader-0123456789" >token
	export KTSTR_REMOTE_TOKEN_FILE=token
	run -0 other_cache ktstr-cache get one
}

@test "remote: a folder that is not there is said, unless it will be made" {
	export KTSTR_REMOTE_CACHE=nowhere
	run -1 --separate-stderr ktstr-cache get one
	[ "$stderr" = "ktstr-cache: remote cache: there is no folder 'nowhere'" ]
	KTSTR_REMOTE_PUSH=1 run -1 --separate-stderr ktstr-cache get one
	[ "$stderr" = "" ]
	KTSTR_REMOTE_CACHE=http:/host/path run -2 --separate-stderr ktstr-cache get one
	[ "$stderr" = "ktstr-cache: a remote cache is http://, https://, file:// or a folder, not 'http:/host/path'" ]
}

@test "remote: put into a folder sends when KTSTR_REMOTE_PUSH says so" {
	export KTSTR_REMOTE_CACHE=file://$PWD/share
	run -0 put one
	[ ! -e share ]
	KTSTR_REMOTE_PUSH=1 run -0 put one
	[ -f share/one.tar.zst ]
	KTSTR_REMOTE_CACHE=share/ run -0 other_cache ktstr-cache get one
	[ "${lines[-1]}" = "$PWD/other/one" ]
}

@test "remote: a refusal is one warning, never fails put, and shows no token" {
	web
	export KTSTR_REMOTE_CACHE=$web KTSTR_REMOTE_TOKEN=reader-0123456789
	run -0 --separate-stderr put one
	[ "$output" = "$PWD/cache/one" ]
	[ "$stderr" = "ktstr-cache: remote cache: 'one' was not pushed: '${web}one.tar.zst' is not for us: the server answers 403" ]
	run -125 --separate-stderr ktstr-cache push one
	[[ "$stderr" == *"answers 403" ]]
	unset KTSTR_REMOTE_TOKEN
	run -1 --separate-stderr other_cache ktstr-cache -v get one
	[[ "$stderr" == *"'one' was not fetched: "*"answers 401" ]]
	[[ "$stderr" != *0123456789* ]]
	[ -z "$(ls -A www)" ]
}

@test "remote: whatever a server answers, get is a miss and put goes on" {
	faults www
	put one
	for status in 401 403 413 500; do
		export KTSTR_REMOTE_CACHE=$faults/$status KTSTR_REMOTE_PUSH=1
		run -1 --separate-stderr other_cache ktstr-cache get one
		[[ "$stderr" == "ktstr-cache: remote cache: 'one' was not fetched: "*$status* ]]
		run -0 --separate-stderr put one
		[[ "$stderr" == "ktstr-cache: remote cache: 'one' was not pushed: "*$status* ]]
		run -125 ktstr-cache push one
		run -125 other_cache ktstr-cache pull one
	done
	export KTSTR_REMOTE_CACHE=$faults/404
	run -1 --separate-stderr other_cache ktstr-cache get one
	[ "$stderr" = "" ]
	run -1 --separate-stderr other_cache ktstr-cache pull one
	[[ "$stderr" == "ktstr-cache: '$faults/404/one.tar.zst' is not there: "* ]]
	run -0 --separate-stderr put one
	[[ "$stderr" == *"'one' was not pushed: "*404 ]]
	nothing_left
}

@test "remote: a body that is cut, a server that stalls, is mute, or not there" {
	put one
	ktstr-cache push --to share one
	faults share
	for fault in cut stall mute; do
		[ "$fault" = cut ] && code=125 || code=124
		run -1 --separate-stderr other_cache env KTSTR_REMOTE_CACHE="$faults/$fault" ktstr-cache -q get one
		[[ "$stderr" == "ktstr-cache: remote cache: 'one' was not fetched: '$faults/$fault/one.tar.zst'"* ]]
		[ "${#stderr_lines[@]}" = 1 ]
		run -$code other_cache ktstr-cache pull --from "$faults/$fault" one
		other_nothing_left
	done
	run -1 --separate-stderr other_cache env KTSTR_REMOTE_CACHE=http://127.0.0.1:1/ ktstr-cache get one
	[[ "$stderr" == *"'one' was not fetched: 'http://127.0.0.1:1/one.tar.zst': "* ]]
	run -125 ktstr-cache push --to http://127.0.0.1:1/ one
}

@test "remote: in one run each key is asked for once, and a dead server once at all" {
	faults share
	mkdir work
	export KTSTR_WORK=$PWD/work KTSTR_REMOTE_CACHE=$faults/x KTSTR_REMOTE_PUSH=1
	run -1 ktstr-cache get one
	run -1 ktstr-cache get one
	run -1 ktstr-cache get two
	[ "$(wc -l <requests)" = 2 ]
	export KTSTR_REMOTE_CACHE=$faults/500
	run -1 --separate-stderr ktstr-cache get three
	[[ "$stderr" == *"'three' was not fetched"* ]]
	run -1 --separate-stderr ktstr-cache get four
	[ "$stderr" = "" ]
	run -0 --separate-stderr put four
	[ "$stderr" = "" ]
	[ "$(wc -l <requests)" = 3 ]
}

@test "remote: a token goes to its server only, and not along with a redirect" {
	put one
	ktstr-cache push --to share one
	faults share
	mv requests first-requests
	first=$faults
	export KTSTR_REMOTE_TOKEN=$token
	faults share "$first/cut"
	run -1 other_cache env KTSTR_REMOTE_CACHE="$faults/redirect" ktstr-cache get one
	run -0 grep -c "Bearer $token" requests
	run -0 grep one.tar.zst first-requests
	[[ "$output" == *" -" ]]
	run ! grep -r "$token" first-requests
	# Named on the command line, another server than ours gets none.
	KTSTR_REMOTE_CACHE=$faults/x run -125 other_cache ktstr-cache pull --from "$first/500" one
	run ! grep -r "$token" first-requests
	run -125 other_cache ktstr-cache pull --from "$first/500" one
	run -0 grep -c "Bearer $token" first-requests
}

@test "remote: nothing of the maker's machine travels" {
	repo linux
	git -C linux remote add origin https://user:secret@example.org/linux
	make -s -C linux tinyconfig bzImage >/dev/null
	ktstr-cache resolve --probe-file probe linux >/dev/null
	jq '.state.dirty = false | .key = "one"' probe >clean
	ktstr-cache put --probe-file clean --image linux/arch/x86/boot/bzImage --vmlinux linux/vmlinux --config linux/.config
	jq '.source.path = "/srv/me/l.tar" | .more = ["file:///srv/me", {url: "https://me:secret@host/x?t=secret#v6"}]' \
		cache/one/metadata.json >new
	rm -f cache/one/metadata.json
	mv new cache/one/metadata.json
	ktstr-cache push --to share one
	unpacked one
	run ! grep -E "$PWD|/srv|secret|vmlinux_mtime" object/metadata.json
	run -0 jq -c '[.source.source_tree_path, .source.path, .more[0], .more[1].url]' object/metadata.json
	[ "$output" = '[null,"l.tar",null,"https://host/x#v6"]' ]
	run -0 other_cache ktstr-cache pull --from share one
	run -0 other_cache ktstr-cache push --to again one
	cmp share/one.tar.zst again/one.tar.zst
}

@test "remote: a plain tar is read, too" {
	put one
	ktstr-cache push --to share one
	zstd -qd --rm -f share/one.tar.zst -o share/plain
	mv share/plain share/one.tar.zst
	run -0 other_cache ktstr-cache pull --from share one
	cmp cache/one/bzImage other/one/bzImage
}
