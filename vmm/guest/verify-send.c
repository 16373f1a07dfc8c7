/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify-send.c - in init: from the records to frames. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "vmm/frame.h"
#include "vmm/guest/bpf.h"
#include "vmm/guest/json.h"
#include "vmm/guest/verify-record.h"
#include "vmm/guest/verify.h"

/* Of a log, in one frame: each byte needs at most six of JSON text. */
#define PIECE (FRAME_PAYLOAD_MAX / 6 - 64)

int verify_begin(struct verify *v, bool with_log)
{
	*v = (struct verify){ memfd_create("programs", MFD_CLOEXEC), with_log };
	return v->records < 0 ? -errno : 0;
}

void verify_done(struct verify *v)
{
	cleanup_fd(&v->records);
	v->records = -1;
}

/* All records, one behind the other in memory. */
struct records {
	const char *data, *end;
};

/* The record at @*at, moved past it and its log; NULL behind the last. */
static const char *next(const struct records *all, const char **at,
			struct verify_record *ret)
{
	size_t left = (size_t)(all->end - *at);
	const char *log = *at + sizeof(*ret);

	if (left < sizeof(*ret))
		return NULL;
	memcpy(ret, *at, sizeof(*ret));
	if (ret->log_len > left - sizeof(*ret))
		return NULL;
	*at = log + ret->log_len;
	return log;
}

/* Libraries load what was refused again, for the log of it. */
static bool comes_again(const struct records *all, const char *at,
			const struct verify_record *r)
{
	struct verify_record other;

	while (r->error && next(all, &at, &other)) {
		if (strcmp(other.name, r->name) == 0)
			return true;
	}
	return false;
}

/*
 * Libraries try what a kernel can do with programs of their own, which are gone
 * at once. What is of the scheduler's object has the name of its function.
 */
static bool is_trial(const struct verify_record *r, int fd)
{
	return fd < 0 && strncmp(r->name, r->given, strlen(r->given)) != 0;
}

static void add_info(struct str *out, int fd)
{
	struct bpf_prog_info info = { 0 };

	/* A program that is gone already has no more to tell. */
	if (fd < 0 || bpf_info(fd, &info, sizeof(info)) < 0)
		return;
	json_number(out, "verified_insns", info.verified_insns);
	json_number(out, "xlated_bytes", info.xlated_prog_len);
	json_number(out, "jited_bytes", info.jited_prog_len);
}

static int send_log(struct channel *c, const char *log, size_t len)
{
	int r = 0;

	for (size_t at = 0, n; r == 0 && at < len; at += n) {
		struct str out = { 0 };

		n = len - at < PIECE ? len - at : PIECE;
		json_open(&out, "program-log");
		json_key(&out, "text");
		str_add(&out, "\"");
		json_escape(&out, log + at, n);
		str_add(&out, "\"");
		r = channel_send(c, &out);
	}
	return r;
}

static int send_program(struct channel *c, const struct verify_record *r,
			const char *log, uint32_t room)
{
	uint32_t len = r->log_len < room ? r->log_len : room;
	auto_fd int fd = r->id ? bpf_open(BPF_PROG_GET_FD_BY_ID, r->id) : -1;
	struct str out = { 0 };
	int error;

	if (is_trial(r, fd))
		return 0;
	json_open(&out, "program");
	json_text(&out, "name", r->name);
	json_number(&out, "type", r->type);
	json_number(&out, "error", (uint64_t)r->error);
	json_number(&out, "insns", r->insns);
	add_info(&out, fd);
	json_number(&out, "log_lost", r->log_lost + (r->log_len - len));
	error = channel_send(c, &out);
	/* The end of it tells most. */
	return error < 0 ? error : send_log(c, log + (r->log_len - len), len);
}

int verify_send(struct verify *v, struct channel *c)
{
	uint32_t room = VERIFY_LOGS_MAX;
	struct verify_record one;
	struct stat st;
	const char *log, *at;
	void *data;
	int r = 0;

	if (v->records < 0 || fstat(v->records, &st) < 0 || st.st_size == 0)
		return 0;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
		    v->records, 0);
	if (data == MAP_FAILED)
		return -errno;
	struct records all = { data, (char *)data + st.st_size };
	for (at = all.data; r == 0 && (log = next(&all, &at, &one));) {
		if (comes_again(&all, at, &one))
			continue;
		r = send_program(c, &one, log, room);
		room -= one.log_len < room ? one.log_len : room;
	}
	munmap(data, (size_t)st.st_size);
	return r;
}
