# ktstr-cache(1): the state of a git tree is what git status says, and a
# fingerprint names what a dirty one holds.
# shellcheck disable=SC2154 # bats and the helper set stderr, lines, spawned
bats_require_minimum_version 1.5.0
load helper
load cache

# same [DIR]: probe and `git status -uno` agree; prints clean or dirty.
same() {
	local dir=${1:-linux} git=clean ours=clean
	[ -z "$(git -C "$dir" --no-optional-locks status --porcelain -uno --ignore-submodules=all)" ] || git=dirty
	[ "$(ktstr-cache probe "$dir" | jq .dirty)" = false ] || ours=dirty
	[ "$git" = "$ours" ] || { echo "git says $git, we say $ours" >&2; return 1; }
	echo "$git"
}

print() { ktstr-cache probe linux | jq -r .fingerprint; }

# big: a tree in which every kind of change can happen.
big() {
	repo linux
	cd linux || return
	mkdir -p sub/deep lib
	echo one >sub/one
	echo two >sub/deep/two
	echo '#!/bin/sh' >sub/run
	chmod +x sub/run
	ln -s one sub/link
	: >sub/empty
	git add -A -f
	git commit -qm more
	cd .. || return
	[ "$(same)" = clean ]
}

@test "cache: a file with other bytes is a change, though git would store it the same" {
	repo linux
	git -C linux config core.autocrlf input
	sed -i 's/$/\r/' linux/touched.c
	[ -n "$(git -C linux status --porcelain)" ]
	[ "$(field ./linux state.dirty)" = true ]
	[ "$(field ./linux key)" = null ]
}

@test "cache: a file that was only touched is no change" {
	big
	touch linux/sub/one linux/sub/deep/two linux/sub/empty
	[ "$(same)" = clean ]
	touch -h linux/sub/link
	[ "$(same)" = clean ]
	cp -R linux copy
	[ "$(same copy)" = clean ]
}

@test "cache: an edit that keeps size and time is a change" {
	big
	# With an index far older than any file, nothing is racy.
	touch -d '2001-01-01 00:00:00' linux/sub/one
	git -C linux update-index --refresh
	[ "$(same)" = clean ]
	echo ONE >linux/sub/one
	touch -d '2001-01-01 00:00:00' linux/sub/one
	# By the nanoseconds of ctime, which git may have been built to leave out.
	[ "$(ktstr-cache probe linux | jq .dirty)" = true ]
	echo one >linux/sub/one
	[ "$(same)" = clean ]
	# In the second in which the index was written.
	git -C linux update-index --refresh
	echo ONE >linux/sub/one
	touch -r linux/.git/index linux/sub/one
	[ "$(same)" = dirty ]
}

@test "cache: a file that is racy for git is read" {
	big
	git -C linux config core.trustctime false
	git -C linux config core.checkstat minimal
	echo ONE >linux/sub/one
	git -C linux add sub/one
	git -C linux commit -qm ONE
	touch -r linux/sub/one linux/.git/index stamp
	echo two >linux/sub/one
	touch -r stamp linux/sub/one
	[ "$(same)" = dirty ]
	# The same, with an index that is younger: git cannot see it either.
	touch -d '+10 seconds' linux/.git/index
	[ "$(same)" = clean ]
}

@test "cache: modes, links, types and missing files are changes" {
	big
	chmod +x linux/sub/one
	[ "$(same)" = dirty ]
	git -C linux config core.filemode false
	[ "$(same)" = clean ]
	git -C linux config --unset core.filemode
	chmod -x linux/sub/one
	chmod g+w linux/sub/one
	[ "$(same)" = clean ]
	ln -sfn two linux/sub/link
	[ "$(same)" = dirty ]
	ln -sfn one linux/sub/link
	[ "$(same)" = clean ]
	rm linux/sub/link
	echo one >linux/sub/link
	[ "$(same)" = dirty ]
	git -C linux checkout -q sub/link
	rm linux/sub/one
	[ "$(same)" = dirty ]
	mkdir linux/sub/one
	[ "$(same)" = dirty ]
	git -C linux reset -q --hard
	rm -r linux/sub/deep
	[ "$(same)" = dirty ]
}

@test "cache: a folder that became a link is gone, whatever it leads to" {
	big
	mv linux/sub linux/elsewhere
	ln -s elsewhere linux/sub
	[ "$(same)" = dirty ]
	rm linux/sub
	mv linux/elsewhere linux/sub
	[ "$(same)" = clean ]
}

