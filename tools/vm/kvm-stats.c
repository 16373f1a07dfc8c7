/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/kvm-stats.h"

#include <errno.h>
#include <string.h>

/* QEMU answers at once, or its host is too busy for this to tell anything. */
#define ASK_MS 2000

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

/* Of the answer's CPU (or machine) number @at, what KVM provides. */
static const json_t *stats_of(const json_t *answer, size_t at)
{
	for (size_t i = 0; i < json_array_size(answer); i++) {
		const json_t *one = json_array_get(answer, i);

		if (strcmp(text_of(one, "provider"), "kvm") == 0 && at-- == 0)
			return json_object_get(one, "stats");
	}
	return NULL;
}

static json_int_t value_of(const json_t *stats, const char *name)
{
	for (size_t i = 0; i < json_array_size(stats); i++) {
		const json_t *one = json_array_get(stats, i);

		if (strcmp(text_of(one, "name"), name) == 0)
			return json_integer_value(
				json_object_get(one, "value"));
	}
	return 0;
}

static bool is_cumulative(const json_t *kinds, const char *target,
			  const char *name)
{
	for (size_t i = 0; i < json_array_size(kinds); i++) {
		const json_t *all = json_array_get(kinds, i);
		const json_t *list = json_object_get(all, "stats");

		if (strcmp(text_of(all, "target"), target) != 0)
			continue;
		for (size_t k = 0; k < json_array_size(list); k++) {
			const json_t *one = json_array_get(list, k);

			if (strcmp(text_of(one, "name"), name) == 0)
				return strcmp(text_of(one, "type"),
					      "cumulative") == 0;
		}
	}
	return false;
}

static json_t *increase(const json_t *kinds, const char *target,
			const json_t *before, const json_t *after)
{
	json_t *o = json_object();

	for (size_t i = 0; i < json_array_size(after); i++) {
		const json_t *one = json_array_get(after, i);
		const char *name = text_of(one, "name");
		json_int_t value =
			json_integer_value(json_object_get(one, "value"));

		if (is_cumulative(kinds, target, name))
			value -= value_of(before, name);
		if (value != 0 && *name)
			json_object_set_new(o, name, json_integer(value));
	}
	return o;
}

json_t *kvm_stats_sum(const json_t *kinds, const json_t *before,
		      const json_t *after)
{
	const json_t *vm[2] = { json_object_get(before, "vm"),
				json_object_get(after, "vm") };
	const json_t *vcpu[2] = { json_object_get(before, "vcpu"),
				  json_object_get(after, "vcpu") };
	json_t *o = json_object(), *list = json_array();
	const json_t *stats;

	json_object_set_new(
		o, "vm",
		increase(kinds, "vm", stats_of(vm[0], 0), stats_of(vm[1], 0)));
	for (size_t i = 0; (stats = stats_of(vcpu[1], i)); i++)
		json_array_append_new(
			list,
			increase(kinds, "vcpu", stats_of(vcpu[0], i), stats));
	json_object_set_new(o, "vcpus", list);
	return o;
}

/* Both answers of now, or NULL and @s->why. */
static json_t *ask(struct kvm_stats *s, struct qmp *q)
{
	static const char *const target[] = { "vm", "vcpu" };
	json_t *o = json_object();

	for (size_t i = 0; i < 2; i++) {
		json_t *answer = NULL;

		if (qmp_command(q, "query-stats",
				json_pack("{ss}", "target", target[i]), ASK_MS,
				&answer, &s->why) < 0) {
			json_decref(o);
			return NULL;
		}
		json_object_set_new(o, target[i], answer);
	}
	return o;
}

/* The workers have just started, or have just stopped. */
static bool talk(void *stats, struct qmp *q)
{
	struct kvm_stats *s = stats;

	if (s->asked == 0 && facts_has_event(s->facts, "start")) {
		s->asked++;
		if (qmp_command(q, "query-stats-schemas", NULL, ASK_MS,
				&s->kinds, &s->why) == 0)
			s->before = ask(s, q);
		return true;
	}
	if (s->asked == 1 && s->before && facts_has_event(s->facts, "stop")) {
		s->asked++;
		s->after = ask(s, q);
		return true;
	}
	return false;
}

void kvm_stats_begin(struct kvm_stats *s, struct machine_config *c,
		     const struct facts *f)
{
	*s = (struct kvm_stats){ .facts = f };
	(void)why_set(&s->why, 0,
		      "the machine ended before its workers had stopped");
	if (c->clock != CLOCK_REAL || c->accel != ACCEL_KVM)
		return;
	c->talk = talk;
	c->talk_arg = s;
}

json_t *kvm_stats_end(struct kvm_stats *s, struct machine_config *c)
{
	json_t *o = NULL;

	if (c->talk == talk && s->after) {
		o = kvm_stats_sum(s->kinds, s->before, s->after);
		json_object_set_new(o, "why", json_null());
	} else if (c->talk == talk) {
		o = json_pack("{sn sn ss}", "vm", "vcpus", "why", s->why.text);
	}
	if (c->talk == talk)
		c->talk = NULL;
	json_decref(s->kinds);
	json_decref(s->before);
	json_decref(s->after);
	*s = (struct kvm_stats){ 0 };
	return o;
}
