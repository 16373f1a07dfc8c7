# jobserver.bash - a jobserver at descriptors 7 and 8, for the tests of ktstr-lock.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # code for other shells; variables of bats
setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export KTSTR_LOCK_DIR=$BATS_TEST_TMPDIR/locks
	unset KTSTR_CPU_CAP KTSTR_BYPASS_LLC_LOCKS KTSTR_CPUS KTSTR_MEMS KTSTR_JOBS
	machines=$KTSTR_TOP/tests/data
	lock=(ktstr-lock cpus --root "$machines/4llc")
	export LOCK="${lock[*]}"
}

# serve TOKENS: a jobserver in the pipe style, with one token for each letter.
serve() {
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	exec 7<>fifo # so that the next two need not wait for each other
	exec 8>fifo
	exec 7<fifo
	printf %s "$1" >&8
	export MAKEFLAGS=" -j9 --jobserver-auth=7,8"
}

# left: how many tokens are there.
left() {
	python3 -c 'import fcntl, struct, termios
print(struct.unpack("i", fcntl.ioctl(7, termios.FIONREAD, bytes(4)))[0])'
}
has_left() { [ "$(left)" = "$1" ]; }

# tokens: which ones are there, in the order of the alphabet. Takes them.
tokens() { head -c "$(left)" <&7 | fold -w1 | sort | tr -d '\n'; }

dead() { ! kill -0 "$1" 2>/dev/null; }
child() { pgrep -P "$1"; }
state() { sed 's/.*) //; s/ .*//' "/proc/$1/stat"; }
looks() { sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$tool/status"; }
has_looked() { [ "$(looks)" -ge "$1" ]; }
is_in_state() { [ "$(state "$1")" = "$2" ]; }

# start ARG...: ktstr-lock and a command that stays; $tool and $command. Signals
# that a shell ignores in the background have their effect again.
start() {
	spawn env --default-signal=INT,QUIT "${lock[@]}" "$@" -- \
		sh -c 'echo $KTSTR_JOBS >jobs; echo $$ >pid; exec sleep 60'
	tool=${spawned[-1]}
	until_true test -s pid
	command=$(cat pid)
	until_true grep -q sleep "/proc/$command/cmdline"
}

# ends_with STATUS: the tool does.
ends_with() {
	local status=0
	wait "$tool" || status=$?
	[ "$status" = "$1" ]
}
