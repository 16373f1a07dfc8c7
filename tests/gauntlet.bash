# gauntlet.bash - a project, and a machine that needs no machine, for gauntlet*.bats.
setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p ktstr build entry
	echo binary >build/scx_qmap
	echo '{"version": "6.12"}' >entry/metadata.json
	echo init >init
	cat >ktstr/qmap.sched <<-'END'
		[scheduler]
		binary = build/scx_qmap
		topology = 1n2l4c1t
		args = -v
		[flag llc]
		args = -l
		[flag steal]
		requires = llc
		[flag fast]
	END
	cat >ktstr/swap.test <<-'END'
		[test]
		min-llcs = 2
		required-flags = steal
		tags = cpuset quick
		[cgroup left]
		cpuset = disjoint 0/2
		[cgroup right]
		cpuset = disjoint 1/2
		[step swap]
		swap-cpusets = left right
		[check]
		max-spread = 20%
	END
	printf '[test]\nscheduler = none\n[cgroup a]\n' >ktstr/plain.test
	# A machine that needs no machine: it passes, and says what it was told.
	cat >vm <<-'END'
		#!/bin/sh
		case " $* " in *" template "*) echo "$*" >>templates; exit "${template_status:-0}" ;; esac
		echo run >>count
		for arg; do printf '%s\n' "$arg"; done >args
		while [ $# -gt 0 ]; do
			case $1 in
			--out) out=$2 ;;
			--identity) identity=$2 ;;
			esac
			shift
		done
		[ ! -e sabotage ] || . ./sabotage
		case $out in
		*results/*) name=${out#*results/} ;;
		*) name=${out#*/} ;;
		esac
		printf '{"schema_version": 1, "name": "%s", "identity": "%s", "verdict": "%s",
			"class": "%s", "reasons": ["because <it> & that"], "rerun": "again",
			"timings": {"boot_s": 1.25, "run_s": %s}}' \
			"$name" "$identity" "${verdict:-pass}" "${class:-}" "${seconds:-2}" >"$out/result.json"
	END
	chmod +x vm
}

plan() {
	ktstr-gauntlet plan --vm-command ./vm --lock-command '' --kernel 6.12=entry \
		--init init --variants variants.list "$@" >plan.mk
}

# mproject: the same as a project of make, whose machine is ./vm.
mproject() {
	local tool
	mkdir -p tools ktstr-out/kernels
	for tool in "$KTSTR_BUILD"/ktstr-*; do
		[ -d "$tool" ] || ln -s "$tool" tools/
	done
	ln -sf ../vm tools/ktstr-vm
	ln -s ../../entry ktstr-out/kernels/6.12
	echo 6.12 >ktstr-out/kernels/list
	# shellcheck disable=SC2016 # make's variable
	echo 'include $(KTSTR)/mk/ktstr.mk' >Makefile
	export KTSTR_LOCK_DIR=$BATS_TEST_TMPDIR/locks KTSTR=$KTSTR_TOP KTSTR_TOOLS=$BATS_TEST_TMPDIR/tools
	mkdir "$KTSTR_LOCK_DIR"
}

# mmake ARG...: make in it, as somebody does who has no settings in the environment.
mmake() { make --no-print-directory "$@"; }

run_plan() { make -s -f plan.mk ktstr-run-all; }

# The process of the file "pid" does not run; nobody may have waited for it yet.
gone() { ! grep -qs '^State:[[:space:]]*[^XZ[:space:]]' "/proc/$(cat pid)/status"; }

result() { # result FOLDER NAME VERDICT [CLASS]
	mkdir -p "$1/$2"
	printf '{"schema_version": 1, "name": "%s", "identity": "ab", "verdict": "%s", "class": "%s",
		"reasons": ["because <it> & that"], "rerun": "ktstr-vm run x",
		"timings": {"boot_s": 1.25, "run_s": 2}}' "$2" "$3" "${4:-}" >"$1/$2/result.json"
}
