#!/usr/bin/env bats
# ktstr-gauntlet shrink: what it tries, with a machine that only looks at its
# options. tests/full/shrink.bats has real ones.
# shellcheck disable=SC2154 # run sets stderr, stderr_lines
bats_require_minimum_version 1.5.0
load helper

# The machine: it fails with flag "bad" on, two LLCs, three spinning workers and
# 300 ms at least, and tells another failure without the flag "odd".
setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cat >vm <<-'END'
		#!/usr/bin/env python3
		import json, re, sys
		a = sys.argv[1:]
		opt = dict(zip(a, a[1:]))
		text = open(opt["--test"]).read()
		calls = open("calls", "a")
		print(opt["--profile"], opt["--topology"], file=calls)
		workers = eval(re.search(r"workers=(\S+)", text)[1])
		ms = int(re.search(r"duration *= *(\d+)ms", text)[1])
		llcs = int(re.search(r"n(\d+)l", opt["--topology"])[1])
		flags = opt["--profile"].split("+")
		bad = "bad" in flags and llcs >= 2 and workers >= 3 and ms >= 300
		check = "max-gap" if "odd" in flags else "isolation"
		import os
		os.makedirs(opt["--out"], exist_ok=True)
		json.dump({
		    "schema_version": 1, "name": "k/s/t/p/f/virtual/s1", "seed": 7,
		    "verdict": "fail" if bad else "pass",
		    "class": "check-failed" if bad else "ok", "reasons": [],
		    "rerun": "ktstr-vm run --kernel k --sched s.sched --test " + opt["--test"] +
		        " --preset p --topology " + opt["--topology"] + " --profile " + opt["--profile"] +
		        " --clock virtual --seed 7",
		    "checks": [{"name": check, "ok": False}] if bad else []},
		    open(opt["--out"] + "/result.json", "w"))
		sys.exit(1 if bad else 0)
	END
	chmod +x vm
	printf '[scheduler]\nbinary = x\n[flag a]\n[flag odd]\n[flag bad]\n[flag c]\nrequires = a\n' >s.sched
	cat >t.test <<-'END'
		# a comment stays
		[test]
		duration = 2000ms # and so does this
		[cgroup one]
		work = cpu-spin workers=16
	END
}

# first TOPOLOGY: a failure to begin with, in the folder "failed".
first() {
	rm -rf failed calls
	./vm run --profile a+odd+bad+c --topology "$1" --test t.test --out failed || [ $? -eq 1 ]
}

shrink() {
	ktstr-gauntlet shrink --out out --vm-command ./vm --lock-command '' "$@"
}

@test "shrink: flags, machine, workers and duration get as small as they can" {
	first 1n4l4c2t
	run -0 --separate-stderr shrink failed
	[[ ${stderr_lines[0]} == *"run 1, as it was: fails the same way" ]]
	[[ $stderr == *"without flag 'odd': fail (check-failed)"* ]] # another check
	! tail -n +2 calls | sort | uniq -d | grep -v 1n2l1c1t || false # nothing twice
	[ "${lines[0]}" = "k/s/t/p/f/virtual/s1: fail (check-failed), smallest after $(($(wc -l <calls) - 1)) runs" ]
	[ "${lines[1]}" = "  flags     odd+bad, was a+odd+bad+c" ]
	[ "${lines[2]}" = "  machine   1n2l1c1t, was 1n4l4c2t" ]
	[ "${lines[3]}" = "  workers   3 of a kind at most, was 16 of a kind at most" ]
	[[ "${lines[4]}" =~ ^"  duration  "3[0-9][0-9]" ms, was 2000 ms"$ ]]
	[ "${lines[5]}" = "  run it    ktstr-vm run --kernel k --sched s.sched --test out/t.test --preset own --topology 1n2l1c1t --profile odd+bad --clock virtual --seed 7" ]
	[ "$(wc -l <calls)" -le 21 ]
	[ "$(sed -n 1p out/t.test)" = "# a comment stays" ]
	[[ $(sed -n 3p out/t.test) =~ ^"duration = "3[0-9][0-9]"ms # and so does this"$ ]]
	[ "$(sed -n 5p out/t.test)" = "work = cpu-spin workers=min(16,3)" ]
	run -0 ktstr-gauntlet check s.sched out/t.test
	KTSTR_RERUN_PATH="$PWD/my tools" run -0 shrink -q failed
	[[ "${lines[5]}" == "  run it    PATH='$PWD/my tools':\$PATH ktstr-vm run --kernel k "* ]]
	# The command does what is promised.
	run -1 ./vm run --profile odd+bad --topology 1n2l1c1t --test out/t.test --out again
}

@test "shrink: another failure is not taken for the same" {
	first 1n2l1c1t
	run -0 shrink -q failed
	# Without "odd" it is another check that fails.
	[ "${lines[1]}" = "  flags     odd+bad, was a+odd+bad+c" ]
}

@test "shrink: no more than 20 machines are run" {
	first 4n8l8c4t
	run -0 shrink -q failed
	[ "$(wc -l <calls)" -le 21 ]
}

@test "shrink: what does not fail again cannot be made smaller" {
	first 1n2l1c1t
	sed -i 's/2000ms/200ms/' t.test
	run -3 --separate-stderr shrink failed
	[[ $stderr == *"did not fail again the same way (check-failed), so it cannot be made smaller"* ]]
	[ -z "$output" ]
}

@test "shrink: what is no failure is refused" {
	first 1n2l1c1t
	run -2 shrink nowhere
	[[ $output == "ktstr-gauntlet: cannot read 'nowhere/result.json': No such file or directory" ]]
	sed -i 's/"fail"/"pass"/' failed/result.json
	run -2 shrink failed
	[ "$output" = "ktstr-gauntlet: 'k/s/t/p/f/virtual/s1' did not fail (pass), so there is nothing to make smaller" ]
	sed -i 's/"schema_version": 1/"schema_version": 2/' failed/result.json
	run -2 shrink failed
	[ "$output" = "ktstr-gauntlet: 'failed/result.json' is not a result of schema version 1" ]
	sed -i 's/"schema_version": 2/"schema_version": 1/; s/"pass"/"error"/; s/ktstr-vm run/false/' failed/result.json
	run -2 shrink failed
	[[ $output == *"did not come as far as a machine of its own, so there is nothing to make smaller" ]]
}

@test "shrink: a result whose command has no options is refused" {
	first 1n2l2c1t
	sed -i 's/"rerun": "[^"]*"/"rerun": "ktstr-vm run"/' failed/result.json
	run -2 shrink failed
	[[ $output == "ktstr-gauntlet: the command of 'k/s/t/p/f/virtual/s1' has no --"* ]]
}
