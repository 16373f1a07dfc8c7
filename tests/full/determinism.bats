#!/usr/bin/env bats
# Under the virtual clock equal runs are equal: 200 of three variants.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper
load ../e2e/project
load ../determinism

setup_file() {
	export KTSTR_CACHE_DIR=$BATS_FILE_TMPDIR/cache
	[ -z "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || make_project "$BATS_FILE_TMPDIR"
}

setup() {
	needs_kernel
	cd "$BATS_FILE_TMPDIR/p" || return 1
	rm -rf out
	mkdir out
}

variants=(eevdf mini per_llc)

# A round of all variants, one after another; more words are options.
runs=0
round() {
	local v
	for v in "${variants[@]}"; do
		run_variant "$v" "$v-$runs" "$@"
		same "$v-0" "$v-$runs"
		[ "$runs" = 0 ] || rm -r "out/$v-$runs"
	done
	runs=$((runs + 1))
}

# crowd N: N machines of each variant at once.
crowd() {
	local v i pids=()
	for v in "${variants[@]}"; do
		for ((i = 0; i < $1; i++)); do
			run_variant "$v" "$v-crowd$i" &
			pids+=("$!")
		done
	done
	wait "${pids[@]}"
	for v in "${variants[@]}"; do
		for ((i = 0; i < $1; i++)); do
			same "$v-0" "$v-crowd$i"
			rm -r "out/$v-crowd$i"
		done
	done
	runs=$((runs + $1))
}

@test "determinism: 201 runs of three variants: idle, loaded, at once, booted, from a new template" {
	for _ in {1..24}; do round; done
	start_load 8
	for _ in {1..20}; do round; done
	crowd 3
	stop_load
	for _ in {1..4}; do crowd 4; done
	for _ in 1 2; do round --cold; done
	ktstr-vm template --remove
	for _ in 1 2; do round; done
	[ "$runs" = 67 ]
	# The variants are not each other's.
	[ "$(for v in "${variants[@]}"; do facts "$v-0" | sha256sum; done | sort -u | wc -l)" = 3 ]
}

@test "determinism: a job of many seconds of the host's has the same result in each boot" {
	sed 's/300ms/4s/' brief.test >long.test
	# shellcheck disable=SC2034 # run_variant reads it
	local test=long.test
	run_variant eevdf clone
	for n in 1 2 3; do
		run_variant eevdf "boot$n" --cold
	done
	same clone boot1 boot2 boot3
	jq -e '.host.phases.start == "boot" and .host.phases.job_s > 1.5' out/boot1/result.json
}

@test "determinism: with eight seeds a good scheduler passes, each in its own way" {
	for seed in {1..8}; do
		run_variant mini "s$seed" --seed "$seed"
		[ "$(jq -r .verdict "out/s$seed/result.json")" = pass ]
		run_variant mini "s$seed-again" --seed "$seed"
		same "s$seed" "s$seed-again"
		jq -c '[.workers[] | [.start_ns, .units, .max_gap_ns]]' "out/s$seed/result.json" >>interleavings
	done
	[ "$(sort -u interleavings | wc -l)" = 8 ]
}
