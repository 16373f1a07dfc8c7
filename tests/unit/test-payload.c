/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers out of what payloads print, and what is judged by them. */
#include <errno.h>
#include <stdlib.h>

#include "tests/unit/judge.h"
#include "tools/lib/spec/test.h"
#include "tools/vm/payload.h"

#define HEAD "[payload p]\ncommand = true\n"
#define LOG(stream, text)                                                      \
	"{\"t\":\"log\",\"name\":\"payload/p/" #stream "\",\"text\":\"" text   \
	"\"}"
#define END(end, signal, status)                                               \
	"{\"t\":\"payload\",\"name\":\"p\",\"end\":\"" end                     \
	"\",\"signal\":" #signal ",\"status\":" #status                        \
	",\"ran_ns\":9,\"cpu_ns\":8}"
#define JUDGE_PAYLOAD(r, text, ...)                                            \
	judge_payload(r, HEAD text,                                            \
		      (const char *const[]){ TOPOLOGY, CALIBRATION,            \
					     GOOD_WORKERS, __VA_ARGS__,        \
					     NULL })

static double at(const char *json, const char *path)
{
	json_t *value = json_loads(json, 0, NULL);
	double ret = 0;
	struct why why;
	int r = payload_at(value, path, &ret, &why);

	json_decref(value);
	return r < 0 ? r : ret;
}

TEST(a_path_is_keys_numbers_and_keys_with_dots)
{
	const char *json = "{\"a\":{\"b\":[1,{\"c\":2.5}],\"b.1\":7},"
			   "\"t\":\"5\",\"n\":-3}";

	CHECK(at(json, "a.b.0") == 1);
	CHECK(at(json, "a.b.1.c") == -ENOENT); /* the longest key: b.1 */
	CHECK(at(json, "a.b.1") == 7);
	CHECK(at("[[1,[2]]]", "0.1.0") == 2);
	CHECK(at(json, "n") == -3);
	CHECK(at(json, "t") == -EINVAL);
	CHECK(at(json, "a") == -EINVAL);
	CHECK(at(json, "a.x") == -ENOENT);
	CHECK(at(json, "a.b.2") == -ENOENT);
	CHECK(at(json, "a.b.00x") == -ENOENT);
	CHECK(at(json, "n.x") == -ENOENT);
	CHECK(at("3", "n") == -ENOENT);
}

static char *found(const char *text)
{
	struct str s = { 0 };
	char *ret;

	str_add(&s, text);
	json_t *value = payload_json(&s);
	ret = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	json_decref(value);
	str_done(&s);
	return ret;
}

static void check_found(const char *text, const char *want)
{
	char *got = found(text);

	CHECK(want ? got && strcmp(got, want) == 0 : !got);
	free(got);
}

TEST(json_is_found_between_other_text)
{
	check_found("{\"a\":1}", "{\"a\":1}");
	check_found("[info] go {x}\n{\"a\":[1,2]} done\n", "{\"a\":[1,2]}");
	check_found("v1 [1] {\"a\":2}", "[1]");
	check_found("", NULL);
	check_found("none {\"a\":", NULL);
	check_found("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
		    "[[[[[[[[[[[[[[[[ [1]",
		    NULL);
}

static double match(const char *expression, unsigned int group,
		    const char *text)
{
	struct payload_metric m = { .name = (char *)"m",
				    .match = (char *)expression,
				    .group = group };
	struct str s = { 0 };
	struct why why;
	double ret = 0;

	str_add(&s, text);
	int r = payload_match(&m, &s, &ret, &why);
	str_done(&s);
	return r < 0 ? r : ret;
}

TEST(an_expression_finds_the_first_place)
{
	CHECK(match("[0-9]+", 0, "a 12 b 13") == 12);
	CHECK(match("^b: *(-?[0-9.e]+)", 1, "a: 1\nb:  -2.5e1\n") == -25);
	CHECK(match("(x|y) ([0-9]+)$", 2, "x 1 \ny 2\n") == 2);
	CHECK(match("z", 0, "a") == -ENOENT);
	CHECK(match("(z)?a", 1, "a") == -ENOENT);
	CHECK(match("a", 0, "a") == -EINVAL);
	CHECK(match("inf", 0, "inf") == -EINVAL);
	CHECK(match("1e999", 0, "1e999") == -EINVAL);
}

