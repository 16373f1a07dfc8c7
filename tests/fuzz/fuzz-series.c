/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever a guest sends as samples must be a series, all of which can be
 * looked at, or a failure with one sentence; what came before it counts. The
 * first byte says how many samples in a row make a sustained value.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/mon/derive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Touch all that the series points to. */
static uint64_t sum(const struct mon_series *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->counts_count; i++) {
		for (size_t k = 0; k < MON_COUNTS; k++)
			n += s->counts[i].count[k];
	}
	for (size_t i = 0; i < s->vcpus_count; i++)
		n += s->vcpus[i].vcpu[s->cpus - 1].wait_ns;
	for (size_t i = 0; i < s->last_domains; i++)
		n += s->last_domain[i].value[MON_DOMAIN_FIELDS - 1][2];
	for (size_t i = 0; i < s->last_programs; i++)
		n += s->last_program[i].ns;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mon_series s;
	struct mon_summary all;
	struct why why = { .text = "" };
	char *copy;
	int r;

	if (size < 1)
		return 0;
	copy = malloc(size);
	if (!copy)
		return 0;
	memcpy(copy, data + 1, size - 1);
	r = mon_series_read(copy, size - 1, &s, &why);
	if (r > 0 || (r < 0 && (!*why.text || strlen(why.text) >= 200)))
		abort();
	(void)sum(&s);
	if (mon_derive(&s, data[0] % 16 + 1, &all) == 0) {
		if (all.implausible > all.samples ||
		    (all.implausible > 0 && !*all.why))
			abort();
		mon_summary_done(&all);
	}
	mon_series_done(&s);
	free(copy);
	return 0;
}
