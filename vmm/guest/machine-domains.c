/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine-domains.c - the scheduler's domains, of /proc/schedstat.
 *
 * A line "cpuN ..." is followed by "domain0 MASK ...", from the smallest up;
 * from version 17 of the format on, the name stands before the mask. (The names
 * in debugfs are made only after a switch there was thrown.)
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/file.h"
#include "vmm/guest/json.h"
#include "vmm/guest/machine-details.h"

#define SCHEDSTAT_BYTES_MAX (16U << 20)
#define CHAINS_MAX	    CPU_SETSIZE

/* CPUs whose domains are the same. @text: JSON of them. */
struct chain {
	char *text;
	cpu_set_t cpus;
};

struct chains {
	struct chain item[CHAINS_MAX];
	unsigned int count;
};

/* "00000000,0000000f" */
static void read_mask(const char *text, size_t len, cpu_set_t *ret)
{
	int cpu = 0;

	CPU_ZERO(ret);
	while (len > 0 && cpu < CPU_SETSIZE) {
		char c = text[--len];
		int digit;

		if (c == ',')
			continue;
		digit = isdigit((unsigned char)c) ? c - '0'
						  : (c | 0x20) - 'a' + 10;
		for (int bit = 0; bit < 4; bit++, cpu++) {
			if (cpu < CPU_SETSIZE && (digit & 1 << bit))
				CPU_SET(cpu, ret);
		}
	}
}

/* Add the span of "domain0 [NAME] MASK ...". */
static void add_domain(const char *line, struct str *text)
{
	const char *word = line + strcspn(line, " \n");
	cpu_set_t set;
	size_t len;

	word += strspn(word, " ");
	len = strcspn(word, " \n");
	if (strspn(word, "0123456789abcdefABCDEF,") < len) {
		word += len;
		word += strspn(word, " ");
		len = strcspn(word, " \n");
	}
	read_mask(word, len, &set);
	str_add(text, text->len ? ",\"" : "\"");
	cpulist_format(text, &set);
	str_add(text, "\"");
}

/* @text: the domains of @cpu; taken over. */
static void add_cpu(struct chains *all, int cpu, struct str *text,
		    struct str *out)
{
	auto_free char *domains = str_take(text);

	if (cpu < 0)
		return;
	if (!domains) {
		out->failed = true;
		return;
	}
	for (unsigned int i = 0; i < all->count; i++) {
		if (strcmp(all->item[i].text, domains) == 0) {
			CPU_SET(cpu, &all->item[i].cpus);
			return;
		}
	}
	if (all->count == CHAINS_MAX)
		return;
	all->item[all->count].text = take_ptr(domains);
	CPU_ZERO(&all->item[all->count].cpus);
	CPU_SET(cpu, &all->item[all->count].cpus);
	all->count++;
}

static void read_schedstat(const char *text, struct chains *all,
			   struct str *out)
{
	struct str domains = { 0 };
	int cpu = -1, next_cpu;

	for (const char *line = text; line && *line;) {
		const char *next = strchr(line, '\n');

		if (sscanf(line, "cpu%d ", &next_cpu) == 1 && next_cpu >= 0 &&
		    next_cpu < CPU_SETSIZE) {
			str_add(&domains, "");
			add_cpu(all, cpu, &domains, out);
			cpu = next_cpu;
		} else if (strncmp(line, "domain", 6) == 0) {
			add_domain(line, &domains);
		}
		line = next ? next + 1 : NULL;
	}
	str_add(&domains, "");
	add_cpu(all, cpu, &domains, out);
}

void details_domains(int proc, struct str *out)
{
	auto_free struct chains *all = calloc(1, sizeof(*all));
	auto_free char *text = NULL;

	if (file_read_at(proc, "schedstat", SCHEDSTAT_BYTES_MAX, &text) < 0)
		return;
	if (!all) {
		out->failed = true;
		return;
	}
	read_schedstat(text, all, out);
	json_key(out, "domains");
	for (unsigned int i = 0; i < all->count; i++) {
		str_addf(out, "%s{\"cpus\":\"", i ? "," : "[");
		cpulist_format(out, &all->item[i].cpus);
		str_addf(out, "\",\"spans\":[%s]}", all->item[i].text);
		free(all->item[i].text);
	}
	str_add(out, all->count ? "]" : "[]");
}
