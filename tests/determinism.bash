# determinism.bash - the same variant many times, and what differed first.
# shellcheck shell=bash

# make_project DIR: a project in DIR/p, the current folder then, its scheduler built, and
# a short test.
make_project() {
	new_project "$1/p" || return 1
	kmake ktstr-progs >&2 || return 1
	mkdir -p out
	cat >brief.test <<-'TEST'
		[test]
		duration = 300ms
		settle   = 50ms
		[cgroup sleepers]
		work = bursty workers=3 burst=5ms sleep=7ms
		[cgroup partners]
		work = pipe-io workers=2
		[cgroup busy]
		work = cpu-spin workers=4
		[check]
		max-spread = none
	TEST
}

# The variants: which scheduler, and which of its flags.
# shellcheck disable=SC2034 # run_variant reads them by name
{
variant_eevdf=(--sched none --topology 1n2l4c1t)
variant_mini=(--sched ktstr/scx_mini.sched --profile default)
variant_per_llc=(--sched ktstr/scx_mini.sched --profile per-llc)
}

# run_variant VARIANT OUT [OPTION...]: its verdict is part of what is compared. $test is
# another test than brief.test.
run_variant() {
	local -n words="variant_$1"
	local out=out/$2
	shift 2
	ktstr-vm run --kernel "$KTSTR_TEST_KERNEL_ENTRY" --kernel-label k --clock virtual --test "${test:-brief.test}" \
		"${words[@]}" --out "$out" "$@" >/dev/null 2>"$out.err" || [ $? = 1 ]
}

# facts OUT: all that must not differ, as text. Under a name of their own,
# since the command to run it again is part of the result.
facts() {
	jq -S 'del(.host)' "out/$1/result.json"
	cat "out/$1/console.log" "out/$1/scheduler.log" "out/$1/channel.log"
}

# same FIRST OUT...: the first difference is shown.
same() {
	local first=$1 out
	facts "$first" >want
	if [ ! -s want ] || ! jq -e '.workers | length > 0' "out/$first/result.json" >/dev/null; then
		echo "$first has no result: $(cat "out/$first.err")"
		return 1
	fi
	for out in "${@:2}"; do
		facts "$out" >got
		cmp -s want got || {
			echo "$out differs from $first:"
			diff want got | head -n 4 | cut -c 1-400
			return 1
		}
	done
}

# start_load N: as many processes that only spin, until the test ends.
start_load() {
	local i
	load_from=${#spawned[@]}
	for ((i = 0; i < $1; i++)); do
		spawn sh -c 'while :; do :; done'
	done
}
stop_load() {
	local i
	for ((i = load_from; i < ${#spawned[@]}; i++)); do
		kill -KILL -- "-${spawned[i]}"
	done
	spawned=("${spawned[@]:0:load_from}")
}
