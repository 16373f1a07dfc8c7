# The two bases of a configuration schedule alike: what differs between
# tinyconfig and defconfig is settled by our fragments.
# shellcheck disable=SC2154 # bats sets output
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	source=${KTSTR_TEST_KERNEL_SOURCE:-/usr/src/linux-source-6.12.tar.xz}
	[ -e "$source" ] || skip "needs KTSTR_TEST_KERNEL_SOURCE, a tree or tarball"
	cd "$BATS_TEST_TMPDIR" || return 1
}

# configured BASE: out-BASE/.config as our build has it, and its options sorted.
configured() {
	mkdir "out-$1"
	make -s -C "$tree" O="$PWD/out-$1" "$1config" >log 2>&1
	ktstr-kconfig merge "out-$1/.config" "$KTSTR_TOP"/kconfig/{ktstr,x86_64}.config >merged
	mv merged "out-$1/.config"
	make -s -C "$tree" O="$PWD/out-$1" olddefconfig >log 2>&1
	ktstr-kconfig check "out-$1/.config" --required "$KTSTR_TOP/kconfig/required.list" \
		--requested "$KTSTR_TOP/kconfig/ktstr.config" --requested "$KTSTR_TOP/kconfig/x86_64.config" --tree "$tree"
	grep -E "^CONFIG_($names)=" "out-$1/.config" | sort >"options-$1"
}

# What decides who runs when and where, and what a switch costs.
names='SMP|NR_CPUS|NUMA.*|CGROUP_SCHED|SCHEDSTATS|SCHED_.*'
names+='|.*_GROUP_SCHED|CFS_BANDWIDTH|UCLAMP.*|PREEMPT.*|HZ.*|NO_HZ.*|HIGH_RES_TIMERS|TICK_.*|(IRQ_TIME|VIRT_CPU|PARAVIRT_TIME)_ACCOUNTING.*'
names+='|CPU_FREQ(_DEFAULT.*|_GOV_SCHEDUTIL)?|X86_.*PSTATE|CPU_IDLE.*|ENERGY_MODEL|PSI.*|RCU_(NOCB.*|BOOST|EXPERT|LAZY)|TREE_RCU|PREEMPT_RCU'
names+='|WQ_POWER.*|MEMCG|COMPACTION|MIGRATION|TRANSPARENT_HUGEPAGE|JUMP_LABEL|SLUB.*|STACKPROTECTOR.*|CPU_MITIGATIONS'
names+='|KASAN|KCSAN|UBSAN|KFENCE|LOCKDEP|PROVE_.*|DEBUG_(PREEMPT|SPINLOCK|MUTEXES|ATOMIC_SLEEP|LOCK_ALLOC)|CGROUPS|CPUSETS.*|CPU_ISOLATION'
names+='|PARAVIRT.*|HYPERVISOR_GUEST|KVM_GUEST|SUSPEND|HIBERNATION|CC_OPTIMIZE.*|RSEQ|MEMBARRIER|FUTEX.*'

@test "kconfig: defconfig and tinyconfig end with the same scheduling" {
	if [ -d "$source" ]; then
		tree=$source
	else
		tree=$(ktstr-cache -q --kconfig-dir "$KTSTR_TOP/kconfig" fetch --to tree "$source")
	fi
	configured tiny
	configured def
	grep -qx CONFIG_SCHED_CLASS_EXT=y options-tiny
	[ "$(wc -l <options-tiny)" -gt 50 ]
	# they are two configurations, not one
	[ "$(wc -l <out-def/.config)" -gt "$(($(wc -l <out-tiny/.config) * 3 / 2))" ]
	# lists of governors are longer in one, and never the default
	diff options-tiny options-def
}
