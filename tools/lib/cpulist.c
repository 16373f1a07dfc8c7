/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/cpulist.h"

#include <errno.h>
#include <stdbool.h>

/* Read digits at *p into *ret and move *p past them. */
static int read_cpu(const char **p, unsigned int *ret)
{
	unsigned int cpu = 0;

	if (**p < '0' || **p > '9')
		return -EINVAL;
	for (; **p >= '0' && **p <= '9'; (*p)++) {
		cpu = cpu * 10 + (unsigned int)(**p - '0');
		if (cpu >= CPU_SETSIZE)
			return -ERANGE;
	}
	*ret = cpu;
	return 0;
}

/* Read one "cpu" or "cpu-cpu" at *p into @set and move *p past it. */
static int read_item(const char **p, cpu_set_t *set)
{
	const char *start = *p;
	unsigned int first, last;
	int r;

	r = read_cpu(p, &first);
	if (r < 0)
		return r;
	last = first;
	if (**p == '-') {
		(*p)++;
		r = read_cpu(p, &last);
		if (r < 0)
			return r;
	}
	if (last < first) {
		*p = start;
		return -EINVAL;
	}
	for (unsigned int cpu = first; cpu <= last; cpu++)
		CPU_SET(cpu, set);
	return 0;
}

static bool at_end(const char *p)
{
	return *p == '\0' || (*p == '\n' && p[1] == '\0');
}

int cpulist_parse(const char *s, cpu_set_t *ret, size_t *reterr_at)
{
	const char *p = s;
	cpu_set_t set;
	int r = 0;

	CPU_ZERO(&set);
	while (!at_end(p)) {
		r = read_item(&p, &set);
		if (r < 0)
			break;
		if (at_end(p))
			break;
		if (*p++ != ',' || at_end(p)) {
			p--;
			r = -EINVAL;
			break;
		}
	}
	if (r == -EINVAL)
		*reterr_at = (size_t)(p - s);
	if (r == 0)
		*ret = set;
	return r;
}

void cpulist_format(struct str *out, const cpu_set_t *set)
{
	const char *comma = "";

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		int last = cpu;

		if (!CPU_ISSET(cpu, set))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set))
			last++;
		if (last > cpu)
			str_addf(out, "%s%d-%d", comma, cpu, last);
		else
			str_addf(out, "%s%d", comma, cpu);
		comma = ",";
		cpu = last;
	}
}

int cpulist_first(const cpu_set_t *set)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, set))
			return cpu;
	}
	return -1;
}
