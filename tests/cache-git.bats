# ktstr-cache(1): kernels from other git repositories, git+URL#REF.
# shellcheck disable=SC2154,SC2030,SC2031 # bats and the helper set stderr; each test is a shell
bats_require_minimum_version 1.5.0
load helper
load cache

# origin: linux/ with a branch, one with a slash, and an annotated tag.
origin() {
	repo linux
	git -C linux tag -a -m one v1
	git -C linux checkout -q -b topic/one
	echo '/* topic */' >>linux/touched.c
	git -C linux commit -qam topic
	git -C linux checkout -q -
	first=$(git -C linux rev-parse HEAD)
	topic=$(git -C linux rev-parse topic/one)
}

# A git that notes what it is asked to do.
noting_git() {
	mkdir -p bin
	printf '#!/bin/sh\necho "$*" >>%s/gitlog\nexec %s "$@"\n' "$PWD" "$(command -v git)" >bin/git
	chmod +x bin/git
	PATH=$PWD/bin:$PATH
}

refused() {
	run -2 --separate-stderr ktstr-cache resolve "$1"
	[[ "$stderr" == "ktstr-cache: "$2 ]] || { echo "$stderr" >&2; return 1; }
	[ "$output" = "" ]
}

commit() { field "$1" state.hash; }

