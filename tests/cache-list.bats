# ktstr-cache(1): what entries say of themselves: list, show, vmlinux.
# shellcheck disable=SC2154 # bats and the helper set stderr, lines, spawned
# shellcheck disable=SC2016,SC2053 # scripts for sh -c, and patterns, on purpose
bats_require_minimum_version 1.5.0
load helper
load cache
load release

# json FILTER: of the list, without notes.
json() { ktstr-cache -q list --json | jq -r "$1"; }

@test "cache: list shows keys first, the newest first, corrupt ones last" {
	run -0 --separate-stderr ktstr-cache list
	[ "$output" = "" ]
	[[ "$stderr" == *"no cached kernels"* ]]
	repo linux
	ktstr-cache resolve linux --probe-file probe >/dev/null
	built
	run -0 put abc
	run -0 put_of probe
	mkdir cache/aaa
	older abc 19
	run -0 --separate-stderr ktstr-cache list
	[[ "${lines[0]}" == local-*-x86_64-*kc????????\ *" 6.99.7-fake  local    x86_64  20"* ]]
	[ "${lines[0]:48:1}" = ' ' ]
	[[ "${lines[1]}" == "abc "*" (untracked kconfig)" ]]
	[[ "${lines[2]}" == "aaa "*" (corrupt: it has no metadata.json)" ]]
	[ "${#lines[@]}" = 3 ]
}

@test "cache: list explains each tag once" {
	repo linux
	echo CONFIG_MINE=y >mine.config
	ktstr-cache resolve linux --probe-file plain >/dev/null
	ktstr-cache resolve linux --extra-kconfig mine.config --probe-file extra >/dev/null
	built
	run -0 put_of plain
	run -0 --separate-stderr ktstr-cache list
	[ "$stderr" = "ktstr-cache: cache: $KTSTR_CACHE_DIR" ]
	run -0 put_of extra
	put one
	put two
	mkdir cache/a cache/b
	cp -R "$KTSTR_TOP/kconfig" mine
	echo CONFIG_NEW=y >>mine/ktstr.config
	run -0 --separate-stderr ktstr-cache list --kconfig-dir mine
	[ "$(grep -c '(stale kconfig)' <<<"$output")" = 2 ]
	[ "$(grep -c '(stale kconfig) (extra kconfig)$' <<<"$output")" = 1 ]
	[ "$(grep -c '(untracked kconfig)$' <<<"$output")" = 2 ]
	[ "$(grep -c '(corrupt: ' <<<"$output")" = 2 ]
	for text in '(stale kconfig): ' '(untracked kconfig): ' '(extra kconfig): ' 'clean --corrupt-only'; do
		[ "$(grep -cF "$text" <<<"$stderr")" = 1 ]
	done
}

@test "cache: list --json has all that is known of each entry" {
	repo linux
	ktstr-cache resolve linux --probe-file probe >/dev/null
	built
	run -0 put_of probe
	mkdir cache/bad
	run -0 ktstr-cache -q list --json
	[ "$(jq -r 'keys | join(" ")' <<<"$output")" = "active_prefixes_fetch_error cache current_ktstr_kconfig_hash entries" ]
	[ "$(jq -r '.cache, .current_ktstr_kconfig_hash == .entries[0].ktstr_kconfig_hash' <<<"$output")" = "$KTSTR_CACHE_DIR"$'\ntrue' ]
	[ "$(jq -r '.entries[0] | has("key", "path", "version", "source", "arch", "built_at", "ktstr_kconfig_hash",
		"kconfig_status", "eol", "config_hash", "image_name", "image_path", "has_vmlinux", "vmlinux_stripped",
		"last_use", "symbols", "dwarf", "extra_kconfig_hash", "label", "files")' <<<"$output" | sort -u)" = true ]
	[ "$(jq -r '.entries[0] | .kconfig_status, .eol, .image_path == .path + "/bzImage"' <<<"$output")" = $'matches\nnull\ntrue' ]
	[ "$(jq -c '.entries[1]' <<<"$output")" = "{\"key\":\"bad\",\"path\":\"$KTSTR_CACHE_DIR/bad\",\"error\":\"it has no metadata.json\",\"error_kind\":\"missing\"}" ]
}