TEST(an_expression_sees_the_first_4096_bytes_of_each_line)
{
	char text[4200];

	memset(text, 'a', sizeof(text));
	strcpy(text + 4094, "12\n");
	CHECK(match("[0-9]+", 0, text) == 12);
	memset(text, 'a', sizeof(text));
	strcpy(text + 4095, "12 13");
	CHECK(match("[0-9]+", 0, text) == 1);
	strcpy(text + 4095, "a12\n13");
	CHECK(match("[0-9]+", 0, text) == 13);
	CHECK(match("a", 0, "\n\n") == -ENOENT);
	CHECK(match("^[0-9]+$", 0, "\n7") == 7);
}

/* Of a metric in output of that kind. */
static unsigned int complaints(const char *kind, const char *metric)
{
	auto_str struct str text = { 0 };
	struct diag d = { 0 };
	unsigned int count;
	struct test t;

	str_addf(&text, HEAD "output = %s\nmetric = %s\n", kind, metric);
	CHECK_INT(test_parse("p.test", str_text(&text), &d, &t), 0);
	count = (unsigned int)d.count;
	test_done(&t);
	diag_done(&d);
	return count;
}

TEST(names_and_units_are_text)
{
	CHECK_INT(complaints("json", "p\303\251 unit=\302\265s"), 0);
	CHECK_INT(complaints("json", "p\351"), 1);
	CHECK_INT(complaints("json", "p unit=\265s"), 1);
	CHECK_INT(complaints("json", "p\303"), 1);
	CHECK_INT(complaints("json", "p\033[1m unit=\177"), 2);
}

TEST(plus_signs_within_each_other_are_counted)
{
	CHECK_INT(complaints("regex", "p match=a+b+c+d+(e+)(f+)"), 0);
	CHECK_INT(complaints("regex", "p match=((a+)+x|(b+)+)+ \\++"), 0);
	CHECK_INT(complaints("regex", "p match=(((a+)+)+)+"), 0);
	CHECK_INT(complaints("regex", "p match=[+++++(]a"), 0);
	CHECK_INT(complaints("regex", "p match=(((((a+)*)+)?)+b)++"), 1);
	CHECK_INT(complaints("regex", "p match=x)+++++"), 1);
	CHECK_INT(complaints("regex", "p match=[^]+]+++++"), 1);
	CHECK_INT(complaints("regex", "p match=\\(+++++"), 1);
}

/* Judge a test of that text: the frames are all but the end. */
static void judge_payload(struct run *r, const char *text,
			  const char *const *frames)
{
	struct diag d = { 0 };
	struct test t;

	CHECK_INT(test_parse("p.test", text, &d, &t), 0);
	if (d.count)
		printf("# %s\n", str_text(&d.out));
	CHECK_INT(d.count, 0);
	r->e.payload = t.payload;
	r->e.payload_count = t.payload_count;
	run_judge(r, frames);
	test_done(&t);
	diag_done(&d);
	r->e.payload = NULL;
}

static double value_of(const struct run *r)
{
	const json_t *p = json_array_get(r->j.payloads, 0);
	const json_t *m = json_array_get(json_object_get(p, "metrics"), 0);

	return json_number_value(json_object_get(m, "value"));
}

TEST(bounds_are_judged_at_their_limits)
{
	auto_run struct run low = { 0 }, both = { 0 }, high = { 0 };

	JUDGE_PAYLOAD(&both, "output = json\nmetric = a min=2 max=2\n",
		      LOG(1, "{\\\"a\\\":2}"), END("ended", 0, 0));
	check_verdict(&both, VERDICT_PASS, "ok");
	CHECK(value_of(&both) == 2);
	JUDGE_PAYLOAD(&low, "output = json\nmetric = a min=2 unit=MB/s\n",
		      LOG(1, "{\\\"a\\\":1.9}"), END("ended", 0, 0));
	check_verdict(&low, VERDICT_FAIL, "check-failed");
	check_reason(&low, "payload 'p': a is 1.9 MB/s, below min 2");
	JUDGE_PAYLOAD(&high, "output = json\nmetric = a max=-2\n",
		      LOG(1, "{\\\"a\\\":-1.9}"), END("ended", 0, 0));
	check_verdict(&high, VERDICT_FAIL, "check-failed");
	check_reason(&high, "payload 'p': a is -1.9, above max -2");
}

