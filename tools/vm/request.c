/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/request.h"

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
