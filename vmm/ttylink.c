/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/ttylink.h"

#include <errno.h>
#include <string.h>

/* How long messages of @kind are; false if there is no such kind. */
static bool is_valid(unsigned char kind, size_t len)
{
	switch (kind) {
	case TTYLINK_DATA:
		return len > 0;
	case TTYLINK_END:
	case TTYLINK_READY:
		return len == 0;
	case TTYLINK_TAKEN:
		return len == 2;
	case TTYLINK_SIZE:
		return len == 4;
	}
	return false;
}

int ttylink_take(struct ttylink *l, struct ttylink_message *ret)
{
	size_t len = l->len >= 2 ? l->raw[1] : 0;

	if (l->len < 2)
		return 0;
	if (!is_valid(l->raw[0], len))
		return -EBADMSG;
	if (l->len < 2 + len)
		return 0;
	ret->kind = l->raw[0];
	ret->len = len;
	memcpy(ret->data, l->raw + 2, len);
	l->len -= 2 + len;
	memmove(l->raw, l->raw + 2 + len, l->len);
	return 1;
}

size_t ttylink_put(enum ttylink_kind kind, const void *data, size_t len,
		   unsigned char ret[TTYLINK_PART + 2])
{
	ret[0] = (unsigned char)kind;
	ret[1] = (unsigned char)len;
	if (len)
		memcpy(ret + 2, data, len);
	return 2 + len;
}

unsigned int ttylink_number(const struct ttylink_message *m, unsigned int at)
{
	return m->data[2 * at] | (unsigned int)m->data[2 * at + 1] << 8;
}

size_t ttylink_put_numbers(enum ttylink_kind kind, const unsigned int *value,
			   unsigned int count,
			   unsigned char ret[TTYLINK_PART + 2])
{
	unsigned char bytes[TTYLINK_PART];

	for (unsigned int i = 0; i < count; i++) {
		bytes[2 * i] = (unsigned char)(value[i] & 0xff);
		bytes[2 * i + 1] = (unsigned char)(value[i] >> 8 & 0xff);
	}
	return ttylink_put(kind, bytes, 2 * (size_t)count, ret);
}
