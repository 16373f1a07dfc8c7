/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/frame.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/crc.h"

/* "@SEQ " and "CRC " at most, with SEQ of 20 digits. */
#define MARK_MAX 32
#define CRC_LEN	 9

static uint32_t crc_begin(uint64_t seq)
{
	char head[MARK_MAX];
	int n = snprintf(head, sizeof(head), "%" PRIu64 " ", seq);

	return crc32_of(head, (size_t)n, 0);
}

void frame_format(struct str *out, uint64_t seq, const char *payload)
{
	uint32_t crc = crc32_of(payload, strlen(payload), crc_begin(seq));

	str_addf(out, "@%" PRIu64 " %08" PRIx32 " ", seq, crc);
	str_add(out, payload);
	str_add(out, "\n");
}

size_t frame_format_head(char head[FRAME_HEAD_MAX], uint64_t seq, int stream,
			 const void *data, size_t len)
{
	char kind[FRAME_HEAD_MAX / 2];
	int n = snprintf(kind, sizeof(kind), ">%d %zu\n", stream, len);
	uint32_t crc = crc32_of(kind, (size_t)n, crc_begin(seq));

	crc = crc32_of(data, len, crc);
	n = snprintf(head, FRAME_HEAD_MAX, "@%" PRIu64 " %08" PRIx32 " %s", seq,
		     crc, kind);
	return (size_t)n;
}

/* "STREAM LEN" behind the ">", in the very form that we write. */
static bool read_kind(const char *text, const char *newline, struct frame *ret)
{
	size_t len = 0;
	char digits[16];
	int n;

	if (newline - text < 3 || newline - text > 8 || text[0] < '1' ||
	    text[0] > '0' + FRAME_MONITOR)
		return false;
	for (const char *p = text + 2; p < newline; p++) {
		if (*p < '0' || *p > '9')
			return false;
		len = len * 10 + (size_t)(*p - '0');
	}
	n = snprintf(digits, sizeof(digits), "%c %zu", text[0], len);
	*ret = (struct frame){ text[0] - '0', newline + 1, len };
	return n == newline - text && memcmp(digits, text, (size_t)n) == 0;
}

static int bad(uint64_t seq, const char *what, struct why *reterr_why)
{
	return why_set(reterr_why, -EBADMSG, "frame %" PRIu64 " %s", seq, what);
}

int frame_read(const char **text, const char *end, uint64_t *seq,
	       struct frame *ret, struct why *reterr_why)
{
	char head[MARK_MAX];
	size_t left = (size_t)(end - *text);
	int n = snprintf(head, sizeof(head), "@%" PRIu64 " ", *seq);
	size_t most = (size_t)n + CRC_LEN + FRAME_PAYLOAD_MAX + 1;
	const char *newline, *body, *last;

	if (left == 0)
		return 0;
	newline = memchr(*text, '\n', left < most ? left : most);
	/* What is wrong from the first byte is told at once. */
	if (memcmp(*text, head, left < (size_t)n ? left : (size_t)n) != 0 ||
	    (newline && newline - *text < n + CRC_LEN))
		return bad(*seq, "does not begin as it should", reterr_why);
	if (!newline && left >= most)
		return bad(*seq, "is too long", reterr_why);
	if (!newline)
		return 0;
	body = *text + n + CRC_LEN;
	last = newline;
	*ret = (struct frame){ 0, body, (size_t)(newline - body) };
	if (ret->len > 0 && *body == '>') {
		if (!read_kind(body + 1, newline, ret))
			return bad(*seq, "has an unknown form", reterr_why);
		if (ret->len > FRAME_PAYLOAD_MAX)
			return bad(*seq, "is too long", reterr_why);
		if ((size_t)(end - ret->data) <= ret->len)
			return 0;
		last = ret->data + ret->len;
	}
	snprintf(head, sizeof(head), "%08" PRIx32 " ",
		 crc32_of(body, (size_t)(last - body), crc_begin(*seq)));
	if (*last != '\n' || memcmp(*text + n, head, CRC_LEN) != 0)
		return bad(*seq, "has a wrong checksum", reterr_why);
	*text = last + 1;
	(*seq)++;
	return 1;
}
