# release.bash - a mirror of kernel.org on loopback, for tests.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bats sets output and stderr

# mirror: start it; FOLDER/www is empty. Sets KTSTR_KERNEL_MIRROR.
mirror() {
	mkdir -p mirror/www/v6.x mirror/www/torvalds/t
	spawn python3 "$KTSTR_TOP/tests/http-server.py" "$PWD/mirror"
	until_true test -e mirror/port
	port=$(cat mirror/port)
	export KTSTR_KERNEL_MIRROR=http://127.0.0.1:$port
	unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY no_proxy NO_PROXY
	unset KTSTR_OFFLINE KTSTR_KEYRING KTSTR_NET_TRIES KTSTR_NET_STALL KTSTR_NET_TIMEOUT
	feed
}

# feed: releases.json, shaped as kernel.org's.
feed() {
	cat >mirror/www/releases.json <<-'END'
		{"latest_stable": {"version": "6.14.3"}, "releases": [
		{"moniker": "mainline", "version": "6.15-rc3", "iseol": false},
		{"moniker": "stable", "version": "6.14.3", "iseol": false},
		{"moniker": "stable", "version": "6.13.12", "iseol": true},
		{"moniker": "longterm", "version": "6.12.24", "iseol": false},
		{"moniker": "longterm", "version": "6.6.87", "iseol": false},
		{"moniker": "linux-next", "version": "next-20250416"}]}
	END
}

# release VERSION: publish a small kernel; its checksum joins the others.
release() {
	local name=linux-$1 folder=v${1%%.*}.x file
	rm -rf "source-$1"
	tree "$name"
	head -c 100000 /dev/urandom >"$name/random"
	if [[ $1 == *-rc* ]]; then
		tar -czf "mirror/www/torvalds/t/$name.tar.gz" "$name"
		mv "$name" "source-$1"
		return
	fi
	file=mirror/www/$folder/$name.tar.xz
	tar -cJf "$file" "$name"
	mv "$name" "source-$1"
	(cd "mirror/www/$folder" && sha256sum "$name.tar.xz" >>sums)
	sign plain
}

# sign plain|KEY: make sha256sums.asc of the checksums.
sign() {
	local sums=mirror/www/v6.x/sums
	if [ "$1" = plain ]; then
		{
			printf -- '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n'
			cat "$sums"
			printf -- '-----BEGIN PGP SIGNATURE-----\n\nnone\n-----END PGP SIGNATURE-----\n'
		} >mirror/www/v6.x/sha256sums.asc
	else
		gpg -q --batch --yes --local-user "$1" --output mirror/www/v6.x/sha256sums.asc --clear-sign "$sums"
	fi
}

# control LINE...: what the server does wrong from now on.
control() { printf '%s\n' "$@" >mirror/control.new && mv mirror/control.new mirror/control; }

# asked PATTERN: how many requests have been like this.
asked() { grep -c -- "$1" mirror/log || :; }

# tarball VERSION: its path at the mirror.
tarball() { echo "mirror/www/v6.x/linux-$1.tar.xz"; }
# kept VERSION: what the cache keeps of it.
kept() { compgen -G "$KTSTR_CACHE_DIR/.downloads/linux-$1-*.tar.*"; }
parts() { find "$KTSTR_CACHE_DIR/.downloads" -name '*.part*' | sort; }
# got VERSION: fetch has printed its folder, with the right content.
got() { diff -r "source-$1" "${output##*$'\n'}"; }
# fails CODE TEXT ARG...: ktstr-cache ARG... ends so, with this sentence.
fails() {
	run "-$1" --separate-stderr ktstr-cache "${@:3}"
	[ "$output" = "" ]
	[[ "${stderr##*$'\n'}" == "ktstr-cache: "$2 ]] || { echo "$stderr" && false; }
}
