/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/repro-attach.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "tools/lib/cleanup.h"

/* The verifier's own words, of which the first line tells; it prints the
 * program's instructions before when it comes so far. */
#define LOG_BYTES 4096

static int refuse(struct why *reterr_why, int error, char *log)
{
	log[strcspn(log, "\n")] = '\0';
	return why_set(reterr_why, error, "%.400s",
		       *log ? log : strerror(-error));
}

int attach_traced(const struct bpf_program *model, enum bpf_attach_type type,
		  const struct attach_to *to, uint64_t cookie,
		  struct why *reterr_why)
{
	char log[LOG_BYTES] = "";
	struct bpf_prog_load_opts load = {
		.sz = sizeof(load),
		.expected_attach_type = type,
		.attach_prog_fd = (__u32)to->program,
		.attach_btf_id = to->btf_id,
		.log_buf = log,
		.log_size = sizeof(log),
	};
	struct bpf_link_create_opts link = { .sz = sizeof(link),
					     .tracing.cookie = cookie };
	auto_fd int fd = bpf_prog_load(
		BPF_PROG_TYPE_TRACING, bpf_program__name(model), "GPL",
		bpf_program__insns(model), bpf_program__insn_cnt(model), &load);
	int r;

	if (fd < 0)
		return refuse(reterr_why, fd, log);
	r = bpf_link_create(fd, 0, type, &link);
	return r < 0 ? why_set(reterr_why, r, "cannot attach: %s", strerror(-r))
		     : r;
}

int attach_kprobe(const struct bpf_program *program, const char *name,
		  uint64_t cookie, struct why *reterr_why)
{
	struct bpf_kprobe_opts opts = { .sz = sizeof(opts),
					.bpf_cookie = cookie };
	struct bpf_link *link =
		bpf_program__attach_kprobe_opts(program, name, &opts);

	if (link)
		return 0;
	if (errno == ENOENT)
		return why_set(reterr_why, -ENOENT,
			       "the kernel has no such function, or it is "
			       "inlined");
	/* Of code that probes need themselves, or that ran before init. */
	if (errno == EINVAL)
		return why_set(reterr_why, -EINVAL,
			       "the kernel does not let it be probed");
	return why_set(reterr_why, -errno, "cannot set a kprobe: %s",
		       strerror(errno));
}
