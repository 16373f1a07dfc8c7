/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/repro.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vmm/guest/json.h"
#include "vmm/guest/repro-attach.h"
#include "vmm/guest/repro-slots.h"
#include "vmm/guest/repro-tell.h"

/* bpftool makes it of repro.bpf.c. */
#include "repro.skel.h"

/* The last thing that libbpf found wrong. */
static struct why last;

KTSTR_PRINTF(2, 0)
static int note_print(enum libbpf_print_level level, const char *fmt,
		      va_list ap)
{
	if (level == LIBBPF_WARN && last.text[0] == '\0') {
		vsnprintf(last.text, sizeof(last.text), fmt, ap);
		last.text[strcspn(last.text, "\n")] = '\0';
	}
	return 0;
}

void repro_keep(struct repro *r, int fd)
{
	if (fd >= 0 && r->link_count < REPRO_LINKS_MAX)
		r->link[r->link_count++] = fd;
	else if (fd >= 0)
		close(fd);
}

void repro_tell(struct repro *r, const struct repro_told *told)
{
	bool watched = told->entry || told->end;
	struct str out = { 0 };

	if (told->function >= r->plan.count)
		return;
	r->is_told |= UINT64_C(1) << told->function;
	if (!watched && told->why.text[0] == '\0')
		return;
	json_open(&out, watched ? "watched" : "not-watched");
	json_text(&out, "function", r->plan.name[told->function]);
	if (watched) {
		json_text(&out, "by", told->by);
		json_flag(&out, "entry", told->entry);
		json_flag(&out, "end", told->end);
	}
	if (told->program[0])
		json_text(&out, "program", told->program);
	if (told->why.text[0])
		json_text(&out, "why", told->why.text);
	channel_send(r->channel, &out);
}

/* By the function's own types; its end, too, if that is wanted. */
static int attach_typed(struct repro *r, const struct btf *types, uint32_t n,
			struct repro_told *told, struct why *reterr_why)
{
	int id = btf__find_by_name_kind(types, r->plan.name[n], BTF_KIND_FUNC);
	struct attach_to to = { .btf_id = (uint32_t)id };
	struct why why;
	int fd;

	if (id <= 0)
		return why_set(reterr_why, -ENOENT,
			       "the kernel's types have no such function");
	fd = attach_traced(r->bpf->progs.repro_enter, BPF_TRACE_FENTRY, &to, n,
			   reterr_why);
	if (fd < 0)
		return fd;
	repro_keep(r, fd);
	told->entry = true;
	snprintf(told->by, sizeof(told->by), "fentry");
	if (!r->plan.function[n].returns)
		return 0;
	fd = attach_traced(r->bpf->progs.repro_leave, BPF_TRACE_FEXIT, &to, n,
			   &why);
	repro_keep(r, fd);
	told->end = fd >= 0;
	if (fd < 0)
		why_set(&told->why, 0, "its end is not watched: %.400s",
			why.text);
	return 0;
}

static void attach_function(struct repro *r, const struct btf *types,
			    uint32_t n)
{
	struct repro_told told = { .function = n };
	struct why why = { .text = "" }, probe = { .text = "" };

	if (attach_typed(r, types, n, &told, &why) < 0) {
		told.entry = attach_kprobe(r->bpf->progs.repro_probe,
					   r->plan.name[n], n, &probe) == 0;
		snprintf(told.by, sizeof(told.by), "kprobe");
		if (!told.entry)
			told.why = probe;
		else if (r->plan.function[n].returns)
			why_set(&told.why, 0, "its end is not watched: %.400s",
				why.text);
	}
	repro_tell(r, &told);
}

/* What the programs have to know of each function. */
static int give_plan(struct repro *r)
{
	const struct repro_watch *p = &r->plan;
	int map = bpf_map__fd(r->bpf->maps.repro_targets), e = 0;

	r->bpf->bss->repro_control.pid_at = p->pid_at;
	for (uint32_t n = 0; e == 0 && n < p->count; n++) {
		struct repro_target t = {
			.function = p->function[n],
			.task = p->task[n],
			.exit_kind = n == p->trigger ? p->trigger_kind
						     : REPRO_NO_ARG,
		};
		e = bpf_map_update_elem(map, &n, &t, BPF_ANY);
	}
	return e;
}

static int load(struct repro *r, struct why *reterr_why)
{
	int pair[2], e;

	libbpf_set_print(note_print);
	last.text[0] = '\0';
	r->bpf = repro_bpf__open_and_load();
	if (!r->bpf)
		return why_set(reterr_why, -ENOSYS,
			       "this kernel loads no BPF programs that watch "
			       "functions (CONFIG_BPF_EVENTS, "
			       "CONFIG_FUNCTION_TRACER, CONFIG_DYNAMIC_FTRACE, "
			       "CONFIG_NET): %.256s",
			       last.text[0] ? last.text : strerror(errno));
	e = give_plan(r);
	if (e < 0)
		return why_set(reterr_why, e, "cannot hand over the plan");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       0, pair) < 0)
		return why_set(reterr_why, -errno, "cannot make a socket");
	r->tell = pair[0];
	r->hear = pair[1];
	return 0;
}

/* No function can be watched. */
static int tell_none(struct repro *r, const struct why *why)
{
	struct str out = { 0 };

	for (uint32_t n = 0; n < r->plan.count; n++) {
		struct repro_told told = { .function = n, .why = *why };

		repro_tell(r, &told);
	}
	json_open(&out, "repro");
	json_number(&out, "records", 0);
	return channel_send(r->channel, &out);
}

int repro_begin(struct repro *r, struct watch *w, const char *plan,
		struct why *reterr_why)
{
	struct btf *types = NULL;
	struct why why;
	int e;

	if (!plan)
		return 0;
	r->channel = w->channel;
	e = repro_plan_read(plan, &r->plan, reterr_why);
	if (e < 0)
		return e;
	e = load(r, &why);
	if (e == 0)
		types = btf__load_vmlinux_btf();
	if (e == 0 && !types)
		why_set(&why, -ENOSYS, "this kernel does not tell its types");
	if (!types)
		return tell_none(r, &why);
	(void)repro_ops_find(&r->ops, types);
	r->begun = true;
	w->repro = r;
	for (uint32_t n = 0; n < r->plan.count; n++) {
		if (r->plan.member[n] == REPRO_NONE)
			attach_function(r, types, n);
	}
	btf__free(types);
	return 0;
}
