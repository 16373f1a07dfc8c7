/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ring.h - a page of a kernel's ring buffer, as trace_pipe_raw gives it.
 *
 * A time stamp and a count of bytes, then entries: 27 bits of time since the
 * one before, 5 that say how long it is or that it is a longer time. Written
 * for 64-bit little-endian kernels, from 2.6.30 to at least 6.16.
 *
 * Source: Linux include/linux/ring_buffer.h (enum ring_buffer_type),
 * kernel/trace/ring_buffer.c (ring_buffer_read_page(), rb_event_length()).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/lib/why.h"

/**
 * struct trace_page - a page that is read
 * @data, @len, @at: its entries, and where the next one begins
 * @now_ns: time of the last one that was read
 * @lost:   events were lost between this CPU's page before and this one
 * @lost_count: so many, if the kernel says; else 0
 */
struct trace_page {
	const unsigned char *data;
	size_t len, at;
	uint64_t now_ns;
	bool lost;
	uint64_t lost_count;
};

/* Return: 0 or -EBADMSG and @reterr_why. @data stays the caller's. */
int trace_page_begin(struct trace_page *p, const void *data, size_t len,
		     struct why *reterr_why);

/**
 * trace_page_next() - the next event's record
 * @ret, @ret_len: inside the page, not aligned
 *
 * Return: 1, 0 at the end, or -EBADMSG and @reterr_why.
 */
int trace_page_next(struct trace_page *p, const void **ret, size_t *ret_len,
		    struct why *reterr_why);
