/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/splat.h"

#include <stddef.h>
#include <string.h>

/* KERN_WARNING, of include/linux/kern_levels.h. */
#define LEVEL_WARNING 4

/* What pr_fmt() of kernel/rcu/tree.c, kernel/watchdog.c (and before 6.5 as
 * "NMI "), arch/x86/kernel/traps.c and kernel/smp.c put before a message. */
static const char *const prefixes[] = { "rcu: ", "NMI ",
					"watchdog: ", "traps: ", "smp: " };

/*
 * From the sources of Linux 6.1 to 6.12. refcount_t, corrupted lists and the
 * debugging of objects come as a WARNING, or as a "kernel BUG".
 */
static const char *const begins[] = {
	/* kernel/panic.c, kernel/locking/lockdep.c, kernel/rcu */
	"WARNING: ",
	/* sched, workqueue, watchdog, KASAN, KCSAN, KMSAN, KFENCE, pages, x86's
	 * faults */
	"BUG: ",
	/* mm/slub.c: "BUG kmalloc-64 (Tainted: G): ..." */
	"BUG ",
	/* kernel/locking: "[ BUG: Invalid wait context ]" */
	"[ BUG: ",
	/* lib/bug.c */
	"kernel BUG at ", "Kernel BUG at ",
	/* kernel/rcu, which also knows tasks */
	"INFO: rcu",
	/* kernel/hung_task.c */
	"INFO: task ",
	/* kernel/locking/lockdep.c */
	"INFO: trying to register non-static key",
	/* lib/ubsan.c, mm/kasan/report.c */
	"UBSAN: ", "KASAN: ",
	/* arch: x86, arm64 */
	"Oops", "Internal error: ", "Unable to handle kernel ",
	"kernel tried to execute ", "PANIC: double fault",
	/* kernel/panic.c */
	"Kernel panic - not syncing",
	/* kernel/watchdog.c */
	"Watchdog detected hard LOCKUP",
	/* kernel/smp.c */
	"csd: Detected non-responsive CSD lock",
	/* kernel/softirq.c: a handler left the preemption count changed */
	"huh, entered softirq "
};

/* Advice about settings, firmware and old interfaces. */
static const char *const advice[] = {
	"WARNING: polling idle and HT", "WARNING: BIOS bug",
	"WARNING: Flushing system-wide workqueues",
	"WARNING: bogus zero IO-APIC", "WARNING: mapping "
};

static bool is_one_of(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strncmp(text, list[i], strlen(list[i])) == 0)
			return true;
	}
	return false;
}
#define IS_ONE_OF(text, list)                                                  \
	is_one_of(text, list, sizeof(list) / sizeof((list)[0]))

static const char *skip_prefixes(const char *text)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i]);

		if (strncmp(text, prefixes[i], len) == 0)
			text += len;
	}
	return text;
}

/* x86 before 6.10 begins with the name of the fault: "divide error: 0000 [#1]".
 */
static bool is_fault(const char *text)
{
	const char *number = strstr(text, " [#");

	return number && number - text > 6 && number[-5] == ' ' &&
	       number[-6] == ':' && strspn(number - 4, "0123456789abcdef") >= 4;
}

enum splat splat_of(unsigned int level, const char *text)
{
	if (level > LEVEL_WARNING)
		return SPLAT_NONE;
	if (strcmp(text, "------------[ cut here ]------------") == 0)
		return SPLAT_OPENS;
	text = skip_prefixes(text);
	if (IS_ONE_OF(text, advice))
		return SPLAT_NONE;
	if (IS_ONE_OF(text, begins) || is_fault(text))
		return SPLAT_TELLS;
	/* "watchdog: CPU3: Watchdog detected hard LOCKUP on cpu 3" */
	if (strncmp(text, "CPU", 3) == 0 &&
	    strstr(text, ": Watchdog detected hard LOCKUP"))
		return SPLAT_TELLS;
	return SPLAT_NONE;
}