TEST(what_is_not_there_has_failed)
{
	auto_run struct run json = { 0 }, key = { 0 }, regex = { 0 };

	JUDGE_PAYLOAD(&json, "output = json\nmetric = a\n", LOG(1, "no"),
		      END("ended", 0, 0));
	check_verdict(&json, VERDICT_FAIL, "payload-failed");
	check_reason(&json, "payload 'p': the output has no JSON in it");
	JUDGE_PAYLOAD(&key, "output = json\nmetric = a.b\n",
		      LOG(1, "{\\\"a\\\":2}"), END("killed", 9, 0));
	check_verdict(&key, VERDICT_FAIL, "payload-failed");
	check_reason(&key, "payload 'p': the output has no 'a.b'");
	JUDGE_PAYLOAD(&regex, "output = regex\nmetric = a match=a=([0-9])\n",
		      LOG(1, "b"), END("ended", 0, 0));
	check_verdict(&regex, VERDICT_FAIL, "payload-failed");
}

TEST(standard_error_is_looked_at_where_output_has_none)
{
	auto_run struct run json = { 0 }, regex = { 0 };

	JUDGE_PAYLOAD(&json, "output = json\nmetric = a\n", LOG(1, "no"),
		      LOG(2, "{\\\"a\\\":3}"), END("ended", 0, 0));
	check_verdict(&json, VERDICT_PASS, "ok");
	CHECK(value_of(&json) == 3);
	JUDGE_PAYLOAD(&regex, "output = regex\nmetric = a match=a=([0-9])\n",
		      LOG(2, "a=5"), LOG(1, "a=4"), END("ended", 0, 0));
	check_verdict(&regex, VERDICT_PASS, "ok");
	CHECK(value_of(&regex) == 4);
}

TEST(the_end_is_judged_before_the_numbers)
{
	auto_run struct run status = { 0 }, died = { 0 }, late = { 0 },
			    wanted = { 0 }, killed = { 0 }, lost = { 0 };

	JUDGE_PAYLOAD(&status, "output = json\nmetric = a\n", LOG(2, "oops\\n"),
		      END("ended", 0, 3));
	check_verdict(&status, VERDICT_FAIL, "payload-failed");
	check_reason(&status, "payload 'p' ended with status 3, not 0");
	CHECK_INT(json_array_size(status.j.reasons), 2);
	JUDGE_PAYLOAD(&died, "", END("ended", 11, 0));
	check_reason(&died, "payload 'p' died of signal 11");
	JUDGE_PAYLOAD(&late, "timeout = 20ms\n", END("timeout", 9, 0));
	check_verdict(&late, VERDICT_FAIL, "payload-timeout");
	check_reason(&late, "payload 'p' did not end within 0.020 s");
	JUDGE_PAYLOAD(&wanted, "status = 3\n", END("ended", 0, 3));
	check_verdict(&wanted, VERDICT_PASS, "ok");
	JUDGE_PAYLOAD(&killed, "", END("killed", 9, 0));
	check_verdict(&killed, VERDICT_PASS, "ok");
	JUDGE_PAYLOAD(&lost, "", LOG(1, "x"));
	check_verdict(&lost, VERDICT_ERROR, "harness");
}

TEST(a_test_may_be_all_payloads)
{
	auto_run struct run r = { 0 };

	judge_payload(&r, HEAD,
		      (const char *const[]){ TOPOLOGY, CALIBRATION,
					     END("ended", 0, 0), NULL });
	check_verdict(&r, VERDICT_PASS, "ok");
}
