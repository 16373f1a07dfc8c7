/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/mon/layout.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Longest line that is read. */
#define LINE_MAX_BYTES 128

const struct mon_symbol_info mon_symbol_info[MON_SYMBOLS] = {
	[MON_RUNQUEUES] = { "runqueues", true },
	[MON_PER_CPU_OFFSET] = { "__per_cpu_offset", true },
	[MON_BANNER] = { "linux_banner", true },
	[MON_PHYS_BASE] = { "phys_base", false },
	[MON_PAGE_OFFSET_BASE] = { "page_offset_base", false },
	[MON_TOP_PGT] = { "init_top_pgt", true },
	[MON_L5_ENABLED] = { "__pgtable_l5_enabled", false },
	[MON_SCX_ROOT] = { "scx_root", false },
	[MON_SCX_ENABLE_SEQ] = { "scx_enable_seq", false },
	[MON_EVENT_STATS] = { "event_stats_cpu", false },
	[MON_PROG_IDR] = { "prog_idr", false },
};

#define RQ(name, needed)                                                       \
	{                                                                      \
		name, "rq", name, needed                                       \
	}
#define EVENT(name)                                                            \
	{                                                                      \
		name, "scx_event_stats", "SCX_EV_" name, false                 \
	}
#define DOMAIN(name)                                                           \
	{                                                                      \
		name, "sched_domain", name, false                              \
	}
#define WAY(type, path)                                                        \
	{                                                                      \
		type "." path, type, path, false                               \
	}

