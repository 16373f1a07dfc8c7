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
/* Digits of a number of 64 bits. */
#define DIGITS_MAX 20

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

/* The sum of words of 8 bytes; what is missing of the last one is 0. */
static uint32_t sum_of(const char *data, size_t len)
{
	uint64_t sum = 0, word = 0;

	for (; len >= sizeof(word); len -= sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		sum += word;
		data += sizeof(word);
	}
	word = 0;
	memcpy(&word, data, len);
	sum += word;
	return (uint32_t)(sum ^ sum >> 32);
}

/* Of a frame with @data behind @head, which has all of it but the checksum. */
static uint32_t check_of(int stream, const char *head, size_t head_len,
			 uint32_t before, const char *data, size_t len)
{
	uint32_t crc = crc32_of(head, head_len, before);

	if (stream >= FRAME_MONITOR)
		return crc ^ sum_of(data, len);
	return crc32_of(data, len, crc);
}

/* Printing takes a thousand instructions, and a sample sends one head. */
static char *put_number(char *to, uint64_t number)
{
	char digit[DIGITS_MAX];
	unsigned int n = 0;

	do {
		digit[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (n > 0)
		*to++ = digit[--n];
	return to;
}

size_t frame_format_head(char head[FRAME_HEAD_MAX], uint64_t seq, int stream,
			 const void *data, size_t len)
{
	char text[FRAME_HEAD_MAX], *end = put_number(text, seq), *to = head;
	const char *kind;
	uint32_t check;

	*end++ = ' ';
	kind = end;
	*end++ = '>';
	end = put_number(end, (uint64_t)stream);
	*end++ = ' ';
	end = put_number(end, len);
	*end++ = '\n';
	check = check_of(stream, text, (size_t)(end - text), 0, data, len);
	*to++ = '@';
	memcpy(to, text, (size_t)(kind - text));
	to += kind - text;
	for (int shift = 28; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[check >> shift & 15];
	*to++ = ' ';
	memcpy(to, kind, (size_t)(end - kind));
	return (size_t)(to - head) + (size_t)(end - kind);
}

/* "STREAM LEN" behind the ">", in the very form that we write. */
static bool read_kind(const char *text, const char *newline, struct frame *ret)
{
	size_t len = 0;
	char digits[16];
	int n;

	if (newline - text < 3 || newline - text > 8 || text[0] < '1' ||
	    text[0] > '0' + FRAME_REPRO)
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
	uint32_t check;

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
	check = check_of(ret->stream, body, (size_t)(ret->data - body),
			 crc_begin(*seq), ret->data, ret->len);
	snprintf(head, sizeof(head), "%08" PRIx32 " ", check);
	if (*last != '\n' || memcmp(*text + n, head, CRC_LEN) != 0)
		return bad(*seq, "has a wrong checksum", reterr_why);
	*text = last + 1;
	(*seq)++;
	return 1;
}
