#!/usr/bin/env bats
# What ktstr-vm-machine(7) says of templates.
# shellcheck disable=SC2154,SC2317 # bats sets stderr; functions for until_true
# shellcheck disable=SC2030,SC2031,SC2016 # each test is a shell; scripts for sh -c
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	cd "$BATS_TEST_TMPDIR" || return 1
	# Each test has a cache of its own; most begin with the template of the first.
	export KTSTR_CACHE_DIR=$BATS_TEST_TMPDIR/cache
	templates=$KTSTR_CACHE_DIR/.templates
	machine=(--kernel "$KTSTR_TEST_KERNEL_ENTRY" --topology 1n2l1c1t --clock virtual)
	printf '[test]\nduration = 100ms\nsettle = 50ms\n[cgroup a]\nwork = cpu-spin workers=2\n' >one.test
	sed 's/cpu-spin workers=2/bursty workers=3 burst=2ms sleep=3ms/' one.test >two.test
}

# with_template: the machine's template, as the first test has made it.
with_template() {
	if [ ! -d "$BATS_FILE_TMPDIR/templates" ]; then
		ktstr-vm template -q "${machine[@]}" >/dev/null || return 1
		cp -R --sparse=always "$templates" "$BATS_FILE_TMPDIR/templates"
	fi
	mkdir -p "$KTSTR_CACHE_DIR"
	cp -RT --sparse=always "$BATS_FILE_TMPDIR/templates" "$templates"
	template=$(echo "$templates"/*)
}

# run_test NAME OUT [OPTION...]: judge a test; its verdict does not matter here.
run_test() {
	local name=$1 out=$2
	shift 2
	ktstr-vm run "${machine[@]}" --kernel-label k --test "$name.test" --out "$out" "$@" 2>"$out.err" || [ $? = 1 ]
}

# steady OUT: what must not change from run to run, as one hash.
steady() { jq -S 'del(.host)' "$1/result.json" | cat - "$1"/{console,channel,scheduler}.log | sha256sum; }

# start OUT: how the machine of a result began.
start() { jq -r .host.phases.start "$1/result.json"; }

same() {
	local want
	want=$(steady "$1")
	for out; do
		[ "$(steady "$out")" = "$want" ] || {
			echo "$out differs from $1"
			diff <(jq -S 'del(.host)' "$1/result.json") <(jq -S 'del(.host)' "$out/result.json") | head -20
			return 1
		}
	done
}

no_temporary() { [ -z "$(find "$KTSTR_CACHE_DIR/.tmp" -mindepth 1 2>/dev/null)" ]; }

@test "template: a clone's result is the boot's, also of a template made again" {
	with_template
	run_test one cold --cold
	run_test one clone
	run_test two other
	run_test one clone-after-another-job
	[ "$(start cold) $(start clone) $(start other)" = "boot clone clone" ]
	[ "$(ls "$templates")" = "${template##*/}" ]
	ktstr-vm template --remove
	run_test one remade
	[ "$(start remade)" = clone ]
	same cold clone clone-after-another-job remade
	# The CPUs were measured when it booted, and that is kept.
	[ "$(jq -c '.calibration | [.max_gap_ns, .spread_permille, .slowest_units_per_s]' "$templates"/*/metadata.json)" = \
		"$(jq -c '.calibration | [.max_gap_ns, .spread_permille, (.units_per_s_per_cpu | min)]' clone/result.json)" ]
	[ "$(steady cold)" != "$(steady other)" ]
	no_temporary
}

