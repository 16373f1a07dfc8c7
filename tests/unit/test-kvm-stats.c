/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what QEMU answers to what KVM counted; and when QEMU is asked. */
#include <stdlib.h>
#include <sys/socket.h>

#include "tests/unit/t.h"
#include "tools/vm/kvm-stats.h"

/* As QEMU 7.2 says it, shortened. */
#define KINDS                                                                  \
	"[{\"target\": \"vm\", \"provider\": \"kvm\", \"stats\": ["            \
	"{\"name\": \"mmu_cache_miss\", \"type\": \"cumulative\"},"            \
	"{\"name\": \"pages_4k\", \"type\": \"instant\"}]},"                   \
	"{\"target\": \"vcpu\", \"provider\": \"kvm\", \"stats\": ["           \
	"{\"name\": \"exits\", \"type\": \"cumulative\"},"                     \
	"{\"name\": \"guest_mode\", \"type\": \"instant\"},"                   \
	"{\"name\": \"halt_wait_hist\", \"type\": \"log2-histogram\"}]}]"
#define VM(miss, pages)                                                        \
	"[{\"provider\": \"kvm\", \"stats\": ["                                \
	"{\"name\": \"mmu_cache_miss\", \"value\": " #miss "},"                \
	"{\"name\": \"pages_4k\", \"value\": " #pages "}]}]"
#define CPU(exits, mode)                                                       \
	"{\"provider\": \"kvm\", \"qom-path\": \"/machine\", \"stats\": ["     \
	"{\"name\": \"exits\", \"value\": " #exits "},"                        \
	"{\"name\": \"guest_mode\", \"value\": " #mode "},"                    \
	"{\"name\": \"halt_wait_hist\", \"value\": [1, 2, 3]}]}"
#define OTHER "{\"provider\": \"other\", \"stats\": []}"

static json_t *parsed(const char *text)
{
	json_t *o = json_loads(text, 0, NULL);

	CHECK(o);
	return o;
}

static json_t *answers(const char *vm, const char *vcpu)
{
	return json_pack("{so so}", "vm", parsed(vm), "vcpu", parsed(vcpu));
}

static void check_json(const json_t *o, const char *want)
{
	char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);

	if (strcmp(text, want) != 0)
		printf("# %s\n# not %s\n", text, want);
	CHECK(strcmp(text, want) == 0);
	free(text);
}

TEST(what_counts_is_an_increase_and_what_is_now_is_the_last)
{
	json_t *kinds = parsed(KINDS);
	json_t *before =
		answers(VM(10, 500), "[" CPU(100, 1) "," CPU(7, 0) "]");
	json_t *after = answers(VM(12, 480),
				"[" OTHER "," CPU(160, 1) "," CPU(7, 0) "]");
	json_t *sum = kvm_stats_sum(kinds, before, after);

	check_json(sum, "{\"vcpus\":[{\"exits\":60,\"guest_mode\":1},{}],"
			"\"vm\":{\"mmu_cache_miss\":2,\"pages_4k\":480}}");
	json_decref(kinds);
	json_decref(before);
	json_decref(after);
	json_decref(sum);
}

/* Whatever it says, we have an object with both parts. */
TEST(an_answer_of_another_form_is_none)
{
	static const char *const odd[] = {
		"[]",
		"{}",
		"[[]]",
		"[{\"provider\": 1}]",
		"[{\"provider\": \"kvm\", \"stats\": [1, {}, {\"name\": 2}]}]",
	};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		json_t *kinds = parsed(odd[i]);
		json_t *both = answers(odd[i], odd[i]);
		json_t *sum = kvm_stats_sum(kinds, both, both);

		check_json(sum, i == 4 ? "{\"vcpus\":[{}],\"vm\":{}}"
				       : "{\"vcpus\":[],\"vm\":{}}");
		json_decref(kinds);
		json_decref(both);
		json_decref(sum);
	}
}

