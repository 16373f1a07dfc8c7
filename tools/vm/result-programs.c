/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/result-programs.h"

#include <string.h>

#include "tools/lib/verifier-log.h"

/* enum bpf_prog_type of include/uapi/linux/bpf.h of Linux. */
static const char *const type_names[] = {
	"unspec",
	"socket_filter",
	"kprobe",
	"sched_cls",
	"sched_act",
	"tracepoint",
	"xdp",
	"perf_event",
	"cgroup_skb",
	"cgroup_sock",
	"lwt_in",
	"lwt_out",
	"lwt_xmit",
	"sock_ops",
	"sk_skb",
	"cgroup_device",
	"sk_msg",
	"raw_tracepoint",
	"cgroup_sock_addr",
	"lwt_seg6local",
	"lirc_mode2",
	"sk_reuseport",
	"flow_dissector",
	"cgroup_sysctl",
	"raw_tracepoint_writable",
	"cgroup_sockopt",
	"tracing",
	"struct_ops",
	"ext",
	"lsm",
	"sk_lookup",
	"syscall",
	"netfilter",
};
#define TYPES ((int64_t)(sizeof(type_names) / sizeof(type_names[0])))

static void set_number(json_t *o, const char *key, uint64_t value)
{
	json_object_set_new(o, key, json_integer((json_int_t)value));
}

/* Numbers that only the log has. */
static void add_numbers(json_t *o, const char *log, size_t len)
{
	struct verifier_numbers n;

	if (verifier_numbers_parse(log, len, &n) < 0)
		return;
	/* Of an accepted program the kernel told it already. */
	if (!json_object_get(o, "verified_insns"))
		set_number(o, "verified_insns", n.processed);
	set_number(o, "insn_limit", n.limit);
	set_number(o, "states_per_insn", n.per_insn);
	set_number(o, "total_states", n.total);
	set_number(o, "peak_states", n.peak);
	if (*n.stack) {
		json_object_set_new(o, "stack", json_string(n.stack));
		set_number(o, "stack_bytes", n.stack_bytes);
	}
	if (n.has_time)
		set_number(o, "verification_us", n.time_us);
}

static json_t *one(const json_t *frame, const char *log, size_t len)
{
	int64_t type = facts_int(frame, "type");
	int64_t error = facts_int(frame, "error");
	json_t *o = json_object();

	json_object_set_new(o, "name", json_string(facts_text(frame, "name")));
	json_object_set_new(
		o, "type",
		type >= 0 && type < TYPES
			? json_string(type_names[type])
			: json_sprintf("type %lld", (long long)type));
	json_object_set_new(o, "accepted", json_boolean(error == 0));
	json_object_set_new(o, "error",
			    error > 0 && error < 4096
				    ? json_string(strerror((int)error))
				    : json_null());
	json_object_set(o, "insns", json_object_get(frame, "insns"));
	if (facts_int(frame, "verified_insns") > 0)
		json_object_set(o, "verified_insns",
				json_object_get(frame, "verified_insns"));
	add_numbers(o, log, len);
	if (json_object_get(frame, "xlated_bytes")) {
		json_object_set(o, "xlated_bytes",
				json_object_get(frame, "xlated_bytes"));
		json_object_set(o, "jited_bytes",
				json_object_get(frame, "jited_bytes"));
	}
	json_object_set(o, "log_at", json_object_get(frame, "log_at"));
	set_number(o, "log_bytes", len);
	json_object_set(o, "log_lost", json_object_get(frame, "log_lost"));
	return o;
}

json_t *result_programs(const struct test *t, const struct facts *f)
{
	size_t count = json_array_size(f->program), end;
	json_t *list;

	if (!t->verifier)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < count; i++) {
		const json_t *frame = json_array_get(f->program, i);
		size_t at = (size_t)facts_int(frame, "log_at");

		end = i + 1 < count ? (size_t)facts_int(
					      json_array_get(f->program, i + 1),
					      "log_at")
				    : f->program_log.len;
		json_array_append_new(
			list,
			one(frame, str_text(&f->program_log) + at, end - at));
	}
	return list;
}
