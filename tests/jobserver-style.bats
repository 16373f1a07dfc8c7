#!/usr/bin/env bats
# ktstr-lock-plan(7), "Inside make": make's jobserver in its styles, and what is none.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # code for other shells; variables of bats
bats_require_minimum_version 1.5.0
load helper
load jobserver

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
