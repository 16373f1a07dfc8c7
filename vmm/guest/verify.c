/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify.c - in the process that follows the scheduler's program. */
#include "vmm/guest/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "vmm/guest/bpf.h"
#include "vmm/guest/inject.h"
#include "vmm/guest/verify-record.h"

/* Bits of attr.log_level: include/linux/bpf_verifier.h of Linux. */
#define LOG_LEVEL2 2U /* of an accepted program, too */
#define LOG_LEVELS 3U
#define LOG_STATS  4U

/* attr.log_true_size, of Linux 6.4 and later. */
#define TRUE_SIZE_AT (offsetof(union bpf_attr, core_relo_rec_size) + 4)

#define ATTR_MAX 1024
#define ATTR_MIN (offsetof(union bpf_attr, func_info_cnt) + 4)
#define PAGE	 4096U
#define LOG_FEW	 (16 * PAGE) /* for the numbers alone */

/**
 * struct load - one BPF_PROG_LOAD
 * @memory: /proc/PID/mem
 * @theirs, @size: the call's attributes as they are
 * @at, @log_size: our memory in that process: a page for the attributes, and a
 *	 log behind it
 * @result: of the call
 */
struct load {
	struct inject thread;
	int memory;
	union {
		union bpf_attr attr;
		unsigned char byte[ATTR_MAX];
	} theirs;
	uint64_t size, at;
	uint32_t log_size;
	int64_t result;
};

static int peek(const struct load *l, uint64_t at, void *to, size_t len)
{
	ssize_t n = pread(l->memory, to, len, (off_t)at);

	return n == (ssize_t)len ? 0 : n < 0 ? -errno : -EFAULT;
}

static int poke(const struct load *l, uint64_t at, const void *from, size_t len)
{
	ssize_t n = pwrite(l->memory, from, len, (off_t)at);

	return n == (ssize_t)len ? 0 : n < 0 ? -errno : -EFAULT;
}

/* Is it a program to be looked at? */
static bool read_theirs(struct load *l, uint64_t at)
{
	return l->size >= ATTR_MIN && l->size <= ATTR_MAX &&
	       peek(l, at, &l->theirs, l->size) == 0 &&
	       l->theirs.attr.func_info_cnt > 0;
}

/* Load with a log of that level. Return: 0 or -errno of the way. */
static int load_with(struct load *l, uint32_t level)
{
	unsigned char ours[ATTR_MAX] = { 0 };
	union bpf_attr *attr = (union bpf_attr *)ours;
	uint64_t size = l->size < TRUE_SIZE_AT + 4 ? TRUE_SIZE_AT + 4 : l->size;
	int r;

	memcpy(ours, &l->theirs, l->size);
	attr->log_level = level;
	attr->log_size = l->log_size;
	attr->log_buf = l->at + PAGE;
	memset(ours + TRUE_SIZE_AT, 0, 4);
	r = poke(l, l->at, ours, size);
	if (r < 0)
		return r;
	return inject_call(&l->thread, __NR_bpf,
			   (uint64_t[6]){ BPF_PROG_LOAD, l->at, size },
			   &l->result);
}

/* The text in our buffer; the caller frees it. */
static int take_log(const struct load *l, struct verify_record *r, char **ret)
{
	char *text = malloc(l->log_size + 1U);
	uint32_t true_size = 0;
	int error;

	if (!text)
		return -ENOMEM;
	error = peek(l, l->at + PAGE, text, l->log_size);
	if (error == 0)
		error = peek(l, l->at + TRUE_SIZE_AT, &true_size, 4);
	if (error < 0) {
		free(text);
		return error;
	}
	text[l->log_size] = '\0';
	r->log_len = (uint32_t)strlen(text);
	/* Otherwise it was the kernel that threw something away. */
	if (true_size > l->log_size)
		r->log_lost = true_size - r->log_len - 1;
	*ret = text;
	return 0;
}

/* Who loads gets the log that it asked for, as far as it has room. */
static void give_log(const struct load *l, uint64_t attr_at,
		     const struct verify_record *r, const char *log)
{
	const union bpf_attr *attr = &l->theirs.attr;
	uint32_t size = attr->log_size, len = r->log_len, all;

	if (l->size >= TRUE_SIZE_AT + 4) {
		all = len + r->log_lost + 1;
		(void)poke(l, attr_at + TRUE_SIZE_AT, &all, 4);
	}
	if (!attr->log_level || !attr->log_buf || !size)
		return;
	if (len >= size) {
		log += len - (size - 1);
		len = size - 1;
	}
	(void)poke(l, attr->log_buf, log, len);
	(void)poke(l, attr->log_buf + len, "", 1);
}

