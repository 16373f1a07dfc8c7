/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/perf.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/t.h"
#include "tools/lib/words.h"

static struct machine_config config(enum vm_accel accel, unsigned int cpus)
{
	struct machine_config m = { .qemu = "qemu",
				    .kernel = "/k",
				    .initrd_fd = -1,
				    .console_fd = -1,
				    .job_fd = -1,
				    .channel_fd = -1,
				    .state_fd = -1,
				    .qmp_fd = -1,
				    .clock = CLOCK_REAL,
				    .accel = accel,
				    .topology = { 1, 1, cpus, 1, NULL } };

	m.memory_mib = machine_memory(&m.topology, 0);
	return m;
}

TEST(the_reservation_has_a_cpu_for_each_of_the_guest)
{
	static const struct {
		const char *pinning, *service, *why;
	} row[] = {
		{ "1", NULL,
		  "KTSTR_PINNING has 1 CPUs, the machine has 2: reserve them "
		  "with its own --topology" },
		{ "1,2,3", NULL,
		  "KTSTR_PINNING has 3 CPUs, the machine has 2: reserve them "
		  "with its own --topology" },
		{ "1,", NULL,
		  "KTSTR_PINNING '1,' is not a list of CPU numbers with commas "
		  "between" },
		{ "1-2", NULL,
		  "KTSTR_PINNING '1-2' is not a list of CPU numbers with "
		  "commas between" },
		{ "1,99999999999999999999", NULL,
		  "KTSTR_PINNING '1,99999999999999999999' is not a list of CPU "
		  "numbers with commas between" },
		{ "1,2", "x",
		  "KTSTR_SERVICE_CPU 'x' is not the number of a CPU" },
		{ "1,2", "3 ",
		  "KTSTR_SERVICE_CPU '3 ' is not the number of a CPU" },
	};
	struct machine_config c = config(ACCEL_TCG, 2);
	struct perf p;
	struct why why;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CHECK_INT(perf_prepare(&c, row[i].pinning, row[i].service, &p,
				       &why),
			  -EINVAL);
		CHECK(strcmp(why.text, row[i].why) == 0);
	}
}

/* A CPU that we may run on, as text. */
static const char *a_cpu(void)
{
	static char text[16];
	cpu_set_t set;
	int cpu = 0;

	CHECK_INT(sched_getaffinity(0, sizeof(set), &set), 0);
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	snprintf(text, sizeof(text), "%d", cpu);
	return text;
}

TEST(each_cpu_of_a_reservation_is_ours_and_there_once)
{
	struct machine_config c = config(ACCEL_TCG, 1);
	const char *cpu = a_cpu();
	struct perf p;
	struct why why;
	char want[100];

	CHECK_INT(perf_prepare(&c, cpu, NULL, &p, &why), 0);
	CHECK_INT(p.vcpu_count, 1);
	CHECK_INT(p.vcpu[0], atoi(cpu));
	CHECK_INT(p.service, -1);
	CHECK(perf_has(&p, PERF_PINNING));
	CHECK_INT(perf_prepare(&c, cpu, cpu, &p, &why), -EINVAL);
	snprintf(want, sizeof(want),
		 "KTSTR_PINNING and KTSTR_SERVICE_CPU name CPU %s twice", cpu);
	CHECK(strcmp(why.text, want) == 0);
	CHECK_INT(perf_prepare(&c, "1023", NULL, &p, &why), -EINVAL);
	CHECK(strcmp(why.text, "KTSTR_PINNING and KTSTR_SERVICE_CPU name CPU "
			       "1023, on which we may not run") == 0);
}

TEST(what_cannot_be_had_is_named)
{
	struct machine_config c = config(ACCEL_TCG, 1);
	struct perf p;
	struct why why;

	CHECK_INT(perf_prepare(&c, a_cpu(), NULL, &p, &why), 0);
	CHECK(strcmp(perf_missing(&p, PERF_SERVICE),
		     "KTSTR_SERVICE_CPU is not set") == 0);
	CHECK(strcmp(perf_missing(&p, PERF_CPU_PM), "the machine has no KVM") ==
	      0);
	CHECK(!perf_missing(&p, PERF_PINNING));
	json_t *list = perf_json(&p);
	CHECK_INT(json_array_size(list), PERF_FEATURES);
	json_t *service = json_array_get(list, PERF_SERVICE);
	CHECK(strcmp(json_string_value(json_object_get(service, "name")),
		     "service-cpu") == 0);
	CHECK(json_is_false(json_object_get(service, "used")));
	CHECK(json_is_string(json_object_get(service, "why")));
	json_t *pinning = json_array_get(list, PERF_PINNING);
	CHECK(json_is_true(json_object_get(pinning, "used")));
	CHECK(json_is_null(json_object_get(pinning, "why")));
	json_decref(list);
}

/* Memory that no host has in huge pages. */
TEST(huge_pages_are_all_there_or_none_is_taken)
{
	struct machine_config c = config(ACCEL_TCG, 1);
	struct perf p;
	struct why why;

	c.memory_mib = 1U << 30;
	CHECK_INT(perf_prepare(&c, a_cpu(), NULL, &p, &why), 0);
	c.perf = &p;
	perf_take_memory(&c);
	CHECK(!c.ram_fds);
	CHECK_INT(p.ram_count, 0);
	CHECK(perf_missing(&p, PERF_HUGEPAGES) != NULL);
	perf_done(&p);
}

static bool has(char *const *argv, const char *option, const char *part)
{
	for (; *argv; argv++) {
		if (strcmp(*argv, option) == 0 && strstr(argv[1], part))
			return true;
	}
	return false;
}

TEST(qemu_gets_what_there_is)
{
	struct machine_config c = config(ACCEL_KVM, 2);
	struct perf p = { .service = -1 };
	char **argv;
	struct why why;

	c.perf = &p;
	CPU_SET(0, &p.nodes[0]);
	CPU_SET(2, &p.nodes[0]);
	CHECK_INT(machine_argv(&c, &argv, &why), 0);
	CHECK(has(argv, "-overcommit", "cpu-pm=on"));
	CHECK(has(argv, "-cpu", ",kvm-hint-dedicated=on"));
	CHECK(has(argv, "-object",
		  ",prealloc=on,host-nodes=0,host-nodes=2,policy=bind"));
	words_free(argv);
	why_set(&p.missing[PERF_CPU_PM], 0, "no");
	why_set(&p.missing[PERF_DEDICATED], 0, "no");
	why_set(&p.missing[PERF_BINDING], 0, "no");
	CHECK_INT(machine_argv(&c, &argv, &why), 0);
	CHECK(!has(argv, "-overcommit", ""));
	CHECK(!has(argv, "-cpu", "dedicated"));
	CHECK(!has(argv, "-object", "policy"));
	words_free(argv);
}
