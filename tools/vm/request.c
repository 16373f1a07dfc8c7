/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/request.h"

#include "tools/lib/msg.h"

const char *const accel_names[] = {
	"auto", "tcg", "kvm", "tcg,thread=single", "tcg,thread=multi", NULL
};

struct limits request_limits(const struct request *req, struct limits_for f)
{
	struct limits l = limits_derive(&f);

	for (unsigned int i = 0; i < PHASES; i++) {
		if (req->limits.ns[i])
			l.ns[i] = req->limits.ns[i];
	}
	if (req->timeout_s)
		l.host_s = req->timeout_s;
	return l;
}

void request_without_scheduler(const struct request *req, const char *command)
{
	static const enum phase none[] = { PHASE_ATTACH, PHASE_SHUTDOWN };

	for (unsigned int i = 0; i < 2; i++) {
		if (req->limits.ns[none[i]])
			die(EX_USAGE,
			    "--limit: %s has no phase '%s', in which a "
			    "scheduler comes or goes",
			    command, phase_name(none[i]));
	}
}
