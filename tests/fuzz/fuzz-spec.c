/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text must be read as a declaration and as a test, or be complained of;
 * what is right must fit a machine or be complained of.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/spec/profile.h"
#include "tools/lib/spec/topology-detail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A complaint has a text, and no complaint has none. */
static void check_diag(const struct diag *d)
{
	if ((d->count == 0) != (d->out.len == 0))
		abort();
}

static void fit(const struct test *t)
{
	static const struct topology machine[] = { { 1, 1, 1, 1, NULL },
						   { 1, 2, 4, 1, NULL },
						   { 2, 4, 2, 2, NULL },
						   { 64, 64, 4, 2, NULL } };

	for (size_t i = 0; i < sizeof(machine) / sizeof(machine[0]); i++) {
		struct diag d = { 0 };

		test_check_fit(t, &machine[i], &d);
		check_diag(&d);
		diag_done(&d);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct diag d = { 0 }, of_test = { 0 };
	struct profile profile;
	struct sched s;
	struct test t;

	if (!text)
		return 0;
	if (sched_parse("a.sched", text, &d, &s) < 0 ||
	    test_parse("a.test", text, &of_test, &t) < 0)
		abort();
	check_diag(&d);
	check_diag(&of_test);
	if (of_test.count == 0) {
		fit(&t);
		if (profile_of_test(NULL, &t, &profile, NULL) == 0)
			profile_done(&profile);
	}
	sched_done(&s);
	test_done(&t);
	diag_done(&d);
	diag_done(&of_test);
	free(text);
	topology_forget();
	return 0;
}
