/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/attest.h"

#include <errno.h>

#include "tests/unit/t.h"

/* What a guest of 2n2l2c2t says when it is one. */
static const char good[] =
	"{\"cpus\":\"0-7\",\"nodes\":["
	"{\"id\":0,\"cpus\":\"0-3\",\"distances\":[10,20]},"
	"{\"id\":1,\"cpus\":\"4-7\",\"distances\":[20,10]}],"
	"\"llcs\":[\"0-3\",\"4-7\"],\"cores\":[\"0-1\",\"2-3\",\"4-5\",\"6-7\"]}";
static const struct topology declared = { 2, 2, 2, 2, NULL };

/* Attest @good with the first @from in it replaced by @to. */
static int attest_changed(const char *from, const char *to, struct why *why)
{
	char text[512];
	const char *at = strstr(good, from);

	CHECK(at != NULL);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, to,
		 at + strlen(from));
	json_t *frame = json_loads(text, 0, NULL);
	CHECK(frame != NULL);
	int r = attest_topology(frame, &declared, 0, why);
	json_decref(frame);
	return r;
}

TEST(the_declared_machine_is_accepted)
{
	struct why why;

	CHECK_INT(attest_changed("0-7", "0-7", &why), 0);
}

TEST(every_difference_is_named)
{
	static const struct {
		const char *from, *to, *word;
	} bad[] = {
		{ "\"0-7\"", "\"0-6\"", "online" },
		{ "\"0-3\",\"distances", "\"0-4\",\"distances", "node 0" },
		{ "[10,20]", "[10,21]", "distance" },
		{ "[20,10]", "[20]", "distances" },
		{ "\"id\":1", "\"id\":2", "node 1" },
		{ "[\"0-3\",\"4-7\"]", "[\"0-7\"]", "caches" },
		{ "\"llcs\":[\"0-3\"", "\"llcs\":[\"0-2\"", "caches" },
		{ "\"2-3\",\"4-5\"", "\"2\",\"3-5\"", "cores" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct why why = { "" };

		CHECK_INT(attest_changed(bad[i].from, bad[i].to, &why),
			  -EINVAL);
		CHECK(strstr(why.text, bad[i].word) != NULL);
	}
}

TEST(no_frame_is_no_attestation)
{
	struct why why;

	CHECK_INT(attest_topology(NULL, &declared, 0, &why), -EINVAL);
}
