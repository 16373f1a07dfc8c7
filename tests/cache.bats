# ktstr-cache(1): the other commands, and the command line.
# shellcheck disable=SC2154 # bats and the helper set stderr, lines, spawned
# shellcheck disable=SC2016,SC2053 # scripts for sh -c, and patterns, on purpose
bats_require_minimum_version 1.5.0
load helper
load cache

@test "cache: work gives a temporary folder, and passes the exit status on" {
	run -0 ktstr-cache work -- sh -c 'touch "$KTSTR_WORK/file"; ls "$KTSTR_WORK"'
	[ "$output" = file ]
	nothing_left
	run -7 ktstr-cache work -- sh -c 'exit 7'
	run -143 ktstr-cache work -- sh -c 'kill $$'
	run -127 --separate-stderr ktstr-cache work -- nothing-like-this
	[ "$stderr" = "ktstr-cache: cannot run 'nothing-like-this': No such file or directory" ]
	nothing_left
}

@test "cache: a folder of the dead is removed by the next command, one in use is not" {
	spawn ktstr-cache work -- sh -c 'echo "$KTSTR_WORK" >one; exec sleep 60'
	spawn ktstr-cache work -- sh -c 'echo "$KTSTR_WORK" >two; exec sleep 60'
	until_true test -s two -a -s one
	kill -KILL "${spawned[0]}"
	until_true bash -c "! kill -0 ${spawned[0]} 2>/dev/null"
	[ -d "$(cat one)" ]
	run -0 ktstr-cache work -- true
	[ ! -e "$(cat one)" ]
	[ -d "$(cat two)" ]
}

@test "cache: log keeps all output, and shows the end of it after a failure" {
	run -0 --separate-stderr ktstr-cache log --to out.log -- sh -c 'echo one; echo two >&2'
	[ "$output$stderr" = "" ]
	[ "$(cat out.log)" = $'one\ntwo' ]
	run -3 --separate-stderr ktstr-cache log --to out.log --append -- sh -c 'seq 30; exit 3'
	[[ "$stderr" == "ktstr-cache: the end of 'out.log':"$'\n'11$'\n'* ]]
	[ "$(head -n 1 out.log)" = one ]
	run -0 --separate-stderr ktstr-cache log --to out.log --echo -- echo shown
	[ "$stderr" = shown ]
}

@test "cache: log names a file that cannot have what the command says" {
	run -125 --separate-stderr timeout -s KILL 5 ktstr-cache log --to /dev/full -- false
	[ "$stderr" = "ktstr-cache: cannot write '/dev/full': it is no regular file" ]
	mkfifo fifo
	# Nobody may make a file there.
	run -125 --separate-stderr ktstr-cache log --to /sys/log -- false
	[[ "$stderr" == "ktstr-cache: cannot write '/sys/log': "* ]]
	[[ "$stderr" != *"No such file"* ]]
	run -125 --separate-stderr timeout -s KILL 5 ktstr-cache log --to fifo -- false
	[ "$stderr" = "ktstr-cache: cannot write 'fifo': it is no regular file" ]
	mkdir small
	mount -t tmpfs -o size=64k tmpfs small 2>/dev/null || skip "may not mount a small tmpfs for the second half"
	head -c 64K /dev/zero >small/full
	run -3 --separate-stderr ktstr-cache log --to small/log -- sh -c 'echo why; exit 3'
	umount small
	[[ "$stderr" == "ktstr-cache: cannot write 'small/log': No space left on device" ]]
}

@test "cache: log says how far a command is that takes more than 2 s" {
	spawn bash -c 'ktstr-cache log --to out.log --title building -- \
		sh -c "echo \"  CC a\"; echo \"  CC b\"; sleep 60" 2>progress'
	until_true grep -x 'ktstr-cache: building: 2 steps done ([0-9]* s)' progress
}

@test "cache: a wrong command line exits 2" {
	run -2 ktstr-cache
	run -2 ktstr-cache frobnicate
	run -2 --separate-stderr ktstr-cache list --keep 3
	[ "$stderr" = "ktstr-cache: list has no option --keep" ]
	run -2 ktstr-cache resolve
	run -2 ktstr-cache resolve a b
	run -2 ktstr-cache clean --keep x
	run -2 ktstr-cache put --key ''
	run -2 ktstr-cache probe
	run -2 ktstr-cache log -- true
	HOME='' KTSTR_CACHE_DIR='' XDG_CACHE_HOME='' run -2 ktstr-cache list
	run -125 bash -c 'ktstr-cache --help >/dev/full'
}

@test "cache: a cache that is no folder is said, whatever is asked" {
	: >plain
	for command in 'get one' list 'show one' verify gc 'clean --force' 'put --key one' 'work -- true'; do
		# shellcheck disable=SC2086 # words
		KTSTR_CACHE_DIR=$PWD/plain run -2 --separate-stderr ktstr-cache $command
		[ "$stderr" = "ktstr-cache: the cache '$PWD/plain' is not a folder" ]
	done
	KTSTR_CACHE_DIR=$PWD/plain/below run -2 --separate-stderr ktstr-cache get one
	[ "$stderr" = "ktstr-cache: the cache '$PWD/plain/below' is not a folder" ]
}

@test "cache: too few descriptors are no missing and no corrupt entry" {
	built
	put one
	for n in 4 5 6 7 8 9; do
		run --separate-stderr bash -c 'exec 3>&-; ulimit -n "$1"; exec ktstr-cache get one' sh "$n"
		[[ $status == 0 && "$output" == "$PWD/cache/one" ||
			$status == 125 && "$stderr" == *"Too many open files"* || $status == 127 ]]
		echo "$status" >>all
	done
	grep -x 0 all
}

@test "cache: --help and the manuals list the same options and commands" {
	diff <(ktstr-cache --help | grep -o -- '--[a-z][a-z-]*' | sort -u) \
		<(grep '^\.It' "$KTSTR_TOP/doc/ktstr-cache.1" | grep -o 'Fl -[a-z-]*' | sed 's/Fl -/--/' | sort -u)
	diff <(ktstr-cache --help | sed -n '/^sources:/,/^$/s/^  \([a-z]*\).*/\1/p' | sort -u) \
		<(sed -n 's/^\.It Cm \([a-z]*\).*/\1/p' "$KTSTR_TOP"/doc/ktstr-cache{.1,-build.7} | sort -u)
	run -0 groff -mdoc -Tutf8 -ww -z "$KTSTR_TOP/doc/ktstr-cache.1"
	[ "$output" = "" ]
	run -0 ktstr-cache --version
	[[ "$output" == "ktstr-cache "[0-9]* ]]
}
