/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/mon/series.h"

#include <errno.h>
#include <stdlib.h>

/* Each record begins where 8 bytes do. */
_Static_assert(sizeof(struct mon_head) % 8 == 0 &&
		       sizeof(struct mon_cpu) % 8 == 0 &&
		       sizeof(struct mon_domain) % 8 == 0 &&
		       sizeof(struct mon_program) % 8 == 0,
	       "records are aligned");

static int bad(size_t number, const char *what, struct why *reterr_why)
{
	return why_set(reterr_why, -EBADMSG, "record %zu of the monitor %s",
		       number, what);
}

static int add_sample(struct mon_series *s, const struct mon_head *h)
{
	struct mon_sample *grown = s->sample;

	/* The room is doubled when it is a power of two. */
	if ((s->samples & (s->samples - 1)) == 0)
		grown = reallocarray(s->sample, s->samples ? 2 * s->samples : 1,
				     sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->sample = grown;
	grown[s->samples++] =
		(struct mon_sample){ h->at_ns, h->own,
				     (const struct mon_cpu *)(h + 1) };
	return 0;
}

static int add_counts(struct mon_series *s, const struct mon_head *h)
{
	struct mon_counts *grown = s->counts;

	if ((s->counts_count & (s->counts_count - 1)) == 0)
		grown = reallocarray(s->counts,
				     s->counts_count ? 2 * s->counts_count : 1,
				     sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->counts = grown;
	grown[s->counts_count++] =
		(struct mon_counts){ h->at_ns, (const uint64_t *)(h + 1) };
	return 0;
}

static int add_vcpus(struct mon_series *s, const struct mon_head *h)
{
	struct mon_vcpus *grown = s->vcpus;

	if ((s->vcpus_count & (s->vcpus_count - 1)) == 0)
		grown = reallocarray(s->vcpus,
				     s->vcpus_count ? 2 * s->vcpus_count : 1,
				     sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->vcpus = grown;
	grown[s->vcpus_count++] =
		(struct mon_vcpus){ h->at_ns,
				    (const struct mon_vcpu *)(h + 1) };
	return 0;
}

static void take_domains(struct mon_series *s, const struct mon_head *h)
{
	s->last_domain = (const struct mon_domain *)(h + 1);
	s->last_domains = h->len / sizeof(*s->last_domain);
	if (s->first_domain)
		return;
	s->first_domain = s->last_domain;
	s->first_domains = s->last_domains;
}

static void take_programs(struct mon_series *s, const struct mon_head *h)
{
	s->last_program = (const struct mon_program *)(h + 1);
	s->last_programs = h->len / sizeof(*s->last_program);
	if (s->first_program)
		return;
	s->first_program = s->last_program;
	s->first_programs = s->last_programs;
}

/* Has the record a length that its kind can have? */
static bool fits(const struct mon_head *h)
{
	uint64_t part = 0, least = 0, most = h->cpus;

	switch (h->kind) {
	case MON_SAMPLE:
		part = sizeof(struct mon_cpu);
		least = most;
		break;
	case MON_COUNTS_OF:
		part = MON_COUNTS * sizeof(uint64_t);
		least = most = 1;
		break;
	case MON_VCPUS:
		part = sizeof(struct mon_vcpu);
		least = most;
		break;
	case MON_DOMAINS:
		part = sizeof(struct mon_domain);
		most *= MON_DOMAINS_MAX;
		break;
	case MON_PROGRAMS:
		part = sizeof(struct mon_program);
		most = MON_PROGRAMS_MAX;
		break;
	default:
		return false;
	}
	return h->len % part == 0 && h->len >= least * part &&
	       h->len <= most * part;
}

static int take(struct mon_series *s, const struct mon_head *h)
{
	switch (h->kind) {
	case MON_SAMPLE:
		return add_sample(s, h);
	case MON_COUNTS_OF:
		return add_counts(s, h);
	case MON_VCPUS:
		return add_vcpus(s, h);
	case MON_DOMAINS:
		take_domains(s, h);
		return 0;
	default:
		take_programs(s, h);
		return 0;
	}
}

int mon_series_read(const void *data, size_t len, struct mon_series *ret,
		    struct why *reterr_why)
{
	const char *at = data, *end = at + len;
	uint64_t before_ns = 0;

	*ret = (struct mon_series){ 0 };
	for (size_t n = 0; at < end; n++) {
		const struct mon_head *h = (const struct mon_head *)at;
		size_t room = (size_t)(end - at);

		if (room < sizeof(*h) || h->len > room - sizeof(*h))
			return bad(n, "is cut", reterr_why);
		if (h->cpus == 0 || h->cpus > MON_CPUS_MAX || !fits(h) ||
		    h->own >= (int)h->cpus ||
		    (ret->cpus && ret->cpus != h->cpus))
			return bad(n, "has a wrong form", reterr_why);
		if (h->at_ns < before_ns)
			return bad(n, "is older than the one before",
				   reterr_why);
		before_ns = h->at_ns;
		ret->cpus = h->cpus;
		if (take(ret, h) < 0)
			return why_set(reterr_why, -ENOMEM, "out of memory");
		at += sizeof(*h) + h->len;
	}
	return 0;
}

void mon_series_done(struct mon_series *s)
{
	free(s->sample);
	free(s->counts);
	free(s->vcpus);
	*s = (struct mon_series){ 0 };
}
