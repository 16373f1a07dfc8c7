/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream.h - a trace on its way from the guest: records one behind the other.
 *
 * Init sends what tracefs gives, as it is, and the host takes it apart: the
 * formats of events by the kernel's own description, and then each page of each
 * CPU's ring buffer. Numbers are little-endian. The guest is not trusted.
 */
#pragma once

#include <stdint.h>

/* What a trace may have in bytes, of all CPUs, with all that is around it. */
#define TRACE_BYTES_MAX (UINT64_C(176) << 20)
/* Of the buffers together; the rest is for heads of records and frames. */
#define TRACE_BUFFERS_KIB (UINT64_C(160) << 10)
/* Of each CPU, if nothing is said: no more than this, nor than its part of
 * TRACE_SHARED_KIB. */
#define TRACE_CPU_KIB	 4096
#define TRACE_SHARED_KIB (UINT64_C(128) << 10)
#define TRACE_KIB_MIN	 16

/* A page of a ring buffer may be as long as the kernel's largest. */
#define TRACE_PAGE_MAX 65536

enum trace_record {
	TRACE_FORMAT = 1, /* the text of events/.../format */
	TRACE_PAGE,	  /* what one read of trace_pipe_raw gave */
};

/**
 * struct trace_head - what stands before each record
 * @cpu: of a page
 * @len: bytes behind the head; then as many as make it a multiple of 8
 */
struct trace_head {
	uint32_t kind, cpu;
	uint64_t len;
};

#define TRACE_PAD(len) (((len) + 7) / 8 * 8)
