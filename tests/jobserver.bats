#!/usr/bin/env bats
# ktstr-lock(1), "Inside make": what it takes of make's jobserver, and that it
# gives it back. Descriptors 7 and 8 are the jobserver of most tests.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # code for other shells; variables of bats
bats_require_minimum_version 1.5.0
load helper

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
busy() { ! flock -n "$1" true; }
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

@test "jobserver: KTSTR_JOBS is what lock and jobserver both grant" {
	serve ab
	run -0 "${lock[@]}" --cap 4 -- sh -c 'echo $KTSTR_JOBS'
	[ "$output" = 3 ]
	printf cdef >&8
	run -0 "${lock[@]}" --cap 4 -- sh -c 'echo $KTSTR_JOBS'
	[ "$output" = 4 ]
	[ "$(tokens)" = abcdef ]
}

@test "jobserver: no token is waited for" {
	serve ""
	run -0 timeout 30 "${lock[@]}" --cap 4 -- sh -c 'echo $KTSTR_JOBS'
	[ "$output" = 1 ]
}

@test "jobserver: no more tokens are taken than there are CPUs" {
	serve abcdef
	start --cap 3
	[ "$(cat jobs)" = 3 ]
	[ "$(left)" = 4 ]
}

@test "jobserver: the command's own jobserver has what was granted" {
	serve abcdef
	export -f left
	run -0 "${lock[@]}" --cap 3 -- bash -c 'left; echo "$MAKEFLAGS"'
	[ "${lines[0]}" = 2 ]
	[ "${lines[1]}" = " -j3 --jobserver-auth=7,8" ]
	[ "$(tokens)" = abcdef ]
}

@test "jobserver: one CPU is one job, also for a make in the command" {
	serve abc
	export -f left
	run -0 bash -c 'echo $$; exec $LOCK --cap 1 -- bash -c "echo \$\$; left; echo \$KTSTR_JOBS"'
	[ "${lines[0]}" = "${lines[1]}" ]
	[ "${lines[2]}" = 0 ]
	[ "${lines[3]}" = 1 ]
	[ "$(left)" = 3 ]
}

@test "jobserver: the command gets more when it has fewer than CPUs and needs them" {
	serve ""
	spawn "${lock[@]}" --cap 3 -- sh -c 'head -c 2 <&7 >got; exec sleep 60'
	tool=${spawned[-1]}
	until_true child "$tool"
	printf xyz >&8
	until_true test -s got
	until_true has_left 1
	kill "$tool"
	ends_with 143
	[ "$(tokens)" = xyz ]
}

@test "jobserver: a command that leaves its tokens alone gets no more" {
	serve a
	start --cap 4
	[ "$(cat jobs)" = 2 ]
	printf bc >&8
	local looks
	looks=$(looks)
	until_true has_looked "$((looks + 3))"
	[ "$(left)" = 2 ]
}

@test "jobserver: tokens go back as they were, however the command ends" {
	serve abc
	run -0 "${lock[@]}" --cap 3 -- true
	run -7 "${lock[@]}" --cap 3 -- sh -c 'exit 7'
	run -127 "${lock[@]}" --cap 3 -- no-such-command
	run -143 "${lock[@]}" --cap 3 -- sh -c 'kill $$'
	# what a killed make had of the command's jobserver is not lost
	run -137 "${lock[@]}" --cap 4 -- sh -c 'head -c 2 <&7; kill -KILL $$'
	[ "$(tokens)" = abc ]
}

@test "jobserver: a signal to the tool ends the command, and tokens go back" {
	serve abc
	local sig
	for sig in TERM INT HUP QUIT USR1 ALRM ABRT; do
		rm -f pid
		start --cap 3
		[ "$(left)" = 1 ]
		kill -s "$sig" "$tool"
		ends_with $((128 + $(kill -l "$sig")))
		dead "$command"
		[ "$(left)" = 3 ]
	done
	[ "$(tokens)" = abc ]
}

