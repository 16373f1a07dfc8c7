/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host gave to the CPUs of a guest, sample by sample. */
#include <stdlib.h>

#include "tests/unit/t.h"
#include "tools/vm/result-monitor.h"

#define MS   UINT64_C(1000000)
#define CPUS 2

static void add(struct str *out, enum mon_record kind, uint64_t at_ns,
		const void *data, size_t len)
{
	struct mon_head h = { .kind = kind,
			      .cpus = CPUS,
			      .own = -1,
			      .len = len,
			      .at_ns = at_ns };

	str_add_bytes(out, &h, sizeof(h));
	str_add_bytes(out, data, len);
}

/* A sample, and what CPU 0 and CPU 1 had by then. */
static void add_sample(struct str *out, uint64_t at_ns, struct mon_vcpu a,
		       struct mon_vcpu b)
{
	struct mon_cpu cpu[CPUS] = { { .state = MON_CPU_IS } };
	struct mon_vcpu vcpu[CPUS] = { a, b };

	add(out, MON_SAMPLE, at_ns, cpu, sizeof(cpu));
	add(out, MON_VCPUS, at_ns, vcpu, sizeof(vcpu));
}

static json_int_t of(const json_t *o, const char *key)
{
	const json_t *value = json_object_get(o, key);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

TEST(sums_are_from_the_first_sample_to_the_last)
{
	struct str bytes = { 0 };
	struct mon_series s;
	struct why why = { .text = "" };
	json_t *list, *row = json_object();

	add_sample(&bytes, 100 * MS, (struct mon_vcpu){ 5, 1 },
		   (struct mon_vcpu){ 7, 0 });
	add_sample(&bytes, 200 * MS, (struct mon_vcpu){ 65, 41 },
		   (struct mon_vcpu){ 107, 0 });
	add_sample(&bytes, 300 * MS, (struct mon_vcpu){ 165, 51 },
		   (struct mon_vcpu){ 207, 9 });
	CHECK_INT(mon_series_read(bytes.text, bytes.len, &s, &why), 0);
	list = result_monitor_vcpus(&s);
	CHECK_INT(json_array_size(list), 2);
	CHECK_INT(of(json_array_get(list, 0), "run_ns"), 160);
	CHECK_INT(of(json_array_get(list, 0), "wait_ns"), 50);
	CHECK_INT(of(json_array_get(list, 0), "max_wait_ns"), 40);
	CHECK_INT(of(json_array_get(list, 1), "cpu"), 1);
	CHECK_INT(of(json_array_get(list, 1), "run_ns"), 200);
	result_monitor_row(&s, 0, 1, row);
	CHECK_INT(of(row, "vcpu_run_ns"), 160);
	CHECK_INT(of(row, "vcpu_wait_ns"), 40);
	result_monitor_row(&s, 1, 2, row);
	CHECK_INT(of(row, "vcpu_run_ns"), 200);
	CHECK_INT(of(row, "vcpu_wait_ns"), 19);
	json_decref(list);
	json_decref(row);
	mon_series_done(&s);
	str_done(&bytes);
}

/* One thread of the host was all CPUs, or the record of a sample is missing. */
TEST(what_nobody_knows_is_null)
{
	struct mon_cpu cpu[CPUS] = { { .state = MON_CPU_IS } };
	struct mon_vcpu vcpu[CPUS] = { { 1, 1 } };
	struct str bytes = { 0 };
	struct mon_series s;
	struct why why = { .text = "" };
	json_t *list, *row = json_object();

	add(&bytes, MON_SAMPLE, 100 * MS, cpu, sizeof(cpu));
	add(&bytes, MON_VCPUS, 150 * MS, vcpu, sizeof(vcpu));
	add(&bytes, MON_SAMPLE, 200 * MS, cpu, sizeof(cpu));
	CHECK_INT(mon_series_read(bytes.text, bytes.len, &s, &why), 0);
	list = result_monitor_vcpus(&s);
	CHECK(json_is_null(list));
	result_monitor_row(&s, 0, 0, row);
	CHECK(json_is_null(json_object_get(row, "vcpu_run_ns")));
	CHECK(json_is_null(json_object_get(row, "vcpu_wait_ns")));
	json_decref(list);
	json_decref(row);
	mon_series_done(&s);
	str_done(&bytes);
}
