/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test-parts.h - the parser of tests, part by part (private to it). */
#pragma once

#include "tools/lib/spec/read.h"
#include "tools/lib/spec/test.h"

/* All of these complain to @d, and return 0 or -ENOMEM. */

/* [test] */
int test_read_settings(struct test *t, const struct conf_section *s,
		       struct diag *d);
/* [cgroup NAME], appended to the last step, or to the start before the first */
int test_read_cgroup(struct test *t, const struct conf_section *s,
		     struct diag *d);
/* [step NAME], appended */
int test_read_step(struct test *t, const struct conf_section *s,
		   struct diag *d);

/* [payload NAME], appended */
int test_read_payload(struct test *t, const struct conf_section *s,
		      struct diag *d);
/* "metric =", appended to @p */
int payload_read_metric(struct payload *p, const struct conf_entry *e,
			struct diag *d);
void payload_check_metric(const struct payload *p,
			  const struct payload_metric *m, struct diag *d);
/* Are they started once, and in cgroups that stay? Sets their time-outs. */
void test_check_payloads(struct test *t, struct diag *d);

/* The words of @text, at @at, are the program of exec. */
int work_read_program(const char *text, const struct place *at, struct diag *d,
		      struct work *ret);

/* Once all of "[test]" is read; lifts maxima that nobody wrote. */
void test_check_settings(struct test *t, const struct conf_section *s,
			 struct diag *d);

/* One value of "work =" that is not "none". */
int work_read(const struct conf_entry *e, struct diag *d, struct work *ret);

/* "100", "50ms/100ms" or "none", "10%" and "60%", "0-1"; they complain. */
void weight_read(const char *text, const struct place *at, struct diag *d,
		 unsigned int *ret);
void cpu_max_read(const char *text, const struct place *at, struct diag *d,
		  struct cpu_max *ret);
void uclamp_read(const struct value_word word[2], struct diag *d,
		 struct uclamp *ret);

void nodes_read(const char *text, const struct place *at, struct diag *d,
		cpu_set_t *ret);

/* One op, appended to @s; @key is one of op_kind_names. */
int op_read(struct step *s, enum op_kind kind, const struct conf_entry *e,
	    struct diag *d);
void op_done(struct op *op);
/* What stands behind its "=". */
const char *op_usage(enum op_kind kind);

/* Words @first and up of @w as a cpuset; @at is blamed when there are none. */
int cpuset_read(const struct value_words *w, size_t first,
		const struct place *at, struct diag *d,
		struct cpuset_spec *ret);
/* How kind @index, from 0, is written, as "llc I' or 'llc I usable"; NULL
 * behind the last. */
const char *cpuset_usage(size_t index);
/* "normal", "fifo:10", ...; "-5". Return: 0, or -EINVAL and a complaint. */
int policy_read(const char *text, const struct place *at, struct diag *d,
		enum work_policy *ret, unsigned int *ret_priority);
int nice_read(const char *text, const struct place *at, const char *what,
	      struct diag *d, int *ret);
/* "inherit", "random", ..., "cpus:LIST". */
int affinity_read(const char *text, const struct place *at, struct diag *d,
		  struct affinity *ret);

/* Names by enum; NULL behind the last. */
extern const char *const policy_names[], *const affinity_names[];

/* Follow the cgroups through start and steps: do they exist where they are
 * named, have they workers, a cpuset, children? */
int test_check_flow(const struct test *t, struct diag *d);

/* Can a cgroup have this name? */
bool cgroup_is_name(const char *name);

void cgroup_def_done(struct cgroup_def *c);