@test "jobserver: a command may take a signal and end in its own way" {
	serve abc
	spawn "${lock[@]}" --cap 3 -- sh -c 'trap "exit 3" TERM; echo >ready; while :; do sleep 0.05; done'
	tool=${spawned[-1]}
	until_true test -e ready
	kill "$tool"
	ends_with 3
	[ "$(left)" = 3 ]
}

@test "jobserver: kill -9 of the command gives the tokens back" {
	serve abc
	start --cap 4
	[ "$(left)" = 0 ]
	kill -KILL "$command"
	ends_with 137
	[ "$(tokens)" = abc ]
}

@test "jobserver: kill -9 of the tool ends the command, and frees the locks" {
	serve abc
	start --cap 3
	kill -KILL "$tool"
	until_true dead "$command"
	until_true flock -n "$KTSTR_LOCK_DIR/llc-0.lock" true
}

@test "jobserver: --die-with-parent gives the tokens back as well" {
	serve abc
	spawn sh -c '$LOCK --cap 3 --die-with-parent -- sh -c "echo \$\$ >pid; exec sleep 60"; :'
	until_true test -s pid
	has_left 1
	kill -KILL "${spawned[0]}"
	until_true dead "$(cat pid)"
	until_true has_left 3
}

@test "jobserver: a stop stops both, and both go on" {
	serve abc
	# In a session of its own, as spawn gives it, nobody could wake it, and the
	# kernel ignores SIGTSTP.
	spawn bash -c 'set -m; $LOCK --cap 3 -- sh -c "echo \$\$ >pid; exec sleep 60" & echo $! >tool; exec tail -f /dev/null'
	until_true test -s pid
	until_true test -s tool
	command=$(cat pid) tool=$(cat tool)
	kill -TSTP "$tool"
	until_true is_in_state "$command" T
	until_true is_in_state "$tool" T
	kill -CONT "$tool"
	until_true is_in_state "$command" S
	until_true is_in_state "$tool" S
	kill -STOP "$command"
	until_true is_in_state "$tool" T
	kill -CONT -- "-$tool"
	until_true is_in_state "$command" S
	[ "$(left)" = 1 ]
	kill -KILL "$command"
	until_true has_left 3
}

@test "jobserver: with --die-with-parent a stopped one ends with its parent, too" {
	serve abc
	spawn sh -c '$LOCK --cap 3 --die-with-parent -- sh -c "echo \$\$ >pid; exec sleep 60"; :'
	until_true test -s pid
	tool=$(child "${spawned[0]}")
	kill -STOP "$(cat pid)"
	until_true is_in_state "$tool" T
	kill -KILL "${spawned[0]}"
	until_true dead "$tool"
	until_true dead "$(cat pid)"
}