@test "cache: staged, renamed, added and half-merged files are changes" {
	big
	echo staged >linux/sub/one
	git -C linux add sub/one
	[ "$(same)" = dirty ]
	echo one >linux/sub/one
	[ "$(same)" = dirty ]
	git -C linux add sub/one
	[ "$(same)" = clean ]
	git -C linux mv sub/one sub/uno
	[ "$(same)" = dirty ]
	git -C linux reset -q --hard
	[ "$(same)" = clean ]
	echo new >linux/new
	[ "$(same)" = clean ]
	git -C linux add -N new
	[ "$(same)" = dirty ]
	git -C linux reset -q
	[ "$(same)" = clean ]
	rm linux/new
	git -C linux rm -q --cached sub/one
	[ "$(same)" = dirty ]
	git -C linux reset -q --hard
	git -C linux checkout -q -b side
	echo side >linux/sub/one
	git -C linux commit -qam side
	git -C linux checkout -q -
	echo main >linux/sub/one
	git -C linux commit -qam main
	run ! git -C linux merge -q side
	[ "$(same)" = dirty ]
}

@test "cache: marks in the index hold as git has them" {
	big
	git -C linux update-index --assume-unchanged sub/one
	echo ONE >linux/sub/one
	[ "$(same)" = clean ]
	git -C linux update-index --no-assume-unchanged sub/one
	[ "$(same)" = dirty ]
	git -C linux checkout -q sub/one
	git -C linux update-index --skip-worktree sub/one
	rm linux/sub/one
	[ "$(same)" = clean ]
	git -C linux update-index --no-skip-worktree sub/one
	git -C linux reset -q --hard
	git -C linux sparse-checkout set --no-cone '/*' '!/sub/'
	[ ! -e linux/sub/one ]
	[ "$(same)" = clean ]
	mkdir -p linux/sub
	echo other >linux/sub/one
	[ "$(same)" = dirty ]
}

@test "cache: every version of git's index is understood" {
	big
	for version in 2 3 4; do
		git -C linux update-index --index-version "$version"
		[ "$(same)" = clean ]
		git -C linux update-index --skip-worktree sub/run
		[ "$(same)" = clean ]
		git -C linux update-index --no-skip-worktree sub/run
		echo ONE >linux/sub/one
		[ "$(same)" = dirty ]
		git -C linux checkout -q sub/one
	done
	git -C linux update-index --split-index
	[ "$(same)" = clean ]
	echo ONE >linux/sub/one
	[ "$(same)" = dirty ]
	[[ "$(print)" =~ ^[0-9a-f]{64}$ ]]
	git -C linux checkout -q sub/one
	git -C linux update-index --no-split-index
	git -C linux sparse-checkout init --cone --sparse-index
	[ "$(same)" = clean ]
	rm linux/touched.c
	[ "$(same)" = dirty ]
}

@test "cache: a damaged index is a sentence, and a missing one an empty one" {
	big
	cp linux/.git/index index
	head -c 200 index >linux/.git/index
	run -2 --separate-stderr ktstr-cache probe linux
	[ "$stderr" = "ktstr-cache: git's index '$PWD/linux/.git/index' is damaged" ]
	rm linux/.git/index
	[ "$(same)" = dirty ]
}

@test "cache: line ends and other filters of git are no change" {
	big
	printf 'a\r\nb\r\n' >linux/dos
	echo 'dos text eol=crlf' >linux/.gitattributes
	git -C linux add -f dos .gitattributes
	git -C linux commit -qm dos
	[ "$(same)" = clean ]
	touch linux/dos
	[ "$(same)" = clean ]
	printf 'a\r\nB\r\n' >linux/dos
	[ "$(same)" = dirty ]
}

@test "cache: submodules do not count, whatever is in them" {
	big
	repo other
	git -C linux -c protocol.file.allow=always submodule --quiet add "$PWD/other" mod
	git -C linux commit -qm mod
	[ "$(same)" = clean ]
	git -C linux/mod commit -q --allow-empty -m more
	[ "$(same)" = clean ]
	rm -rf linux/mod
	[ "$(ktstr-cache probe linux | jq .dirty)" = false ]
}

@test "cache: a work tree of git worktree, a shallow and a partial clone are trees" {
	big
	git -C linux worktree add -q ../tree2
	[ "$(same tree2)" = clean ]
	[ "$(ktstr-cache probe tree2 | jq -r .hash)" = "$(git -C linux rev-parse HEAD)" ]
	echo ONE >tree2/sub/one
	[ "$(same tree2)" = dirty ]
	[ "$(same)" = clean ]
	git clone -q --depth 1 "file://$PWD/linux" shallow
	[ "$(same shallow)" = clean ]
	git -C linux config uploadpack.allowFilter true
	git clone -q --filter=blob:none "file://$PWD/linux" partial
	[ "$(same partial)" = clean ]
}

