# jobs.bash - what runs while a round's faults happen, how it is judged, and what the
# next command has to make good.
# shellcheck shell=bash disable=SC2154,SC2034,SC2086,SC2016,SC2015 # soak.sh has world, status, log; words; code for other shells
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For each KIND: draw_KIND, from RANDOM, sets $job (the command, run in $job_dir) and
# $job_what; ready_KIND does what must be done before, undisturbed; judge_KIND prints
# violations when the job has ended with $status and said $log; recover_KIND runs the
# next command, undisturbed, and prints what that does not find or make good.
job_kinds=(test test test test test exec kernel kernel sandbox)

# What is there from earlier rounds is not written again, so some begin without: $fresh
# is what job_what tells of it.
draw_fresh() {
	local without=('' '' "$@")
	fresh=${without[RANDOM % ${#without[@]}]}
	job_what+=${fresh:+", without $fresh"}
}
make_fresh() {
	case $fresh in
	templates) rm -rf "$KTSTR_CACHE_DIR/.templates" ;;
	scheduler) rm -rf "$world/p/build" ;;
	locks) rm -rf "${KTSTR_LOCK_DIR:?}"/* ;;
	esac
}

# --- tests of a scheduler ---

draw_test() {
	local tests=(spin wake swap late) scheds=(none scx_mini 'none scx_mini')
	local test=${tests[RANDOM % 4]} sched seed name
	job_scheds=${scheds[RANDOM % 3]}
	job_seeds=$((RANDOM % 9 + 1))
	job_tests=$test
	# Two of what there is one of.
	case $((RANDOM % 3)) in
	0) job_tests="$test ${tests[(RANDOM % 3 + 1 + $(index_of "$test" "${tests[@]}")) % 4]}" ;;
	1) job_seeds="$job_seeds $((job_seeds + RANDOM % 3 + 1))" ;;
	esac
	job_variants=()
	for sched in $job_scheds; do
		for name in $job_tests; do
			for seed in $job_seeds; do
				job_variants+=("k/$sched/$name/own/default/virtual/s$seed")
			done
		done
	done
	job_jobs=$((RANDOM % 3 + 1))
	job_dir=$world/p
	job=("${test_make[@]}" -j"$job_jobs" TEST="$job_tests" KTSTR_SCHED="$job_scheds" KTSTR_SEEDS="$job_seeds" RERUN=all)
	job_what="make -j$job_jobs ktstr-test of ${#job_variants[@]} variants ($job_scheds: $job_tests: $job_seeds)"
	draw_fresh templates scheduler locks
	job_ms=$((500 + 900 * ${#job_variants[@]} / job_jobs))
	[ -z "$fresh" ] || job_ms=$((job_ms + 2000))
}

index_of() {
	local want=$1 i=0
	shift
	while [ "$1" != "$want" ]; do
		i=$((i + 1))
		shift
	done
	echo "$i"
}

# undisturbed_test LOG [SETTING...]: the same variants.
undisturbed_test() {
	local to=$1
	shift
	(cd "$world/p" && "${next[@]}" "${test_make[@]}" -j2 TEST="$job_tests" KTSTR_SCHED="$job_scheds" \
		KTSTR_SEEDS="$job_seeds" "$@") >"$to" 2>&1 </dev/null
}

# What is right: from an undisturbed run, once for each variant.
ready_test() {
	local name new=()
	for name in "${job_variants[@]}"; do
		[ -e "$want/$name" ] || new+=("$name")
	done
	[ ${#new[@]} -gt 0 ] || { make_fresh; return 0; }
	undisturbed_test "$log.first" RERUN=all || :
	for name in "${new[@]}"; do
		mkdir -p "$want/${name%/*}"
		if steady_facts "$world/p/ktstr-out/results/$name" >"$want/$name.new" 2>/dev/null &&
			jq -en 'input | .verdict == "pass" or .class == "check-failed"' "$want/$name.new" >/dev/null; then
			mv "$want/$name.new" "$want/$name"
		else
			echo "undisturbed: $name: $(tail -n 1 "$log.first")"
		fi
	done
	make_fresh
}

# The exit status that these variants should have.
test_status() {
	local name
	for name in "${job_variants[@]}"; do
		[ "$(jq -rn 'input | .verdict' "$want/$name")" = pass ] || { echo 2; return; }
	done
	echo 0
}

test_verdicts() {
	local name
	for name in "${job_variants[@]}"; do
		holds_verdict "$world/p/ktstr-out" "$name" "$want/$name" "$@"
	done
}

judge_test() {
	local should
	should=$(test_status)
	if [ "$status" = 0 ] || is_mild; then
		test_verdicts
		[ "$status" = "$should" ] || echo "status: make ended with $status, $should is right"
	else
		test_verdicts $excuses
	fi
	holds_tally "$world/p/ktstr-out" "$log" "${job_variants[@]}"
	[ "$status" = "$should" ] || [ "$status" -ge 128 ] || grep -qE '^(ktstr|make)[^ ]*: ' "$log" ||
		echo "silent: make ended with $status and said nothing"
}

recover_test() {
	local got=0 should
	should=$(test_status)
	undisturbed_test "$log.next" || got=$?
	[ "$got" = "$should" ] || echo "next: the next make ended with $got, $should is right: $(tail -n 1 "$log.next")"
	test_verdicts
	holds_tally "$world/p/ktstr-out" "$log.next" "${job_variants[@]}"
}

# --- a command in a machine ---

draw_exec() {
	job_dir=$world
	job=(ktstr-vm exec --kernel "$entry" --topology 1n1l2c1t --clock virtual
		-- sh -c 'i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); echo line $i; done; exit 7')
	job_what="ktstr-vm exec"
	draw_fresh templates
	job_ms=1000
	[ -z "$fresh" ] || job_ms=3000
}
ready_exec() {
	seq -f 'line %g' 2000 >"$world/own/lines"
	make_fresh
}

# What came is a beginning of what is right, and only all of it ends with 7.
judge_exec() {
	if [ "$status" = 7 ] || is_mild; then
		[ "$status" = 7 ] || echo "status: exec ended with $status, 7 is right"
		cmp -s "$log.out" "$world/own/lines" || echo "verdict: exec ended with $status, and not with all output"
	else
		head -c "$(stat -c %s "$log.out")" "$world/own/lines" | cmp -s - "$log.out" ||
			echo "verdict: exec's output is no beginning of what is right"
		[ "$status" -ge 124 ] || echo "status: exec ended with $status, of neither the command nor ktstr-vm"
		[ "$status" -ge 128 ] || [ -s "$log.err" ] || echo "silent: exec ended with $status and said nothing"
	fi
}
recover_exec() {
	local got=0
	(cd "$world" && "${next[@]}" "${job[@]}" >"$log.next" 2>"$log.next.err" </dev/null) || got=$?
	[ "$got" = 7 ] && cmp -s "$log.next" "$world/own/lines" ||
		echo "next: the next exec ended with $got: $(tail -n 1 "$log.next.err")"
}

# --- a kernel's build ---

draw_kernel() {
	job_dir=$world/k
	job_jobs=$((RANDOM % 3 + 1))
	job=(make --no-print-directory -j"$job_jobs" ktstr-kernel KERNEL=linux KTSTR_FORCE=$((RANDOM % 2)))
	job_what="make -j$job_jobs ktstr-kernel"
	draw_fresh locks
	job_ms=1000
}
# A commit that was not built yet.
ready_kernel() {
	echo "int round_$round;" >>"$world/k/linux/touched.c"
	git -C "$world/k/linux" commit -qam "round $round" || echo "undisturbed: git commit"
	make_fresh
}
kernel_there() {
	local label
	label=$(head -n 1 "$world/k/ktstr-out/kernels/list" 2>/dev/null) && [ -n "$label" ] &&
		[ -s "$world/k/ktstr-out/kernels/$label/bzImage" ] &&
		grep -qx "int round_$round;" <(tail -n +1 "$world/k/ktstr-out/kernels/$label/bzImage" | strings)
}
judge_kernel() {
	if [ "$status" = 0 ] || is_mild; then
		[ "$status" = 0 ] || echo "status: make ktstr-kernel ended with $status, 0 is right"
		[[ $happened == *" cache "* ]] || kernel_there || echo "verdict: make ktstr-kernel ended with $status, and the kernel is not this commit's"
	fi
	[ "$status" = 0 ] || [ "$status" -ge 128 ] || grep -qE '^(ktstr|make)[^ ]*: ' "$log" ||
		echo "silent: make ended with $status and said nothing"
}
recover_kernel() {
	local got=0
	(cd "$world/k" && "${next[@]}" make --no-print-directory ktstr-kernel KERNEL=linux >"$log.next" 2>&1 </dev/null) || got=$?
	[ "$got" = 0 ] && kernel_there || echo "next: the next make ktstr-kernel ended with $got: $(tail -n 1 "$log.next")"
}

# --- sandboxes in a machine that has cpusets, and whose clock may be set ---

draw_sandbox() {
	guest_seed=$RANDOM
	job_dir=$world
	job=(ktstr-vm exec --kernel "$entry" --topology 2n4l1c1t --clock virtual
		--include busybox --include "$(command -v ktstr-sandbox)=/usr/bin/ktstr-sandbox"
		--include "$(command -v ktstr-lock)=/usr/bin/ktstr-lock"
		--include "$KTSTR_TOP/tests/e2e/sandbox-common.sh=/sandbox-common.sh"
		--include "$KTSTR_TOP/tests/soak/guest.sh=/guest.sh" -- /guest.sh "$guest_seed" 8)
	job_what="8 sandboxes in a machine" fresh=
	job_ms=4000
}
ready_sandbox() { :; }
judge_sandbox() {
	local found
	grep '^violation: ' "$log.out" | sed 's/^violation: /guest: /'
	found=$(grep -c '^fault ' "$log.out")
	while read -r _ kind; do
		count_fault "$kind"
	done < <(grep '^fault ' "$log.out")
	if [ "$status" = 0 ]; then
		[ "$found" = 8 ] || echo "guest: $found of 8 sandboxes"
	elif is_mild; then
		echo "status: the machine of the sandboxes ended with $status: $(tail -n 1 "$log.err")"
	fi
}
recover_sandbox() { :; }
