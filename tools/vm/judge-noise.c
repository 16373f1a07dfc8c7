/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/judge-noise.h"

#include <stdio.h>
#include <string.h>

#include "tools/vm/judge-checks.h"

static double percent(uint64_t part, uint64_t all)
{
	return all ? (double)part * 100 / (double)all : 0;
}

static bool is_over(uint64_t part_ns, uint64_t wall_ns)
{
	return part_ns * 1000 > wall_ns * NOISE_PERMILLE;
}

bool judge_noise_over(const struct noise *n, char why[JUDGE_NOISE_TEXT_SIZE])
{
	struct noise_sum sum = noise_sum(n);
	uint64_t steal = n->steal_ns > 0 ? (uint64_t)n->steal_ns : 0;
	char who[64] = "the guest's CPUs, on one thread,";
	size_t len;

	if (!n->one_thread)
		snprintf(who, sizeof(who), "CPU %u of the guest",
			 sum.worst_vcpu);
	if (n->count == 0 || n->wall_ns == 0) {
		snprintf(why, JUDGE_NOISE_TEXT_SIZE,
			 "the host does not tell how long the guest's CPUs "
			 "waited");
		return true;
	}
	if (n->pause_ns > NOISE_PAUSE_NS) {
		snprintf(why, JUDGE_NOISE_TEXT_SIZE,
			 "the machine was stopped, or the host did not run for "
			 "%.1f s",
			 (double)n->pause_ns / 1e9);
		return true;
	}
	if (!is_over(sum.worst_wait_ns, n->wall_ns) &&
	    !is_over(steal, n->wall_ns))
		return false;
	snprintf(why, JUDGE_NOISE_TEXT_SIZE,
		 "the host was busy: %s waited for the host's "
		 "in %.1f %% of the time, %.1f are the limit (%.1f ms, all of "
		 "them together %.1f)",
		 who, percent(sum.worst_wait_ns, n->wall_ns),
		 NOISE_PERMILLE / 10.0, (double)sum.worst_wait_ns / 1e6,
		 (double)sum.wait_ns / 1e6);
	len = strlen(why);
	if (steal)
		snprintf(why + len, JUDGE_NOISE_TEXT_SIZE - len,
			 "; a hypervisor below took %.1f %% of a CPU",
			 percent(steal, n->wall_ns));
	len = strlen(why);
	if (n->pressure_ns >= 0)
		snprintf(why + len, JUDGE_NOISE_TEXT_SIZE - len,
			 "; pressure on CPUs %.1f %%",
			 percent((uint64_t)n->pressure_ns, n->wall_ns));
	return true;
}

/* What the host withheld at most, in the unit of the check. */
static double withheld(const struct noise *n, enum check_kind kind)
{
	struct noise_sum sum = noise_sum(n);
	uint64_t steal = n->steal_ns > 0 ? (uint64_t)n->steal_ns : 0;

	/* A worker may wait for one that is on another CPU. */
	if (check_info[kind].type == CHECK_TIME)
		return (double)(sum.wait_ns + steal);
	return percent(sum.worst_wait_ns + steal, n->wall_ns);
}

bool judge_noise_excuses(const struct noise *n, enum check_kind kind,
			 double value, double limit,
			 char why[JUDGE_NOISE_TEXT_SIZE])
{
	bool timing = check_info[kind].timing;
	double most;

	if (!timing && kind != CHECK_NOT_STARVED)
		return false;
	if (judge_noise_over(n, why))
		return true;
	most = timing ? withheld(n, kind) : 0;
	/* Rates, ratios and floors are not made of time that was withheld. */
	if (!timing || check_info[kind].type == CHECK_NUMBER ||
	    check_info[kind].least || value - limit > most)
		return false;
	if (check_info[kind].type == CHECK_TIME)
		snprintf(why, JUDGE_NOISE_TEXT_SIZE,
			 "the limit was missed by %.1f ms, and the guest's "
			 "CPUs waited %.1f ms for the host's",
			 (value - limit) / 1e6, most / 1e6);
	else
		snprintf(why, JUDGE_NOISE_TEXT_SIZE,
			 "the limit was missed by %.1f %%, and a CPU of the "
			 "guest waited for the host's in %.1f %% of the time",
			 value - limit, most);
	return true;
}

bool judge_host_was_busy(const struct evidence *e)
{
	char why[JUDGE_NOISE_TEXT_SIZE];

	return e->clock == CLOCK_REAL &&
	       judge_noise_over(&e->machine->noise, why);
}
