/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/seats.h"

#include "tools/lib/spec/topology-detail.h"
#include "vmm/argv.h"
#include "vmm/machine.h"

/* Without a remapper of interrupts, which TCG lacks. */
#define APIC_ID_MAX 254

struct seats seats_of(const struct machine_config *c)
{
	const struct topology *t = &c->topology;
	unsigned int packages = topology_packages(t);
	unsigned int each = t->llcs / packages * t->cores * t->threads;
	struct topology_map map;
	struct seats s = { 0 };

	topology_map(t, &map);
	if (c->clock != CLOCK_VIRTUAL || map.count > SEATS_CPUS_MAX)
		return s;
	s.count = map.count - 1;
	s.packages = (s.count + each - 1) / each;
	/* All packages take the same number of ids. */
	if ((argv_highest_apic_id(t) / packages + 1) * (packages + s.packages) *
		    2 >
	    APIC_ID_MAX)
		s = (struct seats){ 0 };
	return s;
}