@test "cache: each way to be corrupt has its name, and counts as missing" {
	built
	put one
	cp -R cache/one whole
	damage() {
		rm -rf cache/one
		cp -R whole cache/one
		chmod -R u+w cache/one
		(cd cache/one && eval "$2")
		[ "$(json '.entries[0].error_kind')" = "$1" ]
		run -0 --separate-stderr ktstr-cache list
		[[ "$output" == "one "*"(corrupt: "*")" ]]
		run -1 --separate-stderr ktstr-cache get one
		[[ "$stderr" == "ktstr-cache: entry 'one' is corrupt ($1): "* ]]
		run -1 ktstr-cache verify one
		run -0 put one
		run -0 ktstr-cache verify one
	}
	damage missing 'rm metadata.json'
	damage unreadable 'rm metadata.json; mkdir metadata.json'
	damage unreadable 'rm metadata.json; mkfifo metadata.json'
	damage unreadable 'truncate -s 5M metadata.json'
	damage truncated 'truncate -s 100 metadata.json'
	damage truncated ': >metadata.json'
	damage malformed 'echo "{]" >metadata.json'
	damage malformed 'printf "{\"key\": \"\\xff\"}" >metadata.json'
	damage malformed 'sed -i "s/\"key\"/\"arch\": 1, \"key\"/" metadata.json'
	damage schema_drift 'echo "{}" >metadata.json'
	damage schema_drift 'echo "[]" >metadata.json'
	damage schema_drift 'sed -i "s/\"format\": 1/\"format\": 2/" metadata.json'
	damage schema_drift 'sed -i /built_at/d metadata.json'
	damage schema_drift 'sed -i "s/\"key\": \"one\"/\"key\": \"two\"/" metadata.json'
	damage schema_drift 'sed -i "s#\"config\": {#\"../one/config\": {#" metadata.json'
	damage schema_drift 'sed -i "s#\"image_name\": \"#&x/#" metadata.json'
	# make has it in commands and in the names of links
	for label in ../x "x'\\\$(id)'" 'a b' -x .x; do
		damage schema_drift 'sed -i "s#\"label\": \"[^\"]*#\"label\": \"'"$label"'#" metadata.json'
	done
	damage image_missing 'rm bzImage'
	damage image_missing 'rm bzImage; mkdir bzImage'
	damage image_missing 'sed -i "s/\"image_name\": \"bz/&x/" metadata.json'
	damage file_missing 'rm vmlinux'
	damage file_missing 'rm config; ln -s /dev/zero config'
	damage file_damaged 'echo x >>config'
}

@test "cache: what an entry says reaches the terminal as plain text" {
	built
	put one
	chmod u+w cache/one/metadata.json
	sed -i 's/"version": "/&\\u001b[2J\\u0007/' cache/one/metadata.json
	run -0 ktstr-cache -q list
	[[ "$output" == "one "*" ?[2J?6.99.7-fake "* ]]
	sed -i 's/"key": "one"/"key": "\\u001b[31m"/' cache/one/metadata.json
	run -0 ktstr-cache -q list
	[[ "$output" == *"another key, ?[31m)" ]]
}

@test "cache: show prints an entry, or one field of it" {
	built
	put one
	run -0 ktstr-cache show one
	[ "$(jq -r .path <<<"$output")" = "$KTSTR_CACHE_DIR/one" ]
	run -0 ktstr-cache show one --field image_name
	[ "$output" = bzImage ]
	run -1 --separate-stderr ktstr-cache show two
	[ "$stderr" = "ktstr-cache: there is no entry 'two' in '$KTSTR_CACHE_DIR'" ]
	run -1 --separate-stderr ktstr-cache verify two
	[ "$stderr" = "ktstr-cache: there is no entry 'two' in '$KTSTR_CACHE_DIR'" ]
	run -1 ktstr-cache -q show two
	[ "$output" = "" ]
	run -1 ktstr-cache show one --field extra_kconfig_hash
	[ "$output" = "" ]
	run -2 ktstr-cache show one --field nonsense
	rm cache/one/bzImage
	run -1 ktstr-cache show one --field error_kind
	[ "$output" = image_missing ]
}

