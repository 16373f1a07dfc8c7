/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repro-send.c - from the slots to frames, in the order of time. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "vmm/frame.h"
#include "vmm/guest/bpf.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"
#include "vmm/guest/repro-slots.h"
#include "vmm/guest/repro-tell.h"

#include "repro.skel.h"

#define TASK_SLOTS    (REPRO_TASKS * REPRO_TASK_SLOTS)
#define FRAME_RECORDS (FRAME_PAYLOAD_MAX / sizeof(struct repro_record))

/* Both maps in our memory, and the records in them that are whole. */
struct harvest {
	const struct repro_slot *newest, *of_task;
	const struct repro_slot **slot;
	size_t count;
};

static const struct repro_slot *map_slots(const struct bpf_map *map,
					  size_t count)
{
	void *at = mmap(NULL, count * sizeof(struct repro_slot), PROT_READ,
			MAP_SHARED, bpf_map__fd(map), 0);

	return at == MAP_FAILED ? NULL : at;
}

static bool is_whole(const struct repro_slot *s)
{
	return s->begin != 0 && s->begin == s->end;
}

/* One record may be in both maps. */
static bool is_newest(const struct harvest *h, uint64_t number)
{
	const struct repro_slot *s = &h->newest[number % REPRO_SLOTS];

	return is_whole(s) && s->begin == number;
}

static int by_time(const void *a, const void *b)
{
	const struct repro_slot *x = *(const struct repro_slot *const *)a;
	const struct repro_slot *y = *(const struct repro_slot *const *)b;

	if (x->record.at_ns != y->record.at_ns)
		return x->record.at_ns < y->record.at_ns ? -1 : 1;
	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

static int gather(struct harvest *h, const struct repro *r)
{
	h->newest = map_slots(r->bpf->maps.repro_newest, REPRO_SLOTS);
	h->of_task = map_slots(r->bpf->maps.repro_of_task, TASK_SLOTS);
	h->slot = calloc(REPRO_SLOTS + TASK_SLOTS, sizeof(*h->slot));
	if (!h->newest || !h->of_task || !h->slot)
		return -ENOMEM;
	for (size_t i = 0; i < REPRO_SLOTS; i++) {
		if (is_whole(&h->newest[i]))
			h->slot[h->count++] = &h->newest[i];
	}
	for (size_t i = 0; i < TASK_SLOTS; i++) {
		const struct repro_slot *s = &h->of_task[i];

		if (is_whole(s) && !is_newest(h, s->begin))
			h->slot[h->count++] = s;
	}
	qsort(h->slot, h->count, sizeof(*h->slot), by_time);
	return 0;
}

/* Behind the pieces is what an older record left. */
static void clean(struct repro_record *rec, const struct repro_watch *plan)
{
	size_t used = 0;

	if (rec->function < plan->count) {
		const struct repro_function *f = &plan->function[rec->function];

		for (size_t i = 0; i < f->piece_count; i++)
			used += f->piece[i].size;
	}
	if (used < REPRO_DATA_MAX)
		memset(rec->data + used, 0, REPRO_DATA_MAX - used);
}

static int send_records(const struct harvest *h, const struct repro *r)
{
	auto_free struct repro_record *out =
		calloc(FRAME_RECORDS, sizeof(*out));
	size_t n = 0;

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < h->count; i++) {
		out[n] = h->slot[i]->record;
		clean(&out[n], &r->plan);
		if (++n < FRAME_RECORDS && i + 1 < h->count)
			continue;
		(void)channel_send_data(r->channel, FRAME_REPRO, out,
					n * sizeof(*out));
		n = 0;
		if (r->channel->heartbeat)
			atomic_store(r->channel->heartbeat, clock_now_ns());
	}
	return 0;
}

/* Calls that no program saw, because one was running on that CPU. */
static uint64_t misses_of(int program)
{
	struct bpf_prog_info info = { 0 };

	return bpf_info(program, &info, sizeof(info)) < 0
		       ? 0
		       : info.recursion_misses;
}

static uint64_t count_missed(const struct repro *r)
{
	uint64_t n = misses_of(bpf_program__fd(r->bpf->progs.repro_probe));

	for (unsigned int i = 0; i < r->link_count; i++) {
		struct bpf_link_info info = { 0 };

		if (bpf_info(r->link[i], &info, sizeof(info)) < 0)
			continue;
		auto_fd int program =
			bpf_open(BPF_PROG_GET_FD_BY_ID, info.prog_id);
		if (program >= 0)
			n += misses_of(program);
	}
	return n;
}

/* No scheduler came with it, or its program was not followed to there. */
static void tell_rest(struct repro *r)
{
	for (uint32_t n = 0; n < r->plan.count; n++) {
		struct repro_told told = { .function = n };

		if (r->is_told & UINT64_C(1) << n)
			continue;
		why_set(&told.why, 0,
			"the scheduler did not hand over its programs");
		repro_tell(r, &told);
	}
}

void repro_end(struct repro *r)
{
	struct harvest h = { 0 };
	struct str out = { 0 };
	uint64_t seen;
	int e;

	if (!r->begun)
		return;
	r->begun = false;
	r->bpf->bss->repro_control.stopped = 1;
	tell_rest(r);
	e = gather(&h, r);
	if (e == 0)
		e = send_records(&h, r);
	if (e < 0)
		channel_send_error(r->channel, "harness",
				   "no memory to send what was watched");
	seen = r->bpf->bss->repro_control.next;
	json_open(&out, "repro");
	json_number(&out, "records", h.count);
	json_number(&out, "lost", seen - h.count);
	json_number(&out, "missed", count_missed(r));
	json_flag(&out, "triggered", r->bpf->bss->repro_control.triggered);
	channel_send(r->channel, &out);
	free(h.slot);
}
