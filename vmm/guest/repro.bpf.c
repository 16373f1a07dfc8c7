/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repro.bpf.c - what runs when a function of the plan is called or returns.
 *
 * One program of each kind is compiled. Init loads it anew for each function
 * (repro-attach.c): a program of type fentry has one function that it is for.
 * The cookie of an attachment is the function's number in the plan.
 */
#include "vmm/guest/repro-bpf.h"

#include <bpf/bpf_helpers.h>

#include "vmm/guest/repro-slots.h"

/* The first of enum scx_exit_kind that is an error: kernel/sched/ext.c of
 * Linux 6.12, include/linux/sched/ext.h of later ones. */
#define SCX_EXIT_ERROR 1024

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REPRO_FUNCTIONS_MAX);
	__type(key, uint32_t);
	__type(value, struct repro_target);
} repro_targets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, REPRO_SLOTS);
	__type(key, uint32_t);
	__type(value, struct repro_slot);
} repro_newest SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, REPRO_TASKS *REPRO_TASK_SLOTS);
	__type(key, uint32_t);
	__type(value, struct repro_slot);
} repro_of_task SEC(".maps");

volatile struct repro_control repro_control;

struct call {
	const struct repro_target *target;
	uint32_t index, kind;
	uint64_t arg[REPRO_ARGS], result;
};

/*
 * An argument by its number. Each way through a program is verified each time
 * that it is loaded, so there are few: what is read here is inside of the
 * record in any case.
 */
static __always_inline uint64_t arg_of(const struct repro_record *r,
				       uint32_t number)
{
	return r->arg[number & 7];
}

static __always_inline uint32_t read_pieces(struct repro_record *r,
					    const struct call *c)
{
	uint32_t valid = 0, to = 0;

	for (uint32_t i = 0; i < REPRO_PIECES_MAX; i++) {
		const struct repro_piece *p = &c->target->function.piece[i];
		uint64_t from = arg_of(r, p->arg) + p->at;
		uint32_t size = p->size;

		if (i >= c->target->function.piece_count || size > 64 ||
		    to >= REPRO_DATA_MAX)
			break;
		if (p->hop != REPRO_NO_HOP) {
			/* It is 0 where it cannot be read. */
			bpf_probe_read_kernel(&from, sizeof(from),
					      (void *)from);
			from += p->hop;
		}
		/* What cannot be read is filled with zeroes. */
		if (bpf_probe_read_kernel(r->data + to, size, (void *)from) ==
		    0)
			valid |= 1U << i;
		to += size;
	}
	return valid;
}

static __always_inline uint32_t pid_of(const struct repro_record *r,
				       const struct call *c)
{
	uint64_t task = arg_of(r, c->target->task);
	uint32_t pid;

	if (c->target->task == REPRO_NO_ARG ||
	    bpf_probe_read_kernel(&pid, sizeof(pid),
				  (void *)(task + repro_control.pid_at)))
		return r->pid;
	return pid;
}

static __always_inline void keep_for_task(const struct repro_slot *s,
					  uint64_t number, uint32_t pid)
{
	uint32_t task = pid % REPRO_TASKS, turn, at;
	struct repro_slot *to;

	turn = __sync_fetch_and_add(&repro_control.count[task], 1);
	at = task * REPRO_TASK_SLOTS + turn % REPRO_TASK_SLOTS;
	to = bpf_map_lookup_elem(&repro_of_task, &at);
	if (!to)
		return;
	to->begin = number;
	bpf_probe_read_kernel(&to->record, sizeof(to->record), &s->record);
	to->end = number;
}

/* Is it the failure that all wait for? */
static __always_inline bool is_failure(const struct repro_record *r,
				       const struct call *c)
{
	return c->target->exit_kind != REPRO_NO_ARG && c->kind == REPRO_ENTRY &&
	       (uint32_t)arg_of(r, c->target->exit_kind) >= SCX_EXIT_ERROR;
}

static __always_inline void record(const struct call *c)
{
	uint64_t number = __sync_fetch_and_add(&repro_control.next, 1) + 1;
	uint32_t at = number % REPRO_SLOTS;
	struct repro_slot *s = bpf_map_lookup_elem(&repro_newest, &at);
	struct repro_record *r;
	bool failed;

	if (!s)
		return;
	r = &s->record;
	s->begin = number;
	r->at_ns = bpf_ktime_get_ns();
	r->cpu = bpf_get_smp_processor_id();
	r->pid = (uint32_t)bpf_get_current_pid_tgid();
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	r->function = c->index;
	__builtin_memcpy(r->arg, c->arg, sizeof(r->arg));
	r->result = c->result;
	failed = is_failure(r, c);
	r->kind = failed ? REPRO_TRIGGER : c->kind;
	r->valid = read_pieces(r, c);
	s->end = number;
	keep_for_task(s, number, pid_of(r, c));
	if (failed) {
		repro_control.triggered = 1;
		repro_control.stopped = 1;
	}
}

/* Return: false when there is nothing to do. */
static __always_inline bool begin(void *ctx, struct call *c)
{
	if (repro_control.stopped)
		return false;
	c->index = (uint32_t)bpf_get_attach_cookie(ctx);
	c->target = bpf_map_lookup_elem(&repro_targets, &c->index);
	return c->target != 0;
}

/* The kernel calls BPF programs with an array. */
static __always_inline void read_context(struct call *c)
{
	uint32_t size = c->target->function.args * sizeof(uint64_t);
	const void *from = (const void *)c->arg[0];

	if (!c->target->function.context || size > sizeof(c->arg))
		return;
	__builtin_memset(c->arg, 0, sizeof(c->arg));
	bpf_probe_read_kernel(c->arg, size, from);
}

static __always_inline void record_call(uint64_t *ctx, struct call *c)
{
	/* Those that it does not have stay 0. */
#pragma unroll
	for (uint32_t i = 0; i < REPRO_ARGS; i++)
		bpf_get_func_arg(ctx, i, &c->arg[i]);
	read_context(c);
	record(c);
}

SEC("fentry/bpf_fentry_test1")
int repro_enter(uint64_t *ctx)
{
	struct call c = { .kind = REPRO_ENTRY };

	if (begin(ctx, &c))
		record_call(ctx, &c);
	return 0;
}

SEC("fexit/bpf_fentry_test1")
int repro_leave(uint64_t *ctx)
{
	struct call c = { .kind = REPRO_RETURN };

	if (!begin(ctx, &c))
		return 0;
	bpf_get_func_ret(ctx, &c.result);
	record_call(ctx, &c);
	return 0;
}

/* Functions that take no fentry: those with "..." as the trigger of 6.12. */
SEC("kprobe")
int repro_probe(struct pt_regs *ctx)
{
	struct call c = { .kind = REPRO_ENTRY };

	if (!begin(ctx, &c))
		return 0;
	/* As functions get their arguments on x86_64. */
	c.arg[0] = ctx->di;
	c.arg[1] = ctx->si;
	c.arg[2] = ctx->dx;
	c.arg[3] = ctx->cx;
	c.arg[4] = ctx->r8;
	c.arg[5] = ctx->r9;
	record(&c);
	return 0;
}
