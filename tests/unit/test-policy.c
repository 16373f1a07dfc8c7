/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/policy.h"

#include <errno.h>

#include "tests/unit/t.h"

static int parse(const char *text, struct policy *p, struct why *why)
{
	struct metrics m;
	int r;

	metrics_init(&m);
	r = policy_parse(text, strlen(text), "p.json", &m, p, why);
	metrics_done(&m);
	return r;
}

TEST(a_policy_sets_parts)
{
	char name[] = "payload/p/iops";
	const struct metric iops = { .name = name, .gate_part = 1 };
	struct metrics m;
	struct policy p;
	struct why why;

	metrics_init(&m);
	CHECK_INT(parse("{\"default_percent\": 10, \"per_metric_percent\": "
			"{\"worst_gap_ms\": 0, \"payload/p/iops\": 2.5}}",
			&p, &why),
		  0);
	CHECK(policy_part(&p, &m.item[metrics_find(&m, "worst_spread")]) ==
	      0.10);
	CHECK(policy_part(&p, &m.item[metrics_find(&m, "worst_gap_ms")]) == 0);
	CHECK(policy_part(&p, &iops) == 0.025);
	policy_done(&p);
	CHECK_INT(parse("{}", &p, &why), 0);
	CHECK(policy_part(&p, &m.item[metrics_find(&m, "worst_gap_ms")]) ==
	      0.50);
	policy_done(&p);
	metrics_done(&m);
}

TEST(what_is_no_policy_is_refused_with_a_sentence)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "p.json:1:0: '[' or '{' expected near end of file" },
		{ "{\n3}", "p.json:2:1: string or '}' expected near '3'" },
		{ "[]", "p.json: a policy is one object" },
		{ "{\"x\": 3}", "p.json: unknown key 'x', a policy has "
				"default_percent and per_metric_percent" },
		{ "{\"default_percent\": -1}",
		  "p.json: default_percent is no number of percent from 0 on" },
		{ "{\"default_percent\": \"1\"}",
		  "p.json: default_percent is no number of percent from 0 on" },
		{ "{\"per_metric_percent\": 3}",
		  "p.json: per_metric_percent is no object" },
		{ "{\"per_metric_percent\": {\"worst_gap_mz\": 3}}",
		  "p.json: per_metric_percent: no metric is named "
		  "'worst_gap_mz', did you mean 'worst_gap_ms'?" },
		{ "{\"per_metric_percent\": {\"payload/p\": 3}}",
		  "p.json: per_metric_percent: no metric is named "
		  "'payload/p'" },
		{ "{\"per_metric_percent\": {\"worst_gap_ms\": -0.1}}",
		  "p.json: worst_gap_ms is no number of percent from 0 on" },
		{ "{\"default_percent\": 1, \"default_percent\": 2}",
		  "p.json:1:40: duplicate object key near "
		  "'\"default_percent\"'" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct policy p;
		struct why why = { .text = "" };

		CHECK_INT(parse(bad[i].text, &p, &why), -EINVAL);
		if (strcmp(why.text, bad[i].why) != 0)
			printf("# %s\n", why.text);
		CHECK(strcmp(why.text, bad[i].why) == 0);
	}
}