/* QEMU's answers wait in the socket for the commands. */
static int begin(struct qmp *q, const char *say)
{
	static const char greeting[] =
		"{\"QMP\": {\"version\": {}}}\r\n{\"return\": {}, \"id\": 1}\r\n";
	int ours, theirs;
	struct why why;

	CHECK_INT(qmp_pair(&ours, &theirs, &why), 0);
	CHECK(write(theirs, greeting, strlen(greeting)) > 0);
	CHECK(write(theirs, say, strlen(say)) == (ssize_t)strlen(say));
	CHECK_INT(qmp_begin(q, ours, -1, 1000, &why), 0);
	return theirs;
}

static void tell(struct facts *f, const char *what)
{
	CHECK_INT(json_array_append_new(f->event,
					json_pack("{ss}", "what", what)),
		  0);
}

TEST(it_is_asked_when_workers_start_and_stop)
{
	static const char said[] =
		"{\"return\": " KINDS ", \"id\": 2}\r\n"
		"{\"return\": " VM(
			1,
			1) ", \"id\": 3}\r\n"
			   "{\"return\": [" CPU(
				   5,
				   0) "], \"id\": 4}\r\n"
				      "{\"event\": \"STOP\"}\r\n"
				      "{\"return\": " VM(
					      4,
					      1) ", \"id\": 5}\r\n"
						 "{\"return\": [" CPU(
							 9,
							 0) "], \"id\": 6}\r\n";
	struct machine_config c = { .clock = CLOCK_REAL, .accel = ACCEL_KVM };
	struct facts f = { 0 };
	struct kvm_stats s;
	struct qmp q;
	int theirs = begin(&q, said);
	json_t *sum, *event;

	CHECK_INT(facts_begin(&f), 0);
	kvm_stats_begin(&s, &c, &f);
	CHECK(!c.talk(c.talk_arg, &q));
	tell(&f, "start");
	CHECK(c.talk(c.talk_arg, &q));
	CHECK(!c.talk(c.talk_arg, &q));
	tell(&f, "stop");
	CHECK(c.talk(c.talk_arg, &q));
	CHECK(!c.talk(c.talk_arg, &q));
	sum = kvm_stats_end(&s, &c);
	CHECK(!c.talk);
	check_json(sum,
		   "{\"vcpus\":[{\"exits\":4}],\"vm\":{\"mmu_cache_miss\":3,"
		   "\"pages_4k\":1},\"why\":null}");
	json_decref(sum);
	/* An event between the answers is nobody's yet. */
	event = qmp_take_event(&q, "STOP");
	CHECK(event);
	json_decref(event);
	qmp_done(&q);
	close(theirs);
	facts_done(&f);
}

TEST(why_there_is_nothing_is_said)
{
	struct machine_config c = { .clock = CLOCK_REAL, .accel = ACCEL_KVM };
	struct facts f = { 0 };
	struct kvm_stats s;
	struct qmp q;
	int theirs =
		begin(&q, "{\"error\": {\"class\": \"CommandNotFound\", "
			  "\"desc\": \"no such command\"}, \"id\": 2}\r\n");
	json_t *sum;

	CHECK_INT(facts_begin(&f), 0);
	kvm_stats_begin(&s, &c, &f);
	tell(&f, "start");
	tell(&f, "stop");
	CHECK(c.talk(c.talk_arg, &q));
	CHECK(!c.talk(c.talk_arg, &q));
	sum = kvm_stats_end(&s, &c);
	CHECK(json_is_null(json_object_get(sum, "vcpus")));
	CHECK(strstr(json_string_value(json_object_get(sum, "why")),
		     "no such command"));
	json_decref(sum);
	qmp_done(&q);
	close(theirs);
	/* TCG has no such statistics. */
	c.accel = ACCEL_TCG;
	kvm_stats_begin(&s, &c, &f);
	CHECK(!c.talk);
	CHECK(!kvm_stats_end(&s, &c));
	facts_done(&f);
}
