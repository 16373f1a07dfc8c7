/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge.h - for tests of verdicts: a run is described by the frames that a
 * guest would send; see tools/vm/judge.h. */
#pragma once

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/str.h"
#include "tools/vm/judge.h"
#include "vmm/frame.h"

#define TOPOLOGY                                                               \
	"{\"t\":\"topology\",\"cpus\":\"0-1\",\"nodes\":[{\"id\":0,"           \
	"\"cpus\":\"0-1\",\"distances\":[10]}],\"llcs\":[\"0-1\"],"            \
	"\"cores\":[\"0\",\"1\"]}"
#define CALIBRATION                                                            \
	"{\"t\":\"calibration\",\"ran\":true,\"max_gap_ns\":300000,"           \
	"\"spread_permille\":6}"
#define WORKER(index, cpu_ms, gap_ns, units, used)                             \
	"{\"t\":\"worker\",\"cgroup\":\"a\",\"work\":0,\"index\":" #index      \
	",\"units\":" #units ",\"wall_ns\":1000000000,\"cpu_ns\":" #cpu_ms     \
	"000000,\"max_gap_ns\":" #gap_ns                                       \
	",\"gap_cpu\":1,\"exit\":\"ok\",\"segments\":[{\"allowed\":\"0\","     \
	"\"used\":\"" used "\"}]}"
#define GOOD_WORKERS WORKER(0, 500, 1000, 9, "0"), WORKER(1, 450, 9, 9, "0")
#define ATTACHED     "{\"t\":\"scheduler\",\"event\":\"attached\"}"
#define STOPPED                                                                \
	"{\"t\":\"scheduler\",\"event\":\"stopped\",\"killed\":false,"         \
	"\"unload_ok\":true}"

/* Everything of one judged run. */
struct run {
	struct evidence e;
	struct machine_result machine;
	struct facts facts;
	struct judgement j;
};

static inline void run_done(struct run *r)
{
	facts_done(&r->facts);
	judgement_done(&r->j);
}
#define auto_run __attribute__((cleanup(run_done)))

/* Judge the @n frames in @s, with the end frame behind them, of a machine of
 * @topology. */
static inline void run_judge_text(struct run *r, struct topology topology,
				  struct str *s, uint64_t n)
{
	char end[64];

	snprintf(end, sizeof(end), "{\"t\":\"end\",\"frames\":%u}",
		 (unsigned int)n);
	frame_format(s, n, end);
	CHECK_INT(facts_read(s->text, s->len, &r->facts), 0);
	CHECK(r->facts.complete);
	r->e.facts = &r->facts;
	r->e.machine = &r->machine;
	r->e.console = "";
	r->e.topology = topology;
	struct checks asked = r->e.check;
	checks_merge(NULL, &asked, &r->e.check);
	judge(&r->e, &r->j);
}

/* Judge the frames up to NULL. */
static inline void run_judge_as(struct run *r, struct topology topology,
				const char *const *frames)
{
	auto_str struct str s = { 0 };
	uint64_t n = 0;

	for (; frames[n]; n++)
		frame_format(&s, n, frames[n]);
	run_judge_text(r, topology, &s, n);
}

static inline void run_judge(struct run *r, const char *const *frames)
{
	run_judge_as(r, (struct topology){ 1, 1, 2, 1, NULL }, frames);
}

static inline void check_verdict(const struct run *r, enum verdict v,
				 const char *class)
{
	if (r->j.verdict != v || strcmp(r->j.class, class) != 0) {
		printf("# verdict %s, class %s\n", verdict_name(r->j.verdict),
		       r->j.class);
		json_dumpf(r->j.reasons, stdout, 0);
		puts("");
	}
	CHECK_INT(r->j.verdict, v);
	CHECK(strcmp(r->j.class, class) == 0);
	/* Every verdict but a pass says why. */
	CHECK((json_array_size(r->j.reasons) == 0) == (v == VERDICT_PASS));
}

static inline void check_reason(const struct run *r, const char *want)
{
	const char *got = json_string_value(json_array_get(r->j.reasons, 0));

	if (strcmp(got, want) != 0)
		printf("# reason: %s\n", got);
	CHECK(strcmp(got, want) == 0);
}

#define JUDGE(r, ...) run_judge(r, (const char *const[]){ __VA_ARGS__, NULL })

/* Judge a machine whose report ended after @frames, NULL for none. */
static inline void run_cut(struct run *r, const char *console,
			   const char *const *frames)
{
	auto_str struct str s = { 0 };

	for (uint64_t n = 0; frames && frames[n]; n++)
		frame_format(&s, n, frames[n]);
	CHECK_INT(facts_read(str_text(&s), s.len, &r->facts), 0);
	CHECK(!r->facts.complete);
	r->e.facts = &r->facts;
	r->e.machine = &r->machine;
	r->e.console = console;
	r->e.console_len = strlen(console);
	judge(&r->e, &r->j);
}
