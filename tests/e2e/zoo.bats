#!/usr/bin/env bats
# The zoo's scheduler with one fault at a time: see tests/zoo/README.md.
# shellcheck disable=SC2154,SC2030,SC2031,SC2016 # bats sets stderr and output; code for another shell
bats_require_minimum_version 1.5.0
load ../helper
load project

# One seed, and the kernel's examples are left to tests/full and kernel-scheds.bats.
export ZOO_SEEDS=1 ZOO_EXAMPLES=no

@test "zoo: smoke's faults are caught by their words, and who has none is not accused" {
	needs_kernel
	"$KTSTR_TOP/tests/zoo/zoo.sh" smoke "$BATS_FILE_TMPDIR/zoo" 2>"$BATS_TEST_TMPDIR/log" ||
		{ tail -n 40 "$BATS_TEST_TMPDIR/log"; return 1; }
}

@test "zoo: a fault comes at load, after a time or by chance, and all are listed" {
	cd "$BATS_TEST_TMPDIR" || return
	zoo=$BATS_FILE_TMPDIR/zoo/build/scx_zoo
	[ -x "$zoo" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	"$zoo" --list | cut -d' ' -f1 | sort >there
	grep -v '^#' "$KTSTR_TOP/tests/zoo/faults.list" | cut -d' ' -f1 | sed 's/+.*//' | sort -u >listed
	diff there listed
	[ "$(wc -l <listed)" -ge 24 ]
	run -2 --separate-stderr "$zoo" --fault reject --after 1
	[ "$stderr" = "scx_zoo: --after: 'reject' shows when the scheduler is loaded, or never" ]
	run -2 --separate-stderr "$zoo" --fault stalled
	[ "$stderr" = "scx_zoo: there is no fault 'stalled'; see --list" ]
	run -2 --separate-stderr "$zoo" --fault stall --chance 0
	[ "$stderr" = "scx_zoo: --chance: '0' is not a number from 1 to 100" ]
	run -2 --separate-stderr "$KTSTR_TOP/tests/zoo/zoo.sh" huge x
	[ "$stderr" = "zoo.sh: LEVEL is smoke or full, not 'huge'" ]
}

@test "zoo: a command line that says nothing clear is refused" {
	zoo=$BATS_FILE_TMPDIR/zoo/build/scx_zoo
	[ -x "$zoo" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	refuses() {
		run -2 --separate-stderr "$zoo" "${@:2}"
		[ "$stderr" = "scx_zoo: $1" ]
	}
	refuses "--fault twice" --fault stall --fault crash
	refuses "--after twice" --fault stall --after 1 --after 2
	refuses "what is 'crash'?" --fault stall crash
	refuses "--after means nothing without --fault" --after 5
	refuses "--chance means nothing without --fault" --chance 5
	refuses "--chance: '1.5' is no whole number" --fault stall --chance 1.5
	for word in 0x10 1e2 nan 101 '' +5 -5 1.2.3 ' 7'; do
		refuses "--chance: '$word' is not a number from 1 to 100" --fault stall --chance "$word"
	done
	for word in inf 3601 1s; do
		refuses "--after: '$word' is not a number from 0 to 3600" --fault stall --after "$word"
	done
	for word in reject reject-long reject-slow init-cpu partial ignore-hotplug; do
		refuses "--after: '$word' shows when the scheduler is loaded, or never" --fault "$word" --after 0.5
	done
}

# put SCHEDULER VERDICT CLASS REASON...: what cgroup-steady has come to with it.
put() {
	local out=$BATS_FILE_TMPDIR/zoo/ktstr-out/results/k/$1/cgroup-steady/1n2l2c1t/default/virtual/s1
	mkdir -p "$out"
	jq -n '$ARGS.positional as $v | {verdict: $v[0], class: $v[1], reasons: $v[2:]}' --args "${@:2}" >"$out/result.json"
}

# idles NS: a worker of dormant has waited so long while a CPU was idle.
idles() {
	local file=$BATS_FILE_TMPDIR/zoo/ktstr-out/results/k/dormant/cgroup-steady/1n2l2c1t/default/virtual/s1/result.json
	jq --argjson ns "$1" '.workers = [{idle_wait_ns: 0}, {idle_wait_ns: $ns}]' "$file" >"$file.new" && mv "$file.new" "$file"
}

# score STATUS LINE...: that is told of the results that are there.
score() {
	local line
	ZOO_PLAY=no ZOO_ONLY='^partial +cgroup-steady' ZOO_KNOWN=$BATS_TEST_TMPDIR/known \
		run "-$1" --separate-stderr "$KTSTR_TOP/tests/zoo/zoo.sh" smoke "$BATS_FILE_TMPDIR/zoo"
	for line in "${@:2}"; do
		grep -E "^$line" <<<"$output" >/dev/null || { echo "no '$line' in: $output"; return 1; }
	done
}

@test "zoo: what is not seen is missed, and who has no fault is accused by each word that is not known" {
	[ -x "$BATS_FILE_TMPDIR/zoo/build/scx_zoo" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	local words='takes-all: it takes only those that ask for SCHED_EXT'
	echo '# nothing' >"$BATS_TEST_TMPDIR/known"
	for who in twin dormant none; do
		put $who pass ok
	done
	put partial fail check-failed "$words"
	score 0 'partial .* caught +1/1 ' 'caught 1/1 by smoke' 'false accusations 0 by smoke'
	put partial pass ok
	score 1 'partial .* missed +0/1 ' 'not caught: partial' 'caught 0/1 by smoke'
	put partial fail check-failed 'max-gap: too long'
	score 1 'partial .* other +0/1 ' 'not caught: partial'
	put partial fail stalled "$words"
	score 1 'partial .* other +0/1 ' 'not caught: partial'
	rm -r "$BATS_FILE_TMPDIR/zoo/ktstr-out/results/k/partial"
	score 1 'partial .* missed +0/1 +no result' 'not caught: partial'
	put partial fail check-failed "$words"
	put dormant fail check-failed 'max-gap: too long' 'max-spread: unlike'
	score 1 'accused: dormant .*max-gap' 'caught 1/1 by smoke' 'false accusations 1 by smoke'
	echo 'dormant * check-failed ^max-gap: + ^max-spread:' >"$BATS_TEST_TMPDIR/known"
	score 0 'a flaw that is known: dormant ' 'false accusations 0 by smoke'
	put dormant fail check-failed 'max-gap: too long' 'not-starved: something else'
	score 1 'accused: dormant '
	put dormant fail check-failed 'max-spread: unlike'
	score 1 'accused: dormant '
	echo 'dormant * check-failed,idle ^max-gap:' >"$BATS_TEST_TMPDIR/known"
	put dormant fail check-failed 'max-gap: too long'
	score 1 'accused: dormant '
	idles 99999999
	score 1 'accused: dormant '
	idles 100000000
	score 0 'a flaw that is known: dormant '
	put dormant error qemu 'max-gap: too long'
	score 1 'accused: dormant '
	rm -r "$BATS_FILE_TMPDIR/zoo/ktstr-out/results/k/dormant"
	score 1 'accused: dormant .*no result'
}

@test "zoo: what cannot be played is not told from an earlier run" {
	[ -x "$BATS_FILE_TMPDIR/zoo/build/scx_zoo" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	cp -r "$BATS_FILE_TMPDIR/zoo" "$BATS_TEST_TMPDIR/zoo"
	BATS_FILE_TMPDIR=$BATS_TEST_TMPDIR
	for who in twin dormant none; do
		put $who pass ok
	done
	put partial fail check-failed 'takes-all: it takes only those that ask for SCHED_EXT'
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$KTSTR_BUILD"/* "$BATS_TEST_TMPDIR/bin"
	rm "$BATS_TEST_TMPDIR/bin/ktstr-vm"
	printf '#!/bin/sh\n[ "$1" = run ] || exec "%s/ktstr-vm" "$@"\n' "$KTSTR_BUILD" >"$BATS_TEST_TMPDIR/bin/ktstr-vm"
	chmod +x "$BATS_TEST_TMPDIR/bin/ktstr-vm"
	KTSTR_BUILD=$BATS_TEST_TMPDIR/bin ZOO_ONLY='^partial +cgroup-steady' \
		run -1 --separate-stderr "$KTSTR_TOP/tests/zoo/zoo.sh" smoke "$BATS_TEST_TMPDIR/zoo"
	[[ $output == *"no result"*"accused: twin "*"no result"*"not caught: partial"* ]]
}