const struct mon_field_info mon_field_info[MON_FIELDS] = {
	[MON_RQ_NR_RUNNING] = RQ("nr_running", true),
	[MON_RQ_CLOCK] = RQ("clock", true),
	[MON_RQ_CPU] = RQ("cpu", true),
	[MON_RQ_ONLINE] = RQ("online", false),
	[MON_SCX_NR_RUNNING] = { "scx_nr_running", "rq", "scx.nr_running",
				 false },
	[MON_SCX_FLAGS] = { "scx_flags", "rq", "scx.flags", false },
	[MON_SCX_DSQ_NR] = { "local_dsq_nr", "rq", "scx.local_dsq.nr", false },
	[MON_RUN_DELAY] = { "run_delay_ns", "rq", "rq_sched_info.run_delay",
			    false },
	[MON_PCOUNT] = { "pcount", "rq", "rq_sched_info.pcount", false },
	[MON_YLD_COUNT] = RQ("yld_count", false),
	[MON_SCHED_COUNT] = RQ("sched_count", false),
	[MON_SCHED_GOIDLE] = RQ("sched_goidle", false),
	[MON_TTWU_COUNT] = RQ("ttwu_count", false),
	[MON_TTWU_LOCAL] = RQ("ttwu_local", false),
	[MON_NR_SWITCHES] = RQ("nr_switches", false),
	[MON_SELECT_CPU_FALLBACK] = EVENT("SELECT_CPU_FALLBACK"),
	[MON_DISPATCH_LOCAL_DSQ_OFFLINE] = EVENT("DISPATCH_LOCAL_DSQ_OFFLINE"),
	[MON_DISPATCH_KEEP_LAST] = EVENT("DISPATCH_KEEP_LAST"),
	[MON_ENQ_SKIP_EXITING] = EVENT("ENQ_SKIP_EXITING"),
	[MON_ENQ_SKIP_MIGRATION_DISABLED] =
		EVENT("ENQ_SKIP_MIGRATION_DISABLED"),
	[MON_REFILL_SLICE_DFL] = EVENT("REFILL_SLICE_DFL"),
	[MON_ENQ_SLICE_DFL] = EVENT("ENQ_SLICE_DFL"), /* its older name */
	[MON_BYPASS_DURATION] = EVENT("BYPASS_DURATION"),
	[MON_BYPASS_DISPATCH] = EVENT("BYPASS_DISPATCH"),
	[MON_BYPASS_ACTIVATE] = EVENT("BYPASS_ACTIVATE"),
	[MON_INSERT_NOT_OWNED] = EVENT("INSERT_NOT_OWNED"),
	[MON_SUB_BYPASS_DISPATCH] = EVENT("SUB_BYPASS_DISPATCH"),
	[MON_REENQ_IMMED] = EVENT("REENQ_IMMED"),
	[MON_REENQ_LOCAL_REPEAT] = EVENT("REENQ_LOCAL_REPEAT"),
	[MON_SCHED_PCPU] = WAY("scx_sched", "pcpu"),
	[MON_SCHED_EVENTS_CPU] = WAY("scx_sched", "event_stats_cpu"),
	[MON_PCPU_EVENTS] = WAY("scx_sched_pcpu", "event_stats"),
	[MON_IDR_HEAD] = WAY("idr", "idr_rt.xa_head"),
	[MON_IDR_NEXT] = WAY("idr", "idr_next"),
	[MON_NODE_SHIFT] = WAY("xa_node", "shift"),
	[MON_NODE_SLOTS] = WAY("xa_node", "slots"),
	[MON_PROG_TYPE] = WAY("bpf_prog", "type"),
	[MON_PROG_AUX] = WAY("bpf_prog", "aux"),
	[MON_PROG_STATS] = WAY("bpf_prog", "stats"),
	[MON_AUX_NAME] = WAY("bpf_prog_aux", "name"),
	[MON_AUX_INSNS] = WAY("bpf_prog_aux", "verified_insns"),
	[MON_STATS_CNT] = WAY("bpf_prog_stats", "cnt"),
	[MON_STATS_NSECS] = WAY("bpf_prog_stats", "nsecs"),
	[MON_RQ_SD] = WAY("rq", "sd"),
	[MON_SD_PARENT] = DOMAIN("parent"),
	[MON_SD_LEVEL] = DOMAIN("level"),
	[MON_SD_FLAGS] = DOMAIN("flags"),
	[MON_SD_NAME] = DOMAIN("name"),
	[MON_SD_SPAN_WEIGHT] = DOMAIN("span_weight"),
	[MON_SD_INTERVAL] = DOMAIN("balance_interval"),
	[MON_SD_FAILED] = DOMAIN("nr_balance_failed"),
	[MON_SD_NEWIDLE_COST] = DOMAIN("max_newidle_lb_cost"),
	[MON_SD_NEWIDLE_CALL] = DOMAIN("newidle_call"),
	[MON_SD_NEWIDLE_SUCCESS] = DOMAIN("newidle_success"),
	[MON_SD_NEWIDLE_RATIO] = DOMAIN("newidle_ratio"),
	[MON_SD_LB_COUNT] = DOMAIN("lb_count"),
	[MON_SD_LB_FAILED] = DOMAIN("lb_failed"),
	[MON_SD_LB_BALANCED] = DOMAIN("lb_balanced"),
	[MON_SD_LB_IMBALANCE] = DOMAIN("lb_imbalance"), /* one, before 6.15 */
	[MON_SD_LB_IMBALANCE_LOAD] = DOMAIN("lb_imbalance_load"),
	[MON_SD_LB_IMBALANCE_UTIL] = DOMAIN("lb_imbalance_util"),
	[MON_SD_LB_IMBALANCE_TASK] = DOMAIN("lb_imbalance_task"),
	[MON_SD_LB_IMBALANCE_MISFIT] = DOMAIN("lb_imbalance_misfit"),
	[MON_SD_LB_GAINED] = DOMAIN("lb_gained"),
	[MON_SD_LB_HOT_GAINED] = DOMAIN("lb_hot_gained"),
	[MON_SD_LB_NOBUSYG] = DOMAIN("lb_nobusyg"),
	[MON_SD_LB_NOBUSYQ] = DOMAIN("lb_nobusyq"),
	[MON_SD_ALB_COUNT] = DOMAIN("alb_count"),
	[MON_SD_ALB_FAILED] = DOMAIN("alb_failed"),
	[MON_SD_ALB_PUSHED] = DOMAIN("alb_pushed"),
	[MON_SD_SBE_COUNT] = DOMAIN("sbe_count"),
	[MON_SD_SBE_BALANCED] = DOMAIN("sbe_balanced"),
	[MON_SD_SBE_PUSHED] = DOMAIN("sbe_pushed"),
	[MON_SD_SBF_COUNT] = DOMAIN("sbf_count"),
	[MON_SD_SBF_BALANCED] = DOMAIN("sbf_balanced"),
	[MON_SD_SBF_PUSHED] = DOMAIN("sbf_pushed"),
	[MON_SD_WAKE_REMOTE] = DOMAIN("ttwu_wake_remote"),
	[MON_SD_MOVE_AFFINE] = DOMAIN("ttwu_move_affine"),
	[MON_SD_MOVE_BALANCE] = DOMAIN("ttwu_move_balance"),
};

