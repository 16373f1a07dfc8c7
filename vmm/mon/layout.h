/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h - what the monitor reads of a kernel, and where that is.
 *
 * The one definition of its fields. The host finds the places in the kernel's
 * vmlinux (resolve.h); the guest gets them as text, so that both readers read
 * the same.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/* Symbols of the kernel's image. */
enum mon_symbol {
	MON_RUNQUEUES,	      /* per CPU: struct rq */
	MON_PER_CPU_OFFSET,   /* one for each CPU */
	MON_BANNER,	      /* text by which the kernel is known */
	MON_PHYS_BASE,	      /* the image is so much higher in memory */
	MON_PAGE_OFFSET_BASE, /* where the direct map begins */
	MON_TOP_PGT,	      /* the kernel's page table */
	MON_L5_ENABLED,	      /* it has five levels */
	MON_SCX_ROOT,	      /* the scheduler in charge, from 6.16 on */
	MON_SCX_ENABLE_SEQ,   /* how many schedulers there were */
	MON_EVENT_STATS,      /* per CPU: its events, 6.14 and 6.15 */
	MON_PROG_IDR,	      /* BPF programs by number */
	MON_SYMBOLS,
};

/**
 * enum mon_field - members of structures
 *
 * Up to MON_CPU_FIELDS they are read for each CPU at each sample. From there to
 * MON_EVENTS they are counters of a run queue, then counters of the scheduler's
 * events, up to MON_COUNTERS. The others are ways to something.
 */
enum mon_field {
	MON_RQ_NR_RUNNING,
	MON_RQ_CLOCK,
	MON_RQ_CPU,
	MON_RQ_ONLINE,
	MON_SCX_NR_RUNNING,
	MON_SCX_FLAGS,
	MON_SCX_DSQ_NR,
	MON_CPU_FIELDS,
	MON_RUN_DELAY = MON_CPU_FIELDS,
	MON_PCOUNT,
	MON_YLD_COUNT,
	MON_SCHED_COUNT,
	MON_SCHED_GOIDLE,
	MON_TTWU_COUNT,
	MON_TTWU_LOCAL,
	MON_NR_SWITCHES,
	MON_EVENTS,
	MON_SELECT_CPU_FALLBACK = MON_EVENTS,
	MON_DISPATCH_LOCAL_DSQ_OFFLINE,
	MON_DISPATCH_KEEP_LAST,
	MON_ENQ_SKIP_EXITING,
	MON_ENQ_SKIP_MIGRATION_DISABLED,
	MON_REFILL_SLICE_DFL,
	MON_ENQ_SLICE_DFL,
	MON_BYPASS_DURATION,
	MON_BYPASS_DISPATCH,
	MON_BYPASS_ACTIVATE,
	MON_INSERT_NOT_OWNED,
	MON_SUB_BYPASS_DISPATCH,
	MON_REENQ_IMMED,
	MON_REENQ_LOCAL_REPEAT,
	MON_COUNTERS,
	MON_SCHED_PCPU = MON_COUNTERS,
	MON_SCHED_EVENTS_CPU,
	MON_PCPU_EVENTS,
	MON_IDR_HEAD,
	MON_IDR_NEXT,
	MON_NODE_SHIFT,
	MON_NODE_SLOTS,
	MON_PROG_TYPE,
	MON_PROG_AUX,
	MON_PROG_STATS,
	MON_AUX_NAME,
	MON_AUX_INSNS,
	MON_STATS_CNT,
	MON_STATS_NSECS,
	MON_RQ_SD,
	MON_SD_PARENT,
	MON_SD_LEVEL,
	MON_SD_FLAGS,
	MON_SD_NAME,
	MON_SD_SPAN_WEIGHT,
	MON_SD_INTERVAL,
	MON_SD_FAILED,
	MON_SD_NEWIDLE_COST,
	MON_SD_NEWIDLE_CALL,
	MON_SD_NEWIDLE_SUCCESS,
	MON_SD_NEWIDLE_RATIO,
	MON_SD_LB_COUNT,
	MON_SD_LB_FAILED,
	MON_SD_LB_BALANCED,
	MON_SD_LB_IMBALANCE,
	MON_SD_LB_IMBALANCE_LOAD,
	MON_SD_LB_IMBALANCE_UTIL,
	MON_SD_LB_IMBALANCE_TASK,
	MON_SD_LB_IMBALANCE_MISFIT,
	MON_SD_LB_GAINED,
	MON_SD_LB_HOT_GAINED,
	MON_SD_LB_NOBUSYG,
	MON_SD_LB_NOBUSYQ,
	MON_SD_ALB_COUNT,
	MON_SD_ALB_FAILED,
	MON_SD_ALB_PUSHED,
	MON_SD_SBE_COUNT,
	MON_SD_SBE_BALANCED,
	MON_SD_SBE_PUSHED,
	MON_SD_SBF_COUNT,
	MON_SD_SBF_BALANCED,
	MON_SD_SBF_PUSHED,
	MON_SD_WAKE_REMOTE,
	MON_SD_MOVE_AFFINE,
	MON_SD_MOVE_BALANCE,
	MON_FIELDS,
};

/* Counters of one CPU. */
#define MON_COUNTS (MON_COUNTERS - MON_CPU_FIELDS)
/* Of which those of events, and those of domains. */
#define MON_EVENT_COUNTS  (MON_COUNTERS - MON_EVENTS)
#define MON_DOMAIN_FIRST  MON_SD_INTERVAL
#define MON_DOMAIN_FIELDS (MON_FIELDS - MON_DOMAIN_FIRST)
/* The longest field: an array of three counters, a name. */
#define MON_FIELD_MAX 16

/**
 * struct mon_field_info - a field's name
 * @name: in results and messages
 * @type, @path: the structure, and the way through it, as "scx.local_dsq.nr"
 * @needed: without it there is no monitor
 */
struct mon_field_info {
	const char *name, *type, *path;
	bool needed;
};
extern const struct mon_field_info mon_field_info[MON_FIELDS];

struct mon_symbol_info {
	const char *name;
	bool needed;
};
extern const struct mon_symbol_info mon_symbol_info[MON_SYMBOLS];

/* Where a field is in its structure; @len 0: this kernel has none. */
struct mon_place {
	uint32_t at, len;
};

/**
 * struct mon_layout - of one kernel
 * @symbol: addresses, of per-CPU ones their offset; see @has
 * @has:    there is such a symbol
 */
struct mon_layout {
	uint64_t symbol[MON_SYMBOLS];
	bool has[MON_SYMBOLS];
	struct mon_place field[MON_FIELDS];
};

static inline bool mon_has(const struct mon_layout *l, enum mon_field f)
{
	return l->field[f].len > 0;
}

/* Does this kernel count the scheduler's events, wherever they are? */
bool mon_has_events(const struct mon_layout *l);

/* Append it to @out, a line for each symbol and field that there is. */
void mon_layout_write(const struct mon_layout *l, struct str *out);

/**
 * mon_layout_read() - the same, read
 *
 * Return: 0, or -EINVAL with the line that is wrong, or with the needed field
 * or symbol that is missing.
 */
int mon_layout_read(const char *text, struct mon_layout *ret,
		    struct why *reterr_why);

/* Is all there that is needed? Return: 0, or -ENOTSUP naming the first. */
int mon_layout_check(const struct mon_layout *l, struct why *reterr_why);
