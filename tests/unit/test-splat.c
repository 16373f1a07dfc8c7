/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages as kernels from 6.1 to 6.12 print them, level and text. */
#include "vmm/splat.h"

#include "tests/unit/t.h"

struct row {
	unsigned int level;
	const char *text;
};

static void check(const struct row *row, size_t count, enum splat want)
{
	for (size_t i = 0; i < count; i++) {
		enum splat got = splat_of(row[i].level, row[i].text);

		if (got != want)
			printf("# %u %s\n", row[i].level, row[i].text);
		CHECK_INT(got, want);
	}
}
#define CHECK_ROWS(row, want) check(row, sizeof(row) / sizeof((row)[0]), want)

TEST(each_kind_of_complaint_is_known)
{
	static const struct row row[] = {
		{ 4, "WARNING: CPU: 0 PID: 1 at kernel/sched/ext.c:1 x+0x1" },
		{ 4, "WARNING: possible circular locking dependency detected" },
		{ 4, "WARNING: possible recursive locking detected" },
		{ 4, "WARNING: inconsistent lock state" },
		{ 4, "WARNING: suspicious RCU usage" },
		{ 4, "WARNING: bad unlock balance detected!" },
		{ 4, "[ BUG: Invalid wait context ]" },
		{ 3, "BUG kmalloc-64 (Tainted: G        W         ): Redzone "
		     "overwritten" },
		{ 3, "BUG task_struct (Not tainted): Poison overwritten" },
		{ 3, "BUG: scheduling while atomic: swapper/0/0/0x00000002" },
		{ 3, "BUG: sleeping function called from invalid context at "
		     "mm/slab.h:1" },
		{ 3, "BUG: KASAN: slab-out-of-bounds in x+0x1/0x2" },
		{ 3, "BUG: KCSAN: data-race in a / b" },
		{ 3, "BUG: KMSAN: uninit-value in x+0x1/0x2" },
		{ 3, "BUG: KFENCE: use-after-free read in x+0x1/0x2" },
		{ 1, "BUG: kernel NULL pointer dereference, address: 0" },
		{ 1, "BUG: unable to handle page fault for address: ff" },
		{ 1, "BUG: Bad page state in process x pfn:00001" },
		{ 1, "KASAN: null-ptr-deref in range [0x0-0x7]" },
		{ 0, "BUG: spinlock bad magic on CPU#0, x/1" },
		{ 0, "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0" },
		{ 0,
		  "watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [a:1]" },
		{ 0, "watchdog: Watchdog detected hard LOCKUP on cpu 1" },
		{ 0, "NMI watchdog: Watchdog detected hard LOCKUP on cpu 1" },
		{ 0, "watchdog: CPU1: Watchdog detected hard LOCKUP on cpu 1" },
		{ 0,
		  "BUG: TASK stack guard page was hit at 1 (stack is 2..3)" },
		{ 2, "kernel BUG at kernel/sched/core.c:1!" },
		{ 0, "Oops: general protection fault, maybe for address 0x1: "
		     "0000 [#1] PREEMPT SMP" },
		{ 4, "general protection fault: 0000 [#1] PREEMPT SMP PTI" },
		{ 4, "general protection fault, probably for non-canonical "
		     "address 0xdead: 0000 [#1] SMP" },
		{ 4, "stack segment: 0000 [#1] SMP" },
		{ 4, "divide error: 0000 [#2] SMP" },
		{ 4, "invalid opcode: 0000 [#1] SMP" },
		{ 4, "int3: 0000 [#1] SMP" },
		{ 0, "traps: PANIC: double fault, error_code: 0x0" },
		{ 0, "PANIC: double fault, error_code: 0x0" },
		{ 2, "kernel tried to execute NX-protected page - exploit "
		     "attempt? (uid: 0)" },
		{ 1, "Unable to handle kernel NULL pointer dereference at "
		     "virtual address 0000000000000000" },
		{ 0, "Internal error: Oops: 0000000096000004 [#1] SMP" },
		{ 3, "rcu: INFO: rcu_sched self-detected stall on CPU" },
		{ 3, "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:" },
		{ 3, "rcu: INFO: rcu_preempt detected expedited stalls on "
		     "CPUs/tasks: {" },
		{ 3, "INFO: rcu_tasks detected stalls on tasks:" },
		{ 3, "INFO: task kworker/0:1:7 blocked for more than 122 s." },
		{ 3, "INFO: trying to register non-static key." },
		{ 3, "UBSAN: array-index-out-of-bounds in a.c:1:2" },
		{ 1, "smp: csd: Detected non-responsive CSD lock (#1) on "
		     "CPU#0" },
		{ 3, "huh, entered softirq 3 NET_RX x with preempt_count 1" },
		{ 0, "Kernel panic - not syncing: Fatal exception" },
	};

	CHECK_ROWS(row, SPLAT_TELLS);
	CHECK_INT(splat_of(4, "------------[ cut here ]------------"),
		  SPLAT_OPENS);
}

TEST(what_quotes_a_complaint_is_none)
{
	static const struct row row[] = {
		{ 3, "sched_ext: qmap: BUG: my own words, WARNING: Oops" },
		{ 3, "sched_ext: BPF scheduler \"x\" disabled (WARNING: x)" },
		{ 4, "systemd[1]: WARNING: not the kernel's" },
		{ 5, "Kernel command line: quiet BUG: WARNING: panic=-1" },
		/* The names of programs come first in these. */
		{ 6, "BUG: x[123]: segfault at 0 ip 1 sp 2 error 4" },
		{ 6, "traps: PANIC: double[7] trap divide error ip:1 sp:2" },
		{ 6, "WARNING: y[12]: unhandled" },
	};

	CHECK_ROWS(row, SPLAT_NONE);
}

TEST(advice_and_ordinary_messages_are_none)
{
	static const struct row row[] = {
		{ 4, "WARNING: polling idle and HT enabled, performance may "
		     "degrade" },
		{ 3, "Speculative Return Stack Overflow: WARNING: kernel not "
		     "compiled with MITIGATION_SRSO." },
		{ 4, "workqueue: round-robin CPU selection forced" },
		{ 4, "clocksource: timekeeping watchdog on CPU1: x" },
		{ 6, "INFO: NMI handler (x) took too long to run: 1.000 ms" },
		{ 6, "Run /init as init process" },
		{ 4, "MDS: Vulnerable: Clear CPU buffers attempted [#]" },
		{ 4, "" },
	};

	CHECK_ROWS(row, SPLAT_NONE);
}