/*
 * The kernel's own name of a program has 15 characters; its type information
 * has all of them. The first function is the main one.
 */
static void find_name(const struct load *l, struct verify_record *r)
{
	static struct btf_view btf;
	static uint32_t btf_id;
	const union bpf_attr *attr = &l->theirs.attr;
	struct bpf_func_info info;
	uint32_t id = bpf_fdinfo(l->thread.pid, attr->prog_btf_fd, "btf_id:");
	const char *name = NULL;

	/* All programs of an object share one. */
	if (id != btf_id) {
		free((char *)btf.data);
		btf = (struct btf_view){ 0 };
		btf_id = bpf_read_btf(id, &btf) == 0 ? id : 0;
	}
	if (btf_id && peek(l, attr->func_info, &info, sizeof(info)) == 0)
		name = btf_name(&btf, info.type_id);
	memcpy(r->given, attr->prog_name, sizeof(r->given) - 1);
	snprintf(r->name, sizeof(r->name), "%.*s",
		 name ? (int)sizeof(r->name) - 1 : BPF_OBJ_NAME_LEN,
		 name ? name : attr->prog_name);
}

static void describe(const struct load *l, struct verify_record *r)
{
	r->type = l->theirs.attr.prog_type;
	r->insns = l->theirs.attr.insn_cnt;
	if (l->result < 0)
		r->error = (int32_t)-l->result;
	else
		r->id = bpf_fdinfo(l->thread.pid, (uint32_t)l->result,
				   "prog_id:");
	find_name(l, r);
}

static int keep(struct verify *v, const struct verify_record *r,
		const char *log)
{
	int error = file_write_all(v->records, r, sizeof(*r));

	return error < 0 ? error : file_write_all(v->records, log, r->log_len);
}

/* With our memory at @l->at. Return: 0 or -errno of the way. */
static int load_and_keep(struct verify *v, struct load *l, uint64_t attr_at,
			 uint32_t level)
{
	struct verify_record record = { 0 };
	auto_free char *log = NULL;
	int r = load_with(l, level);

	if (r == 0)
		r = take_log(l, &record, &log);
	/* No program is refused because our buffer is too short: once more, for
	 * the numbers alone, which stand in what was kept of the log. */
	if (r == 0 && l->result == -ENOSPC && (level & LOG_LEVELS))
		r = load_with(l, LOG_STATS);
	if (r < 0)
		return r;
	give_log(l, attr_at, &record, log);
	/* A signal came: it will be loaded again. */
	if (l->result == -EAGAIN)
		return 0;
	describe(l, &record);
	return keep(v, &record, log);
}

static int map(struct load *l, uint32_t level)
{
	int64_t at = 0;
	int r;

	l->log_size = level & LOG_LEVELS ? VERIFY_LOG_MAX : LOG_FEW;
	r = inject_call(
		&l->thread, __NR_mmap,
		(uint64_t[6]){ 0, PAGE + l->log_size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			       (uint64_t)-1, 0 },
		&at);
	if (r == 0 && at < 0)
		r = (int)at;
	l->at = (uint64_t)at;
	return r;
}

static int with_memory(struct verify *v, struct load *l, uint64_t attr_at)
{
	uint32_t level = (l->theirs.attr.log_level & LOG_LEVELS) | LOG_STATS;
	int64_t ignored;
	int r;

	/* What is asked for stays, such as the words for a refused program. */
	if (v->with_log && !(level & LOG_LEVELS))
		level |= LOG_LEVEL2;
	r = map(l, level);
	if (r < 0)
		return r;
	r = load_and_keep(v, l, attr_at, level);
	if (r == -ESRCH)
		return r;
	(void)inject_call(&l->thread, __NR_munmap,
			  (uint64_t[6]){ l->at, PAGE + l->log_size }, &ignored);
	return r;
}

int verify_load(struct verify *v, pid_t pid, uint64_t attr_at,
		uint64_t attr_size)
{
	/* What who loads is told if it comes to no call at all. */
	struct load l = { .size = attr_size, .result = -ENOMEM };
	char path[32];
	int r, end;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	auto_fd int memory = open(path, O_RDWR | O_CLOEXEC);
	l.memory = memory;
	if (memory < 0 || !read_theirs(&l, attr_at))
		return 0;
	r = inject_begin(&l.thread, pid);
	if (r < 0)
		return r;
	r = with_memory(v, &l, attr_at);
	end = r == -ESRCH ? 0 : inject_end(&l.thread, l.result);
	return r < 0 ? r : end;
}