@test "jobserver: Ctrl-C comes to the command once" {
	serve abc
	cat >count.sh <<-'END'
		n=0
		trap 'n=$((n + 1)); echo caught' INT
		echo ready
		while read -r line; [ "$line" != end ]; do :; done
		echo "n=$n"
	END
	run -0 python3 - "$BATS_TEST_TMPDIR" <<-'END'
		import os, pty
		pid, tty = pty.fork()
		if pid == 0:
		    os.execvp("sh", ["sh", "-c", "exec $LOCK --cap 3 -- bash count.sh"])
		text = b""
		def until(word):
		    global text
		    while word not in text:
		        text += os.read(tty, 1000)
		until(b"ready")
		os.write(tty, b"\x03")
		until(b"caught")
		os.write(tty, b"end\n")
		until(b"n=")
		print(text.decode())
		print("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	END
	[[ $output == *n=1* ]]
	[[ $output == *"status 0"* ]]
	[ "$(left)" = 3 ]
}

@test "jobserver: readers of the command's output do not wait for the tool" {
	serve abc
	spawn sh -c '$LOCK --cap 3 -- sh -c "echo \$\$ >pid; exec >&-; exec sleep 60" | { cat; echo end >ended; }'
	until_true test -e ended
	run -0 kill -0 "$(cat pid)"
}

@test "jobserver: nothing is taken before the locks are" {
	serve abc
	mkdir "$KTSTR_LOCK_DIR"
	: >"$KTSTR_LOCK_DIR/llc-0.lock"
	spawn flock -o "$KTSTR_LOCK_DIR/llc-0.lock" sleep 60
	until_true busy "$KTSTR_LOCK_DIR/llc-0.lock"
	# a machine whose only LLC is taken
	cp -R "$machines/4llc" machine
	printf 'Cpus_allowed_list:\t0-3\nMems_allowed_list:\t0\n' >machine/proc/self/status
	lock=(ktstr-lock cpus --root "$BATS_TEST_TMPDIR/machine")
	run -75 "${lock[@]}" --cap 3 --no-wait -- true
	[ "$(left)" = 3 ]
	run -75 "${lock[@]}" --cap 3 --wait=100ms -- true
	[ "$(left)" = 3 ]
	spawn sh -c "exec ${lock[*]} --cap 3 -- true 2>err"
	tool=${spawned[-1]}
	until_true grep -q waiting err
	[ "$(left)" = 3 ]
	kill "$tool"
	ends_with 143
	[ "$(left)" = 3 ]
}

@test "jobserver: a named pipe, as make 4.4 has it" {
	serve abcdef
	exec 7>&- 8>&-
	exec 7<>fifo
	printf abcdef >&7
	export MAKEFLAGS="k -j7 --jobserver-auth=fifo:$BATS_TEST_TMPDIR/fifo -- V=1"
	run -0 "${lock[@]}" --cap 3 -- sh -c 'echo $KTSTR_JOBS; echo "$MAKEFLAGS"'
	[ "${lines[0]}" = 3 ]
	[[ "${lines[1]}" =~ ^"k -j3 --jobserver-auth="1[0-9]+,1[0-9]+" -- V=1"$ ]]
	rm -f pid
	start --cap 3
	[ "$(left)" = 4 ]
	kill -KILL "$command"
	ends_with 137
	printf 'all: a b c d\na b c d: ; @echo $@ $(MAKEFLAGS)\n' >inner.mk
	run -0 --separate-stderr "${lock[@]}" --cap 3 -- make -f inner.mk
	[ "${#lines[@]}" = 4 ]
	[ "$stderr" = "" ]
	[ "$(tokens)" = abcdef ]
}

@test "jobserver: a named pipe that is gone is told, and means one job" {
	export MAKEFLAGS=" -j7 --jobserver-auth=fifo:$BATS_TEST_TMPDIR/none"
	run -0 --separate-stderr "${lock[@]}" --cap 3 -- sh -c 'echo $KTSTR_JOBS'
	[ "$output" = 1 ]
	[ "$stderr" = "ktstr-lock: cannot open make's jobserver '$BATS_TEST_TMPDIR/none': No such file or directory, so KTSTR_JOBS is 1 and not 3" ]
}

@test "jobserver: closed descriptors get one line of advice, and mean one job" {
	local flags
	for flags in " -j7 --jobserver-auth=7,8" " -j7 --jobserver-auth=7,8 --jobserver-auth=-2,-2"; do
		MAKEFLAGS=$flags run -0 --separate-stderr "${lock[@]}" --cap 3 -- sh -c 'echo $KTSTR_JOBS'
		[ "$output" = 1 ]
		[ "${#stderr_lines[@]}" = 1 ]
		[[ $stderr == *", so KTSTR_JOBS is 1 and not 3: begin the recipe's line with '+'" ]]
		# who wants no more need not care
		MAKEFLAGS=$flags run -0 --separate-stderr "${lock[@]}" --cap 1 -- sh -c 'echo $KTSTR_JOBS'
		[ "$output" = 1 ]
		[ "$stderr" = "" ]
	done
}

@test "jobserver: other files under these numbers are left alone" {
	serve abc
	: >plain
	exec 7<plain
	run -0 --separate-stderr "${lock[@]}" --cap 3 -- sh -c 'echo $KTSTR_JOBS; readlink /proc/self/fd/7'
	[ "${lines[0]}" = 1 ]
	[ "${lines[1]}" = "$BATS_TEST_TMPDIR/plain" ]
	[[ $stderr == *"not open to this recipe"* ]]
}

@test "jobserver: a style that is not known is told" {
	MAKEFLAGS=" -j7 --jobserver-auth=sem:GM12" run -0 --separate-stderr "${lock[@]}" --cap 3 -- \
		sh -c 'echo $KTSTR_JOBS'
	[ "$output" = 1 ]
	[ "$stderr" = "ktstr-lock: '--jobserver-auth=sem:GM12' in MAKEFLAGS is neither R,W nor fifo:PATH, so KTSTR_JOBS is 1 and not 3" ]
}

@test "jobserver: one descriptor for both ends of a pipe is told" {
	mkfifo both
	exec 7<>both
	MAKEFLAGS=" -j7 --jobserver-auth=7,7" run -0 --separate-stderr "${lock[@]}" --cap 3 -- sh -c 'echo $KTSTR_JOBS; readlink /proc/self/fd/7'
	[ "$output" = "1
$PWD/both" ]
	[ "$stderr" = "ktstr-lock: '--jobserver-auth=7,7' in MAKEFLAGS names one descriptor for both ends of a pipe, so KTSTR_JOBS is 1 and not 3" ]
}

@test "jobserver: without one, or with -j alone, it becomes the command" {
	local flags
	for flags in "" "k" " -j" " -j1 -- V=1"; do
		MAKEFLAGS=$flags run -0 sh -c 'echo $$; exec $LOCK --cap 3 -- sh -c "echo \$\$; echo \$KTSTR_JOBS; echo \"\$MAKEFLAGS\""'
		[ "${lines[0]}" = "${lines[1]}" ]
		[ "${lines[2]}" = 3 ]
		[ "${lines[3]-}" = "$flags" ]
	done
}

@test "jobserver: make finds its tokens again, at any depth" {
	cat >Makefile <<-'END'
		outer: ; +@$(LOCK) --cap 3 -- $(MAKE) --no-print-directory middle
		middle: ; +@$(LOCK) --cap 2 -- $(MAKE) --no-print-directory inner
		inner: 1 2 3 4 5
		1 2 3 4 5: ; +@echo $$KTSTR_JOBS; $(LOCK) --cap 2 -- true
		fails: ; +@$(LOCK) --cap 3 -- false
		dies: ; +@$(LOCK) --cap 3 -- sh -c 'kill -KILL $$$$'
	END
	run -0 make -j8 outer
	[ "$output" = "$(printf '2\n2\n2\n2\n2')" ]
	# make 4.3 says "INTERNAL: Exiting with N jobserver tokens available" itself
	run -2 make -k -j8 fails dies
	[[ $output != *INTERNAL* ]]
}

@test "jobserver: a make in the command runs as many jobs as were granted" {
	cat >Makefile <<-'END'
		outer: ; +@$(LOCK) --cap 3 -- $(MAKE) --no-print-directory inner
		inner: 1 2 3 4 5 6
		1 2 3 4 5 6: ; @$(TEST)
	END
	# The first three go on when they are three; nobody ever sees a fourth.
	cat >job <<-'END'
		mkdir -p running && : >"running/$1"
		for i in 1 2 3 4 5 6 7 8 9 10; do
			[ -e three ] || [ "$(ls running | wc -l)" -lt 3 ] || : >three
			[ "$(ls running | wc -l)" -le 3 ] || : >four
			[ ! -e three ] || break
			sleep 0.5
		done
		rm "running/$1"
	END
	run -0 make -j8 outer TEST='sh job $@'
	[ -e three ]
	[ ! -e four ]
	[[ $output != *INTERNAL* ]]
}
