# gauntlet-names.bash - variants by name alone, for gauntlet-select.bats and -shard.bats.
# shellcheck shell=bash

# names TEST... : one line for each of two presets, three profiles and two seeds.
names() {
	local test preset profile seed
	for test; do
		for preset in tiny-1llc smt-2llc; do
			for profile in default llc llc+steal; do
				for seed in 1 2; do
					echo "k/qmap/$test/$preset/$profile/virtual/s$seed"
				done
			done
		done
	done
}

# took NAME SECONDS [VERDICT]: the result of an earlier run.
took() {
	mkdir -p "results/$1"
	printf '{"schema_version": 1, "name": "%s", "verdict": "%s", "timings": {"total_s": %s}}' \
		"$1" "${3:-pass}" "$2" >"results/$1/result.json"
}
