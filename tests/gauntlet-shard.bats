#!/usr/bin/env bats
# ktstr-gauntlet-select(1): what shard promises.
# shellcheck disable=SC2154 # run sets stderr
bats_require_minimum_version 1.5.0
load helper
load gauntlet
load gauntlet-names

@test "shard: each variant is in exactly one part, in the order of the lines" {
	names {a,b,c,d,e}{1,2,3,4} >lines
	: >all
	for k in 1 2 3 4 5 6 7; do
		ktstr-gauntlet shard -q $k/7 <lines >part
		[ -s part ]
		grep -xFf part lines | diff part -
		cat part >>all
	done
	diff <(sort lines) <(sort all)
	ktstr-gauntlet shard -q 1/1 <lines >part
	diff lines part
}

@test "shard: parts take about the same time" {
	names {a,b,c,d,e}{1,2,3,4} >lines
	n=0
	while read -r name; do
		took "$name" $((1 + n++ % 9))
	done <lines
	for k in 1 2 3 4; do
		run -0 --separate-stderr ktstr-gauntlet shard $k/4 --results results <lines
		[[ $stderr =~ variants,\ ([0-9]+)\.0\ of\ ([0-9]+)\.0\ s$ ]]
		[ $((BASH_REMATCH[1] * 400)) -le $((BASH_REMATCH[2] * 105)) ]
		[ $((BASH_REMATCH[1] * 400)) -ge $((BASH_REMATCH[2] * 80)) ]
	done
	# As many of each, when all take the same time.
	names a | head -n 8 >lines
	for k in 1 2 3 4; do
		run -0 --separate-stderr ktstr-gauntlet shard $k/4 <lines
		[ "${#lines[@]}" = 2 ]
	done
}

@test "shard: what comes and goes moves few of the others" {
	names {a,b,c,d,e}{1,2,3,4} >lines
	# 240 variants; three go and one comes.
	sed '7d; 100d; 200d' lines >fewer
	names new | head -n 1 >>fewer
	moved=0
	for k in 1 2 3 4; do
		ktstr-gauntlet shard -q $k/4 <lines | sort >before
		ktstr-gauntlet shard -q $k/4 <fewer | sort >after
		moved=$((moved + $(comm -13 before after | wc -l)))
	done
	echo "$moved are in another part"
	[ "$moved" -ge 1 ] # the new one
	[ "$moved" -le 12 ]
	# A fifth part takes from the others, and they keep the rest.
	kept=0
	for k in 1 2 3 4; do
		kept=$((kept + $(comm -12 <(ktstr-gauntlet shard -q $k/4 <lines | sort) \
			<(ktstr-gauntlet shard -q $k/5 <lines | sort) | wc -l)))
	done
	echo "$kept of 240 stay"
	[ "$kept" -ge 170 ]
}

@test "shard: a part without a variant exits 1" {
	names a | head -n 3 >lines
	missing=0
	for k in 1 2 3 4; do
		run --separate-stderr ktstr-gauntlet shard $k/4 <lines
		[ "$status" = 0 ] || {
			missing=$((missing + 1))
			[ "$status" = 1 ]
			[ "$output" = "" ]
			[ "$stderr" = "ktstr-gauntlet: part $k of 4 has no variant: there are 3" ]
		}
	done
	[ "$missing" = 1 ]
}