@test "template: clones at once do not see each other, nor what one lacks" {
	# A node without memory has no file.
	machine[3]='2n2l1c1t memory=512M,0'
	template=$(ktstr-vm template -q "${machine[@]}")
	[ ! -e "$template/ram1" ]
	sha256sum "$template"/* >before
	for n in 1 2 3; do
		spawn ktstr-vm run -q "${machine[@]}" --kernel-label k --test one.test --out "o$n"
	done
	for pid in "${spawned[@]}"; do
		wait "$pid" || [ $? = 1 ]
	done
	same o1 o2 o3
	[ "$(start o1) $(start o2) $(start o3)" = "clone clone clone" ]
	sha256sum --quiet -c before
}

@test "template: who comes while it is made waits, and one is made" {
	for n in 1 2; do
		spawn sh -c "exec ktstr-vm template -v ${machine[*]} >path$n 2>err$n"
	done
	for pid in "${spawned[@]}"; do
		wait "$pid"
	done
	cmp path1 path2
	[ -d "$(cat path1)" ]
	[ "$(cat err1 err2 | grep -c 'making template')" = 1 ]
	grep -q 'waiting for template .*, which is being made by pid [0-9]* (ktstr-vm template' err1 err2
	[ "$(find "$templates" -mindepth 1 -maxdepth 1 ! -name '.*' | wc -l)" = 1 ]
	run -0 stat -c %a "$templates"/* "$templates"/*/ram0
	[ "$output" = $'700\n600' ]
}

@test "template: its key is what made it, and no job" {
	cp -L "$KTSTR_BUILD/ktstr-init" init
	with_template
	run -0 --separate-stderr ktstr-vm template -v "${machine[@]}" --init init
	[ "$output" = "$template" ]
	[ "$stderr" = "" ]
	jq -e '.facts.kernel and .facts.init and .facts.qemu and .facts.firmware' "$template/metadata.json"
	# A change of any of these would be another template; nothing is booted for that.
	echo >>init
	for other in "--init init" "--memory 600" "--topology 1n1l1c1t" "--shift 4" "--append x" "--console"; do
		# shellcheck disable=SC2086 # options and their values
		run -125 --separate-stderr env KTSTR_CACHE_DIR=/proc/none ktstr-vm template "${machine[@]}" $other
		rm -f out
		spawn sh -c "exec ktstr-vm template -v ${machine[*]} $other 2>out"
		until_true grep -q "making template" out
		! grep "making template ${template##*/}" out
		kill -TERM -- "-${spawned[-1]}"
	done
}

@test "template: one that is damaged, or that QEMU cannot load, is said and made again" {
	with_template
	run_test one good
	# Whole by its metadata, and still no state of this machine.
	size=$(stat -c %s "$template/state")
	head -c "$size" /dev/zero >"$template/state"
	sum=$(sha256sum "$template/state")
	jq --arg sum "${sum%% *}" '.files.state.sha256 = $sum' "$template/metadata.json" >metadata.json
	cp metadata.json "$template/"
	run_test one again
	grep -q "^ktstr-vm: template '$template' cannot be used: QEMU says '.*'; it is made anew$" again.err
	same good again
	# A damaged one, of which test-template.c has all ways, is made again as well.
	printf X | dd of="$template/ram0" bs=1 seek=20000000 conv=notrunc status=none
	run_test one again
	grep -q "^ktstr-vm: template '$template' has a damaged 'ram0'; it is made anew$" again.err
	[ "$(start again)" = clone ]
	same good again
	no_temporary
}

@test "template: one whose machine dies before its job is replaced, and the job is done" {
	with_template
	# Page tables are gone, and nothing tells: the file looks as it was noted.
	size=$(stat -c %s "$template/ram0")
	truncate -s 1M "$template/ram0"
	truncate -s "$size" "$template/ram0"
	stat -c 'ram0 %i %s %.9Y %.9Z' "$template/ram0" >"$template/noted"
	run -7 --separate-stderr ktstr-vm exec "${machine[@]}" -- sh -c 'exit 7' </dev/null
	[ "$stderr" = "ktstr-vm: the machine from template '$template' ended before its job began; it boots without it" ]
	[ ! -e "$template" ]
	no_temporary
	[ -z "$(ls "$templates")" ]
}

@test "template: kill -9 while it is made leaves nothing that the next does not remove" {
	spawn ktstr-vm template -q "${machine[@]}"
	started() { pgrep -s "${spawned[-1]}" -f 'qemu-system.* -icount' >/dev/null; }
	until_true started
	kill -KILL -- "-${spawned[-1]}"
	# Where it writes, the folder that a killed one leaves.
	mkdir -p "$KTSTR_CACHE_DIR/.tmp/template.abcdef"
	echo half >"$KTSTR_CACHE_DIR/.tmp/template.abcdef/ram0"
	: >"$KTSTR_CACHE_DIR/.tmp/template.abcdef/.ktstr-temp"
	run -0 ls "$templates"
	[[ $output =~ ^[0-9a-f]*\.lock$ ]]
	run -0 --separate-stderr ktstr-vm template -q "${machine[@]}"
	[ -f "$output/ram0" ]
	[ "$stderr" = "" ]
	[ "$(ls "$templates")" = "${output##*/}" ]
	no_temporary
}

