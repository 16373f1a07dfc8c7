/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/monitor.h"

#include <errno.h>
#include <stdlib.h>

#include "tools/lib/cleanup.h"
#include "vmm/mon/resolve.h"

static bool asks(const struct variant *v, enum check_kind kind)
{
	const struct check_value *c = &v->check.value[kind];

	return c->set && !c->off && c->layer == LAYER_TEST;
}

/* What a test asks itself is never left out without a word. */
static void check_events(const struct variant *v, const struct mon_layout *l)
{
	static const enum check_kind kinds[] = { CHECK_MAX_FALLBACK_RATE,
						 CHECK_MAX_KEEP_LAST_RATE };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (asks(v, kinds[i]) && !mon_has_events(l))
			die(EX_SKIP,
			    "test '%s' checks '%s', and this kernel does not "
			    "count events of schedulers; Linux does from 6.14 "
			    "on",
			    v->test.name, check_info[kinds[i]].key);
	}
}

void monitor_plan(const struct variant *v, const char *image,
		  struct monitor_plan *ret)
{
	struct monitor_plan p = { .wanted = v->test.monitor ||
					    checks_want_monitor(&v->check) };
	struct str text = { 0 };
	struct why why;

	*ret = p;
	if (!p.wanted)
		return;
	auto_free char *vmlinux = mon_find_vmlinux(image);
	if (!vmlinux)
		die(EX_SKIP,
		    "test '%s' needs the monitor, which needs the kernel's "
		    "vmlinux: there is none that belongs to '%s'",
		    v->test.name, image);
	if (mon_resolve(vmlinux, &p.layout, &why) < 0)
		die(EX_SKIP, "test '%s' needs the monitor: %s", v->test.name,
		    why.text);
	check_events(v, &p.layout);
	mon_layout_write(&p.layout, &text);
	p.text = str_take(&text);
	if (!p.text)
		die(EX_BROKEN, "out of memory");
	*ret = p;
}

void monitor_plan_done(struct monitor_plan *p)
{
	free(p->text);
	*p = (struct monitor_plan){ 0 };
}
