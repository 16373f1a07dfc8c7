/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/trace/ring.h"

#include <errno.h>
#include <string.h>

#define HEAD_BYTES    16 /* time stamp, and what was written */
#define COMMIT_MASK   0xfffff
#define COMMIT_LOST   (UINT64_C(1) << 31) /* RB_MISSED_EVENTS */
#define COMMIT_STORED (UINT64_C(1) << 30) /* RB_MISSED_STORED */

/* Of the lowest 5 bits of an entry; from 1 to 28 they are its words. */
enum { TYPE_LONG = 0, TYPE_PADDING = 29, TYPE_EXTEND = 30, TYPE_STAMP = 31 };

#define DELTA_BITS 27
/* A time stamp in an entry has only these, of which the page's has all. */
#define STAMP_BITS 59

static uint64_t read_64(const unsigned char *at)
{
	uint64_t n;

	memcpy(&n, at, sizeof(n));
	return n;
}

static uint32_t read_32(const unsigned char *at)
{
	uint32_t n;

	memcpy(&n, at, sizeof(n));
	return n;
}

int trace_page_begin(struct trace_page *p, const void *data, size_t len,
		     struct why *reterr_why)
{
	const unsigned char *page = data;
	uint64_t commit;

	if (len < HEAD_BYTES)
		return why_set(reterr_why, -EBADMSG,
			       "a page of the trace has no head");
	commit = read_64(page + 8);
	*p = (struct trace_page){ .data = page + HEAD_BYTES,
				  .len = commit & COMMIT_MASK,
				  .now_ns = read_64(page),
				  .lost = commit & COMMIT_LOST };
	if (p->len > len - HEAD_BYTES)
		return why_set(reterr_why, -EBADMSG,
			       "a page of the trace is shorter than it says");
	if (p->lost && commit & COMMIT_STORED &&
	    len - HEAD_BYTES - p->len >= sizeof(uint64_t))
		p->lost_count = read_64(p->data + p->len);
	return 0;
}

/* A stamp is the time itself but for its highest bits. */
static uint64_t stamp(uint64_t now, uint64_t low)
{
	uint64_t high = now >> STAMP_BITS << STAMP_BITS;

	low &= (UINT64_C(1) << STAMP_BITS) - 1;
	if ((high | low) < now)
		high += UINT64_C(1) << STAMP_BITS;
	return high | low;
}

/* What is no event: a longer time, or room that was not used. Return: its
 * bytes; 0: the page ends here. */
static size_t pass_over(struct trace_page *p, uint32_t type, uint32_t delta,
			uint32_t word)
{
	if (type == TYPE_EXTEND) {
		p->now_ns += ((uint64_t)word << DELTA_BITS) + delta;
		return 8;
	}
	if (type == TYPE_STAMP) {
		p->now_ns = stamp(p->now_ns,
				  ((uint64_t)word << DELTA_BITS) + delta);
		return 8;
	}
	if (delta == 0)
		return 0;
	/* An event that was taken back: its time counts. */
	p->now_ns += delta;
	return 4 + (size_t)word;
}

int trace_page_next(struct trace_page *p, const void **ret, size_t *ret_len,
		    struct why *reterr_why)
{
	while (p->len - p->at >= 4) {
		uint32_t head = read_32(p->data + p->at);
		size_t left = p->len - p->at, bytes, skip = 4;
		uint32_t type = head & 31, delta = head >> 5, word;

		word = left >= 8 ? read_32(p->data + p->at + 4) : 0;
		if (type >= TYPE_PADDING) {
			bytes = pass_over(p, type, delta, word);
			if (bytes == 0)
				break;
		} else if (type == TYPE_LONG) {
			bytes = 4 + (size_t)word;
			skip = 8;
		} else {
			bytes = 4 + 4 * (size_t)type;
		}
		bytes = (bytes + 3) / 4 * 4;
		if (bytes > left || bytes < skip)
			return why_set(reterr_why, -EBADMSG,
				       "an entry of the trace is longer than "
				       "its page, or has no bytes");
		p->at += bytes;
		if (type >= TYPE_PADDING)
			continue;
		p->now_ns += delta;
		*ret = p->data + p->at - bytes + skip;
		*ret_len = bytes - skip;
		return 1;
	}
	p->at = p->len;
	return 0;
}