@test "template: a signal while it is made ends machine and program" {
	spawn ktstr-vm run "${machine[@]}" --test one.test --out o
	started() { pgrep -s "${spawned[0]}" -f 'qemu-system.* -icount' >/dev/null; }
	gone() { ! pgrep -s "${spawned[0]}" >/dev/null; }
	until_true started
	kill -TERM "${spawned[0]}"
	until_true gone
	[ ! -e o/result.json ]
	no_temporary
}

@test "template: those of the longest unused go, one in use stays" {
	with_template
	key=${template##*/}
	old=00000000000000000000000000000000 busy=11111111111111111111111111111111
	for other in $old $busy; do
		cp -R --sparse=always "$template" "$templates/$other"
		touch -d '2 days ago' "$templates/$other"
	done
	spawn flock -s "$templates/$busy" sleep 60
	until_true busy "$templates/$busy"
	run -0 --separate-stderr ktstr-vm template --list
	[[ ${lines[0]} =~ ^$old\ +[0-9]+\ MiB\ 20..-..-..T..:..:..Z$ ]]
	[[ ${lines[1]} =~ ^$busy\ .*\ in\ use$ ]]
	[[ ${lines[2]} =~ ^$key\  ]]
	run -2 --separate-stderr env KTSTR_TEMPLATES_MAX=much ktstr-vm template "${machine[@]}" --memory 520
	[ "$stderr" = "ktstr-vm: KTSTR_TEMPLATES_MAX 'much' is no size such as 500M or 20G" ]
	KTSTR_TEMPLATES_MAX=1M run -0 --separate-stderr ktstr-vm template "${machine[@]}" --memory 520
	[ -d "$output" ]
	[ "$(ls "$templates")" = "$(printf '%s\n' $busy "${output##*/}" | sort)" ]
	run -75 --separate-stderr ktstr-vm template --remove
	[[ $stderr == *"$busy' is in use by "* ]]
	[ "$(ls "$templates")" = $busy ]
}

@test "template: where none can be kept, the machine boots, and says so" {
	mkdir small
	run -0 unshare -rm sh -c '
		mount -t tmpfs -o size=4M none small && cd small || exit
		KTSTR_CACHE_DIR=$PWD/cache ktstr-vm run "$@" --out ../full 2>../full.err
		[ $? -le 1 ] && ls -A cache/.tmp cache/.templates' \
		sh "${machine[@]}" --kernel-label k --test ../one.test
	[[ $output == *$'cache/.templates:\n\ncache/.tmp:' || $output == *$'cache/.templates:' ]]
	grep -q "^ktstr-vm: template in '.*/small/cache/.tmp': cannot write 'ram0': No space left on device; the machine boots without a template$" full.err
	[ "$(start full)" = boot ]
	jq -e '.verdict == "pass" or .verdict == "fail"' full/result.json
}

@test "template: in a shared cache one of another user is not used" {
	[ "$(id -u)" = 0 ] || skip "needs root, to give a file away"
	with_template
	chown 65534 "$template"
	run -0 --separate-stderr ktstr-vm exec "${machine[@]}" -- /bin/true
	[ "$stderr" = "ktstr-vm: template '$template' belongs to another user; the machine boots without a template" ]
}

@test "template: under the real clock machines boot" {
	run -4 --separate-stderr ktstr-vm template "${machine[@]}" --accel tcg --clock real
	[ "$stderr" = "ktstr-vm: a machine starts from a template under the virtual clock only: --clock virtual" ]
	run -2 --separate-stderr ktstr-vm template --list --remove
	[ "$stderr" = "ktstr-vm: --list and --remove exclude each other" ]
	[ ! -e "$templates" ]
}
