/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/frame.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/crc.h"

static uint32_t frame_crc(uint64_t seq, const char *payload, size_t len)
{
	char head[32];
	int n = snprintf(head, sizeof(head), "%" PRIu64 " ", seq);

	return crc32_of(payload, len, crc32_of(head, (size_t)n, 0));
}

void frame_format(struct str *out, uint64_t seq, const char *payload)
{
	str_addf(out, "@%" PRIu64 " %08" PRIx32 " ", seq,
		 frame_crc(seq, payload, strlen(payload)));
	str_add(out, payload);
	str_add(out, "\n");
}

int frame_read(const char **text, const char *end, uint64_t *seq,
	       const char **ret_payload, size_t *ret_len,
	       struct why *reterr_why)
{
	char head[48];
	const char *start = *text;
	const char *newline = memchr(start, '\n', (size_t)(end - start));
	int n;

	if (!newline) {
		if (end - start > FRAME_PAYLOAD_MAX + (ptrdiff_t)sizeof(head))
			return why_set(reterr_why, -EBADMSG,
				       "frame %" PRIu64 " has no end", *seq);
		return 0;
	}
	n = snprintf(head, sizeof(head), "@%" PRIu64 " ", *seq);
	if (newline - start < n + 9 || memcmp(start, head, (size_t)n) != 0)
		return why_set(reterr_why, -EBADMSG,
			       "frame %" PRIu64 " does not begin as it should",
			       *seq);
	const char *payload = start + n + 9;
	size_t len = (size_t)(newline - payload);
	snprintf(head, sizeof(head), "%08" PRIx32 " ",
		 frame_crc(*seq, payload, len));
	if (memcmp(start + n, head, 9) != 0)
		return why_set(reterr_why, -EBADMSG,
			       "frame %" PRIu64 " has a wrong checksum", *seq);
	if (len > FRAME_PAYLOAD_MAX)
		return why_set(reterr_why, -EBADMSG,
			       "frame %" PRIu64 " is too long", *seq);
	*text = newline + 1;
	(*seq)++;
	*ret_payload = payload;
	*ret_len = len;
	return 1;
}
