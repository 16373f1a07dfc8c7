# doc/cache.md: a cache in a folder that has other things in it, which are not ours.
# shellcheck disable=SC2154 # bats sets output and stderr
bats_require_minimum_version 1.5.0
load helper
load cache

@test "cache: clean and gc leave alone what was in the folder before it was a cache" {
	built
	mkdir -p cache/photos cache/.tmp/{mine,my.backup,clean.up}
	git init -q cache
	echo x | tee cache/photos/holiday cache/.tmp/{mine,my.backup,clean.up}/notes >/dev/null
	find cache -type f | sort >before
	put one
	# To look at it makes it no entry.
	mkdir cache/album
	echo '{"mine": true}' >cache/album/metadata.json
	run -1 ktstr-cache verify
	run -1 ktstr-cache verify photos
	run -1 ktstr-cache get photos
	run -2 ktstr-cache push photos album --to elsewhere
	run -1 ktstr-cache get album
	run -1 ktstr-cache show album
	run -2 --separate-stderr ktstr-vm exec --kernel cache/album -- true
	[[ $stderr == *"'cache/album' holds no boot image"* ]]
	rm -r cache/album
	[ "$(ls cache/.locks)" = one.lock ]
	run -0 --separate-stderr ktstr-cache clean --force
	[ "$output" = one ]
	[ "$stderr" = "ktstr-cache: '$KTSTR_CACHE_DIR/photos' is no entry, and not of this program: it stays" ]
	run -0 --separate-stderr ktstr-cache clean --force --corrupt-only
	[ "$output" = "" ]
	run -1 ktstr-cache clean --force 'pho*'
	run -0 ktstr-cache gc --max-size 0
	find cache -type f | sort >after
	diff before after
}
