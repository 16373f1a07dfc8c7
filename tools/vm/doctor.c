/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor.c - "ktstr-vm doctor": what this machine has, and how to get the rest.
 */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/program.h"
#include "tools/lib/str.h"
#include "tools/vm/gate.h"
#include "tools/vm/host.h"
#include "tools/vm/qemu.h"
#include "tools/vm/threads.h"
#include "vmm/ask.h"
#include "vmm/confine.h"

enum health { GOOD, LACKING, BROKEN };

static const char *const health_names[] = { "ok", "note", "missing" };

/* Findings: printed as lines, or collected for --json. */
struct findings {
	json_t *list;
	bool json;
	int broken;
};

KTSTR_PRINTF(4, 5)
static void found(struct findings *f, enum health h, const char *what,
		  const char *fmt, ...)
{
	char text[700];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f->broken += h == BROKEN;
	if (f->json)
		json_array_append_new(f->list,
				      json_pack("{s:s,s:s,s:s}", "what", what,
						"state", health_names[h],
						"text", text));
	else
		printf("%-8s %-14s %s\n", health_names[h], what, text);
}

static bool in_path(const char *name)
{
	auto_free char *path = program_find(name);

	return path != NULL;
}

static void check_qemu(const struct request *req, struct findings *f)
{
	const char *name = req->qemu ? req->qemu : "qemu-system-x86_64";
	auto_free char *version = qemu_version(name);

	if (strcmp(version, "unknown") == 0)
		found(f, BROKEN, "qemu",
		      "'%s' does not run; make deps installs it", name);
	else
		found(f, GOOD, "qemu", "%s", version);
}

static void check_threads(const struct request *req, struct findings *f)
{
	const char *qemu = req->qemu ? req->qemu : "qemu-system-x86_64";

	if (threads_are_sound(qemu))
		found(f, GOOD, "threads",
		      "TCG has one for each CPU under the real clock");
	else
		found(f, LACKING, "threads",
		      "with one for each CPU this QEMU's TCG makes kernels "
		      "panic now and then, before version 8.1; under the real "
		      "clock they share one without KVM");
}

/* Does QEMU run with ktstr-gate.so? It is started, with one CPU, and asked. */
static void check_gate(const struct request *req, struct findings *f)
{
	auto_fd int fd = gate_find();
	struct machine_config c = {
		.qemu = req->qemu ? req->qemu : "qemu-system-x86_64",
		MACHINE_NO_FILES,
		.gate_fd = fd,
		.topology = { .nodes = 1, .llcs = 1, .cores = 1, .threads = 1 },
		.port_bytes_max = 1 << 20,
	};
	bool gated = false;
	struct why why;

	c.memory_mib = machine_memory(&c.topology, 0);
	c.sandbox = qemu_has_sandbox(c.qemu);
	if (fd < 0)
		found(f, LACKING, "gate",
		      "ktstr-gate.so is neither beside ktstr-vm nor in "
		      "../libexec/ktstr; make install puts it there: without "
		      "it equal runs may differ on a busy host");
	else if (machine_ask_gate(&c, &gated, &why) < 0)
		found(f, LACKING, "gate", "cannot be tried: %s", why.text);
	else if (!gated)
		found(f, LACKING, "gate",
		      "this QEMU does not load ktstr-gate.so, as one that is "
		      "linked statically: equal runs may differ on a busy "
		      "host");
	else
		found(f, GOOD, "gate",
		      "QEMU loads ktstr-gate.so: equal runs are equal on a "
		      "busy host, too");
}

static void check_kvm(struct findings *f)
{
	struct why why = { .text = "" };

	if (host_kvm_works(&why) == 0)
		found(f, GOOD, "kvm", "runs guests; --clock real uses it");
	else
		found(f, LACKING, "kvm",
		      "%s; the virtual clock does not need it", why.text);
}

static void check_confinement(const struct request *req, struct findings *f)
{
	const char *qemu = req->qemu ? req->qemu : "qemu-system-x86_64";
	struct why why;

	if (confine_lacks(&why) < 0)
		found(f, LACKING, "confinement", "%s", why.text);
	else
		found(f, GOOD, "confinement",
		      "QEMU reaches its own files only, and no network");
	if (qemu_has_sandbox(qemu))
		found(f, GOOD, "qemu-sandbox", "QEMU filters its own calls");
	else
		found(f, LACKING, "qemu-sandbox",
		      "this QEMU was built without seccomp; a filter of ours "
		      "refuses processes and sockets");
}

static void check_tools(struct findings *f)
{
	static const struct {
		const char *name, *what_for;
	} tool[] = {
		{ "clang", "BPF schedulers" },
		{ "bpftool", "BPF schedulers" },
		{ "pahole", "kernels with BTF" },
		{ "flex", "kernels" },
		{ "bison", "kernels" },
		{ "bc", "kernels" },
		{ "lz4", "kernels" },
		{ "make", "everything" },
		{ "gcc", "kernels and loaders" },
	};

	for (size_t i = 0; i < sizeof(tool) / sizeof(tool[0]); i++) {
		if (in_path(tool[i].name))
			found(f, GOOD, tool[i].name, "for %s",
			      tool[i].what_for);
		else
			found(f, BROKEN, tool[i].name,
			      "not in PATH, needed for %s; make deps installs "
			      "it",
			      tool[i].what_for);
	}
}

/* What there is in the file system where @root is, or would be made. */
static int room_at(const char *root, struct statvfs *ret)
{
	auto_free char *path = strdup(root);
	char *slash;

	if (!path)
		return -ENOMEM;
	while (statvfs(path, ret) < 0) {
		slash = strrchr(path, '/');
		if (!slash || slash == path)
			return statvfs("/", ret) < 0 ? -errno : 0;
		*slash = '\0';
	}
	return 0;
}

static void check_disk(struct findings *f)
{
	auto_free char *root = NULL;
	struct statvfs v;
	struct why why;
	double free_gib;
	int r;

	if (cache_root(&root, &why) < 0) {
		found(f, BROKEN, "cache", "%s", why.text);
		return;
	}
	r = room_at(root, &v);
	if (r < 0) {
		found(f, BROKEN, "cache", "%s: %s", root, strerror(-r));
		return;
	}
	free_gib = (double)v.f_bavail * (double)v.f_frsize / (1 << 30);
	found(f, free_gib < 4 ? LACKING : GOOD, "cache", "%s, %.1f GiB free%s",
	      root, free_gib, free_gib < 4 ? "; a kernel build takes 4" : "");
}

int command_doctor(const struct request *req)
{
	struct findings f = { .list = json_array(), .json = req->json };

	check_qemu(req, &f);
	check_threads(req, &f);
	check_gate(req, &f);
	check_kvm(&f);
	check_confinement(req, &f);
	check_tools(&f);
	check_disk(&f);
	if (req->json) {
		json_dumpf(f.list, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(f.list);
	return f.broken ? EX_FAIL : EX_PASS;
}
