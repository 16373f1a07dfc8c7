#!/usr/bin/env bats
# ktstr-lock-plan(7), "Inside make": what it takes of make's jobserver, and that it
# gives it back. Descriptors 7 and 8 are the jobserver of most tests.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # code for other shells; variables of bats
bats_require_minimum_version 1.5.0
load helper
load jobserver

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
	[ "$(left)" = 1 ]
	kill -KILL "$command"
	until_true has_left 3
}

@test "jobserver: who stops the command alone, and wakes it, need not wake the tool" {
	serve abc
	start --cap 3
	has=$(looks)
	kill -STOP "$command"
	until_true is_in_state "$command" T
	until_true has_looked $((has + 1))
	kill -CONT "$command"
	until_true is_in_state "$command" S
	is_in_state "$tool" S
	kill -KILL "$command"
	until_true has_left 3
}

@test "jobserver: a command that suspends itself at a terminal stops the tool, as its shell must see" {
	serve abc
	command -v script >/dev/null || skip "needs script(1)"
	spawn script -qec 'bash -ic "\$LOCK --cap 3 -- sh -c \"echo \\\$\\\$ >pid; kill -STOP \\\$\\\$; echo woken >woken\"; jobs >jobs; fg"' typescript </dev/null
	until_true grep -q Stopped jobs
	until_true grep -q woken woken
	until_true has_left 3
}

@test "jobserver: with --die-with-parent a stopped one ends with its parent, too" {
	serve abc
	spawn bash -c 'set -m; $LOCK --cap 3 --die-with-parent -- sh -c "echo \$\$ >pid; exec sleep 60" & exec tail -f /dev/null'
	until_true test -s pid
	tool=$(child "${spawned[0]}")
	kill -TSTP "$(cat pid)"
	until_true is_in_state "$tool" T
	kill -KILL "${spawned[0]}"
	until_true dead "$tool"
	until_true dead "$(cat pid)"
}

@test "jobserver: Ctrl-C comes to the command once" {
	serve abc
	# It waits for the signal alone: a trap of bash's may wait for the next line.
	cat >count.py <<-'END'
		import signal
		signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
		print("ready", flush=True)
		signal.sigwait([signal.SIGINT])
		print("caught", flush=True)
		while input() != "end":
		    pass
		print(f"n={1 + (signal.SIGINT in signal.sigpending())}")
	END
	run -0 python3 - "$BATS_TEST_TMPDIR" <<-'END'
		import os, pty
		pid, tty = pty.fork()
		if pid == 0:
		    os.execvp("sh", ["sh", "-c", "exec $LOCK --cap 3 -- python3 count.py"])
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