@test "cache: what is no work tree of its own has no commit" {
	check() { [ "$(ktstr-cache probe "$1" | jq -c '[.git, .dirty, .hash, .fingerprint]')" = '[false,true,null,null]' ]; }
	big
	cp -R "$KTSTR_TOP/tests/data/fake-kernel" linux/inner
	check linux/inner
	tree fresh
	git -C fresh init -q
	check fresh
	tree bare
	git -C bare init -q --bare .
	check bare
	repo far
	git -C far config core.worktree "$PWD/linux"
	check far
}

@test "cache: git's variables in the environment mislead nobody" {
	big
	repo other
	want=$(git -C linux rev-parse HEAD)
	export GIT_DIR=$PWD/other/.git GIT_WORK_TREE=$PWD/other GIT_INDEX_FILE=$PWD/none
	[ "$(ktstr-cache probe linux | jq -r .hash)" = "$want" ]
	[ "$(ktstr-cache probe linux | jq .dirty)" = false ]
	env -u GIT_DIR -u GIT_WORK_TREE -u GIT_INDEX_FILE git -C linux update-index --split-index
	[ "$(ktstr-cache probe linux | jq .dirty)" = false ]
}

@test "cache: nothing is written into the repository" {
	big
	touch linux/sub/one
	find linux -printf '%p %T@ %C@\n' | sort >before
	ktstr-cache probe linux
	echo ONE >linux/sub/one
	find linux -printf '%p %T@ %C@\n' | sort >before
	ktstr-cache probe linux
	find linux -printf '%p %T@ %C@\n' | sort | cmp before
}

@test "cache: a fingerprint names the changes of a dirty tree" {
	big
	[ "$(print)" = null ]
	echo ONE >linux/sub/one
	one=$(print)
	[[ "$one" =~ ^[0-9a-f]{64}$ ]]
	touch linux/sub/one linux/sub/run
	[ "$(print)" = "$one" ]
	git -C linux add sub/one
	[ "$(print)" = "$one" ]
	echo TWO >linux/sub/one
	two=$(print)
	[ "$two" != "$one" ]
	echo ONE >linux/sub/one
	[ "$(print)" = "$one" ]
	chmod +x linux/sub/one
	[ "$(print)" != "$one" ]
	chmod -x linux/sub/one
	rm linux/sub/run
	[ "$(print)" != "$one" ]
}

@test "cache: a new file that is not ignored is part of a dirty tree" {
	big
	echo 'obj-y += new.o' >linux/sub/one
	before=$(print)
	echo 'int new;' >linux/sub/new.c
	with=$(print)
	[ "$with" != "$before" ]
	echo 'int newer;' >linux/sub/new.c
	[ "$(print)" != "$with" ]
	echo 'int new;' >linux/sub/new.c
	[ "$(print)" = "$with" ]
	mkdir -p linux/fresh/er
	echo 'int x;' >linux/fresh/er/x.c
	[ "$(print)" != "$with" ]
	rm -r linux/fresh
	# What builds and editors leave does not count.
	mkdir -p linux/arch/x86 linux/out
	echo x | tee linux/vmlinux linux/arch/x86/x.c linux/sub/x.o linux/sub/.x.o.cmd >/dev/null
	echo 'Signature: 8a477f597d28d172789f06886806bc55' >linux/out/CACHEDIR.TAG
	echo x >linux/out/result.c
	[ "$(print)" = "$with" ]
	mkdir linux/build
	echo x >linux/build/gen.c
	[ "$(ktstr-cache probe linux --build-dir linux/build | jq -r .fingerprint)" = "$with" ]
}

@test "cache: an edit of a dirty tree is noticed" {
	big
	echo ONE >linux/sub/one
	since() { run -0 --separate-stderr ktstr-cache probe --since probe; [ "$output" = "$1" ]; }
	ktstr-cache -q resolve linux --probe-file probe >/dev/null
	since dirty-before
	[ "$stderr" = "" ]
	echo TWO >linux/sub/one
	since edited
	[[ "$stderr" == *"was edited meanwhile"* ]]
	git -C linux checkout -q sub/one
	since edited
	echo ONE >linux/sub/one
	since dirty-before
	git -C linux commit -qam one
	since moved
}