@test "cache: lines come from the source's vmlinux until that is another one" {
	repo linux
	make -s -C linux tinyconfig bzImage >/dev/null
	ktstr-cache resolve linux --probe-file probe >/dev/null
	run -0 ktstr-cache put --probe-file probe --image linux/arch/x86/boot/bzImage \
		--vmlinux linux/vmlinux --config linux/.config
	entry=$output key=${output##*/}
	run -0 ktstr-cache show "$key" --field dwarf
	[ "$output" = "$PWD/linux/vmlinux" ]
	run -0 ktstr-cache vmlinux "$key"
	[ "$output" = "$PWD/linux/vmlinux" ]
	run -0 ktstr-cache show "$key" --field symbols
	[ "$output" = "$entry/vmlinux" ]
	touch -d '1 hour ago' linux/vmlinux
	run -1 ktstr-cache show "$key" --field dwarf
	[ "$output" = "" ]
	run -0 ktstr-cache vmlinux "$key"
	[ "$output" = "$entry/vmlinux" ]
	touch -d "@$(jq .source_vmlinux_mtime_secs "$entry/metadata.json")" linux/vmlinux
	run -0 ktstr-cache show "$key" --field dwarf
	[ "$output" = "$PWD/linux/vmlinux" ]
	echo x >>linux/vmlinux
	touch -d "@$(jq .source_vmlinux_mtime_secs "$entry/metadata.json")" linux/vmlinux
	run -1 ktstr-cache show "$key" --field dwarf
}

@test "cache: vmlinux finds the ELF file of a boot image" {
	built
	run -0 ktstr-cache vmlinux built/arch/x86/boot/bzImage
	[ "$(realpath "$output")" = "$PWD/built/vmlinux" ]
	put one
	run -0 ktstr-cache vmlinux cache/one/bzImage
	[ "$output" = "$KTSTR_CACHE_DIR/one/vmlinux" ]
	mkdir alone
	cp built/arch/x86/boot/bzImage alone/
	echo no ELF >alone/vmlinux
	run -1 ktstr-cache vmlinux alone/bzImage
	[ "$output" = "" ]
	mkdir alone/build
	cp built/vmlinux alone/build/
	run -0 ktstr-cache vmlinux alone/bzImage
	[ "$output" = "$PWD/alone/build/vmlinux" ]
	run -1 ktstr-cache vmlinux nothing
	run -2 ktstr-cache vmlinux ./nothing
	run -0 put bare --vmlinux built/vmlinux
}

@test "cache: an entry may have no vmlinux, and says so" {
	built
	run -0 ktstr-cache put --image built/arch/x86/boot/bzImage --config built/.config --key one
	run -0 jq -r '.has_vmlinux, .vmlinux_stripped, .has_btf' cache/one/metadata.json
	[ "$output" = $'false\nfalse\nfalse' ]
	run -1 ktstr-cache show one --field symbols
	run -1 ktstr-cache vmlinux one
	run -0 ktstr-cache verify
}

@test "cache: list tags a series that is not maintained any more" {
	mirror
	repo linux
	sed -i 's/PATCHLEVEL = .*/PATCHLEVEL = 14/' linux/Makefile
	built
	put old
	sed -i 's/6\.99\.7/6.14.7/' built/Makefile
	make -s -C built bzImage >/dev/null
	put new
	run -0 --separate-stderr ktstr-cache list
	[[ "$output" != *EOL* ]]
	[ ! -e mirror/log ] || ! grep releases.json mirror/log
	[ "$(json '.entries[].eol' | sort -u)" = null ]
	run -0 --separate-stderr ktstr-cache list --eol
	[ "$(grep -c '(EOL)$' <<<"$output")" = 1 ]
	[[ "$(grep '(EOL)' <<<"$output")" == "old "* ]]
	[ "$(grep -c '(EOL): ' <<<"$stderr")" = 1 ]
	# Remembered: a plain list has it too, and asks nobody.
	kill -KILL -- "-${spawned[0]}"
	export KTSTR_OFFLINE=1
	[ "$(json '.entries[] | select(.key == "old", .key == "new") | .key, .eol' | paste -sd ' ')" = "new false old true" ] ||
		[ "$(json '.entries[] | .key, .eol' | paste -sd ' ')" = "old true new false" ]
}

@test "cache: list --eol without an answer says so, and lists all the same" {
	built
	put one
	export KTSTR_KERNEL_MIRROR=http://127.0.0.1:1 KTSTR_NET_TRIES=1
	run -0 --separate-stderr ktstr-cache list --eol
	[[ "$output" == "one "* && "$output" != *EOL* ]]
	[[ "$stderr" == *"the list of releases: "*"; no entry is tagged as EOL"* ]]
	run -0 --separate-stderr ktstr-cache -q list --eol --json
	[ "$(jq -r '.entries[0].eol, (.active_prefixes_fetch_error | length > 10)' <<<"$output")" = $'null\ntrue' ]
}