bool mon_has_events(const struct mon_layout *l)
{
	bool by_sched =
		l->has[MON_SCX_ROOT] &&
		(mon_has(l, MON_SCHED_EVENTS_CPU) ||
		 (mon_has(l, MON_SCHED_PCPU) && mon_has(l, MON_PCPU_EVENTS)));

	return (by_sched || l->has[MON_EVENT_STATS]) &&
	       mon_has(l, MON_SELECT_CPU_FALLBACK);
}

void mon_layout_write(const struct mon_layout *l, struct str *out)
{
	for (unsigned int i = 0; i < MON_SYMBOLS; i++) {
		if (l->has[i])
			str_addf(out, "symbol %s %" PRIx64 "\n",
				 mon_symbol_info[i].name, l->symbol[i]);
	}
	for (unsigned int i = 0; i < MON_FIELDS; i++) {
		const struct mon_field_info *f = &mon_field_info[i];

		if (l->field[i].len)
			str_addf(out, "field %s %s %" PRIu32 " %" PRIu32 "\n",
				 f->type, f->path, l->field[i].at,
				 l->field[i].len);
	}
}

static bool take_symbol(const char *name, uint64_t at, struct mon_layout *l)
{
	for (unsigned int i = 0; i < MON_SYMBOLS; i++) {
		if (strcmp(mon_symbol_info[i].name, name) != 0)
			continue;
		l->symbol[i] = at;
		l->has[i] = true;
		return true;
	}
	return false;
}

static bool take_field(const char *type, const char *path,
		       struct mon_place place, struct mon_layout *l)
{
	for (unsigned int i = 0; i < MON_FIELDS; i++) {
		if (strcmp(mon_field_info[i].type, type) != 0 ||
		    strcmp(mon_field_info[i].path, path) != 0)
			continue;
		l->field[i] = place;
		return true;
	}
	return false;
}

static bool read_line(const char *line, struct mon_layout *l)
{
	char a[48], b[48];
	struct mon_place place = { 0 };
	uint64_t at;
	int end = 0;

	if (sscanf(line, "symbol %47s %" SCNx64 "%n", a, &at, &end) == 2 &&
	    end && !line[end])
		return take_symbol(a, at, l);
	end = 0;
	return sscanf(line, "field %47s %47s %" SCNu32 " %" SCNu32 "%n", a, b,
		      &place.at, &place.len, &end) == 4 &&
	       end && !line[end] && place.len > 0 &&
	       place.len <= MON_FIELD_MAX && place.at < UINT32_MAX / 2 &&
	       take_field(a, b, place, l);
}

int mon_layout_check(const struct mon_layout *l, struct why *reterr_why)
{
	for (unsigned int i = 0; i < MON_SYMBOLS; i++) {
		if (mon_symbol_info[i].needed && !l->has[i])
			return why_set(reterr_why, -ENOTSUP,
				       "this kernel has no symbol '%s'",
				       mon_symbol_info[i].name);
	}
	for (unsigned int i = 0; i < MON_FIELDS; i++) {
		if (mon_field_info[i].needed && !l->field[i].len)
			return why_set(reterr_why, -ENOTSUP,
				       "this kernel's struct %s has no '%s'",
				       mon_field_info[i].type,
				       mon_field_info[i].path);
	}
	return 0;
}

int mon_layout_read(const char *text, struct mon_layout *ret,
		    struct why *reterr_why)
{
	struct mon_layout l = { 0 };
	char line[LINE_MAX_BYTES];
	unsigned int number = 1;

	for (; *text; number++) {
		size_t len = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (len >= sizeof(line) || !read_line(line, &l))
			return why_set(reterr_why, -EINVAL,
				       "line %u of the kernel's layout is "
				       "wrong: '%.40s'",
				       number, line);
		text += len + (text[len] == '\n');
	}
	*ret = l;
	return mon_layout_check(&l, reterr_why) < 0 ? -EINVAL : 0;
}