@test "cache: a git URL stands for the commit of its branch, tag or HEAD" {
	origin
	for url in "git+$PWD/linux" "git+file://$PWD/linux" "git+$PWD/linux/.git" git+./linux; do
		[ "$(commit "$url")" = "$first" ]
		[ "$(commit "$url#topic/one")" = "$topic" ]
		[ "$(commit "$url@topic/one")" = "$topic" ]
		[ "$(commit "$url#refs/heads/topic/one")" = "$topic" ]
		[ "$(commit "$url#v1")" = "$first" ]
		[ "$(commit "$url#refs/tags/v1")" = "$first" ]
		[ "$(commit "$url#$topic")" = "$topic" ]
		[ "$(commit "$url#${topic^^}")" = "$topic" ]
	done
	run -0 ktstr-cache resolve "git+$PWD/linux#topic/one"
	[ "$(jq -r .kind <<<"$output")" = git ]
	[ "$(jq -r .ref <<<"$output")" = topic/one ]
	[[ "$(jq -r .key <<<"$output")" == "topic_one-git-${topic:0:12}-x86_64-"*kc* ]]
	[[ "$(jq -r .label <<<"$output")" == linux-topic_one_?????? ]]
}

@test "cache: a commit has the same files whatever git is told to do with them" {
	origin
	git config --global core.autocrlf true
	git config --global core.fileMode false
	git config --global core.symlinks false
	ln -s Kconfig linux/link
	chmod +x linux/fake.c
	git -C linux -c core.symlinks=true -c core.fileMode=true -c core.autocrlf=false add -A
	git -C linux commit -qm odd
	run -0 ktstr-cache -q fetch "git+$PWD/linux" --to got
	cp -R linux want
	rm -rf want/.git
	diff -r --no-dereference want "$output"
	[ -x "$output/fake.c" ]
}

@test "cache: a label stays when a branch goes on, a key does not" {
	origin
	label=$(field "git+$PWD/linux#topic/one" label)
	key=$(field "git+$PWD/linux#topic/one" key)
	git -C linux checkout -q topic/one
	git -C linux commit -q --allow-empty -m more
	[ "$(field "git+$PWD/linux#topic/one" label)" = "$label" ]
	[ "$(field "git+$PWD/linux#topic/one" key)" != "$key" ]
}

@test "cache: the last # or @ ends a URL, and @ of a host does not" {
	origin
	cp -R linux 'a@b'
	[ "$(commit "git+$PWD/a@b#topic/one")" = "$topic" ]
	mkdir 'c#d'
	cp -R linux 'c#d/linux'
	[ "$(commit "git+$PWD/c#d/linux#v1")" = "$first" ]
	export KTSTR_OFFLINE=1
	for url in ssh://me@host.invalid/x/linux.git me@host.invalid:x/linux.git; do
		run -0 ktstr-cache resolve "git+$url@$first"
		[ "$(jq -r .url <<<"$output")" = "$url" ]
		[[ "$(jq -r .label <<<"$output")" == linux-* ]]
		run ! --separate-stderr ktstr-cache resolve "git+$url"
		[[ "$stderr" == "ktstr-cache: KTSTR_OFFLINE is set, so '$url' is not asked which commit 'HEAD' is" ]]
	done
}

@test "cache: a git URL that could do harm, or says nothing, is refused" {
	origin
	touch "$PWD/-x"
	refused 'git+ext::sh -c id#x' "kernel 'git+ext::sh -c id#x': *"
	refused 'git+ext::x#x' "*a URL that names a program is not taken"
	refused git+--upload-pack=x#y "*a URL may not begin with '-'"
	refused git+ssh://-oProxyCommand=x/y#z "*a host may not begin with '-'"
	refused git+ftp://h/x#y "*a URL is https, http, git, ssh or file, or a path"
	refused git+linux#y "*it is no URL; a path begins with '/' or '.'"
	refused git+#y "*there is no URL before the ref"
	refused "git+./linux#" "*there is no ref behind the URL"
	refused "git+./linux#--upload-pack=x" "*is no name of a branch, tag or commit"
	refused "git+./linux#a..b" "*is no name of a branch, tag or commit"
	refused "git+./linux#a b" "*is no name of a branch, tag or commit"
	refused "git+./nowhere#a" "*there is no './nowhere'"
	refused "git+./linux#nothing" "'$PWD/linux' has no branch or tag 'nothing'"
	refused "git+./linux#${topic:0:12}" "*; a commit is named by all its 40 digits"
	refused https://u:secret@h/x "a URL as kernel begins with 'git+'*"
	[[ "$stderr" != *secret* ]]
	for url in https://u:secret@h/x#y https://secret@h/x http://secret@h 'https://u:secret@h/ x' ssh://u:secret@h/x ftp://u:secret@h/x; do
		refused "git+$url" "*the URL has a user, a password or a token in it*"
		[[ "$stderr" != *secret* ]]
	done
	git -C linux branch v1
	refused "git+./linux#v1" "'v1' of '$PWD/linux' is both a branch and a tag; say refs/heads/v1 or refs/tags/v1"
	[ "$(commit git+./linux#refs/heads/v1)" = "$first" ]
	mkdir empty
	run -2 --separate-stderr ktstr-cache resolve git+./empty#x
	[[ "$stderr" == "ktstr-cache: cannot ask '$PWD/empty' for 'x': fatal: '$PWD/empty' does not appear to be a git repository" ]]
	refused --build-dir=out "resolve needs*"
	run -2 --separate-stderr ktstr-cache resolve --build-dir out git+./linux
	[[ "$stderr" == *"is a git URL; only a kernel tree is built in a folder"* ]]
}

@test "cache: fetch gives the files of the commit, and no repository" {
	origin
	git -C linux archive --prefix=want/ topic/one | tar -x
	ln -s touched.c linux/a-link
	run -0 --separate-stderr ktstr-cache fetch "git+$PWD/linux@topic/one" --to sub/folder
	[ "$output" = "sub/folder/linux-${topic:0:12}" ]
	[ "$stderr" = "ktstr-cache: getting commit ${topic:0:12} of '$PWD/linux'" ]
	diff -r want "$output"
	[ "$(ls -A sub/folder)" = "linux-${topic:0:12}" ]
	run -2 --separate-stderr ktstr-cache fetch "git+$PWD/linux@topic/one" --to sub/folder
	[ "$stderr" = "ktstr-cache: getting commit ${topic:0:12} of '$PWD/linux'
ktstr-cache: 'sub/folder/linux-${topic:0:12}' is there already" ]
	nothing_left
}

@test "cache: a commit that was fetched once is not fetched again" {
	origin
	noting_git
	run -0 ktstr-cache fetch "git+$PWD/linux@topic/one" --to a
	[ "$(grep -c -- ' fetch ' gitlog)" = 1 ]
	run -0 ktstr-cache fetch "git+$PWD/linux@$topic" --to b
	[ "$(grep -c -- ' fetch ' gitlog)" = 1 ]
	run -0 ktstr-cache fetch "git+$PWD/linux@v1" --to c
	[ "$(grep -c -- ' fetch ' gitlog)" = 2 ]
	mirror=$(echo cache/.git/linux-????????????????)
	[ "$(git -C "$mirror" rev-list --all | wc -l)" = 2 ]
	# What is there already was not sent again.
	for pack in "$mirror"/objects/pack/*.idx; do
		git show-index <"$pack" | wc -l
	done | sort -n >sizes
	[ "$(wc -l <sizes)" = 2 ]
	[ "$(head -n 1 sizes)" -le 5 ]
	[ "$(tail -n 1 sizes)" -ge 8 ]
	mv linux gone
	mkdir linux
	[ "$(ktstr-cache fetch "git+$PWD/linux@$topic" --to d)" = "d/linux-${topic:0:12}" ]
}

@test "kernel.mk: a git URL is built, kept, and found again without a clone" {
	origin
	noting_git
	export KTSTR_LOCK_DIR=$PWD/locks
	printf 'include %s/mk/kernel.mk\n' "$KTSTR_TOP" >Makefile
	run -0 make ktstr-kernel KERNEL="git+$PWD/linux#topic/one"
	[[ "$output" == *"built in"*"(topic_one-git-${topic:0:12}-x86_64-"* ]]
	key=$(ktstr-cache -q list | cut -d ' ' -f 1)
	run -0 ktstr-cache show "$key"
	[ "$(jq -c .source <<<"$output")" = "{\"type\":\"git\",\"url\":\"$PWD/linux\",\"ref\":\"topic/one\",\"git_hash\":\"$topic\"}" ]
	rm -rf gitlog cache/.git
	run -0 make ktstr-kernel KERNEL="git+$PWD/linux@topic/one"
	[[ "$output" == *"found in the cache ($key)"* ]]
	[ "$(grep -c . gitlog)" = 1 ]
	grep ls-remote gitlog
	[ ! -e cache/.git ]
}

@test "cache: an offline machine is told what would be fetched, and has what it had" {
	origin
	export KTSTR_OFFLINE=1
	url=https://example.invalid/linux.git
	run ! --separate-stderr ktstr-cache resolve "git+$url#v1"
	[ "$stderr" = "ktstr-cache: KTSTR_OFFLINE is set, so '$url' is not asked which commit 'v1' is" ]
	run ! --separate-stderr ktstr-cache fetch "git+$url#$first" --to a
	[[ "$stderr" == *"KTSTR_OFFLINE is set, so commit ${first:0:12} of '$url' is not fetched" ]]
	[ ! -e a ]
	run -0 ktstr-cache fetch "git+$PWD/linux#v1" --to a
}

@test "cache: git over http, by branch, tag and commit" {
	command -v python3 >/dev/null || skip "needs python3 to serve over http"
	origin
	spawn "$KTSTR_TOP/tests/git-http.py" "$PWD" port 2>http.log
	until_true test -s port
	url=git+http://127.0.0.1:$(cat port)/linux
	unset http_proxy https_proxy all_proxy
	[ "$(commit "$url#topic/one")" = "$topic" ]
	old=$(git -C linux rev-parse topic/one)
	git -C linux checkout -q topic/one
	git -C linux commit -q --allow-empty -m more
	for ref in topic/one v1 "$old"; do
		run -0 --separate-stderr ktstr-cache fetch "$url#$ref" --to "to-${ref//\//_}"
		[ -f "$output/Makefile" ]
	done
	run ! --separate-stderr ktstr-cache resolve "${url%linux}private/linux#v1" </dev/null
	[[ "$stderr" == *"cannot ask "*" for 'v1': "* ]]
	[[ "$stderr" == *"could not read "* || "$stderr" == *"uthentication failed"* || "$stderr" == *"terminal prompts disabled"* ]]
}

@test "cache: a server that gives refs alone is asked for the ref" {
	origin
	# The old protocol refuses commits that no ref points to.
	git config --global protocol.version 0
	run -0 ktstr-cache fetch "git+file://$PWD/linux#topic/one" --to a
	ktstr-cache resolve "git+file://$PWD/linux#topic/one" --probe-file probe >/dev/null
	ktstr-cache resolve "git+file://$PWD/linux#$topic" --probe-file whole >/dev/null
	rm -rf cache/.git
	git -C linux checkout -q topic/one
	git -C linux commit -q --allow-empty -m more
	run ! --separate-stderr ktstr-cache fetch --probe-file probe --to b
	[[ "$stderr" == *"'topic/one' of 'file://$PWD/linux' is not commit ${topic:0:12} any more; try again" ]]
	run ! --separate-stderr ktstr-cache fetch --probe-file whole --to b
	[[ "$stderr" == *"not our ref"* || "$stderr" == *"unadvertised"* ]]
	[ ! -e b ]
	nothing_left
	git config --global --unset protocol.version
	run -0 ktstr-cache fetch --probe-file probe --to b
}

@test "cache: a commit that is no kernel tree, or no commit, leaves nothing" {
	git init -q stuff
	git -C stuff commit -q --allow-empty -m empty
	git -C stuff tag -a -m t t
	run -2 --separate-stderr ktstr-cache fetch "git+$PWD/stuff" --to a
	[[ "$stderr" == *"is no kernel tree: it has no Makefile and no Kconfig" ]]
	[ -z "$(ls -A a)" ]
	tag=$(git -C stuff rev-parse t)
	run -2 --separate-stderr ktstr-cache fetch "git+$PWD/stuff#$tag" --to a
	[[ "$stderr" == *"'$tag' of '$PWD/stuff' is no commit" ]]
	nothing_left
}

@test "cache: hooks and submodules of a repository do nothing" {
	origin
	mkdir hooks
	printf '#!/bin/sh\ntouch %s/hooked\n' "$PWD" | tee hooks/post-checkout hooks/reference-transaction hooks/post-index-change >/dev/null
	chmod +x hooks/*
	git config --global core.hooksPath "$PWD/hooks"
	repo other
	rm -f hooked
	git -C linux -c protocol.file.allow=always -c core.hooksPath=/dev/null submodule --quiet add "$PWD/other" mod
	git -C linux -c core.hooksPath=/dev/null commit -qm mod
	run -0 --separate-stderr ktstr-cache fetch "git+$PWD/linux" --to a
	[ -z "$(ls -A "$output/mod" 2>/dev/null)" ]
	[ ! -e hooked ]
}

# Servers that accept, and say nothing.
silent() {
	python3 -c 'import socket, time
s = socket.create_server(("127.0.0.1", 0))
open("port", "w").write(str(s.getsockname()[1]))
while True: c = s.accept(); open("asked", "w"); keep = locals().setdefault("all", []); keep.append(c)'
}

@test "cache: a git that waits for its server ends with ktstr-cache" {
	command -v python3 >/dev/null || skip "needs python3 for a silent server"
	export -f silent
	spawn bash -c silent
	until_true test -s port
	for signal in TERM KILL INT; do
		rm -f asked
		spawn env --default-signal=INT ktstr-cache resolve "git+git://127.0.0.1:$(cat port)/linux#v1"
		until_true test -e asked
		pid=${spawned[-1]}
		git=$(pgrep -P "$pid" -x git)
		kill "-$signal" "$pid"
		gone() { ! kill -0 "$git" 2>/dev/null; }
		until_true gone
	done
}

@test "cache: what a killed fetch left in a mirror does not stop the next" {
	origin
	run -0 ktstr-cache fetch "git+$PWD/linux" --to a
	mirror=$(echo cache/.git/linux-????????????????)
	touch "$mirror/shallow.lock" "$mirror/objects/pack/tmp_pack_x"
	mkdir -p "$mirror/refs/ktstr"
	touch "$mirror/refs/ktstr/$topic.lock"
	run -0 ktstr-cache fetch "git+$PWD/linux#topic/one" --to a
	[ ! -e "$mirror/objects/pack/tmp_pack_x" ]
}

@test "cache: two who want one repository take turns" {
	origin
	run -0 ktstr-cache fetch "git+$PWD/linux" --to a
	lock=$(echo cache/.git/linux-????????????????.lock)
	spawn flock "$lock" sh -c ': >held; exec tail -f /dev/null'
	holder=${spawned[-1]}
	until_true test -e held
	spawn sh -c "ktstr-cache fetch 'git+$PWD/linux#topic/one' --to b >out"
	waits() { grep -q -- "-> FLOCK.*:$(stat -c %i "$lock") " /proc/locks; }
	until_true waits
	[ ! -e b ]
	kill -- "-$holder"
	until_true test -s out
	[ "$(cat out)" = "b/linux-${topic:0:12}" ]
}

@test "cache: clean and gc remove mirrors of git repositories" {
	origin
	run -0 ktstr-cache fetch "git+$PWD/linux" --to a
	mirror=$(cd cache && echo .git/linux-????????????????)
	run -0 ktstr-cache gc --max-size 1K
	[[ "$output" == *"$mirror"* ]]
	[ ! -e "cache/$mirror" ]
	run -0 ktstr-cache fetch "git+$PWD/linux" --to b
}
