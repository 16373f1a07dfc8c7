/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever comes over the serial port of a shell must be messages or be called
 * none; the messages, written again, are the bytes that came.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/ttylink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Return: how many bytes were messages; -EBADMSG in *@ret_r when one was none.
 */
static size_t take_all(struct ttylink *l, const uint8_t *data, int *ret_r)
{
	unsigned char again[TTYLINK_PART + 2];
	struct ttylink_message m;
	size_t taken = 0;
	int r;

	while ((r = ttylink_take(l, &m)) > 0) {
		size_t n = ttylink_put(m.kind, m.data, m.len, again);

		if (n != m.len + 2 || memcmp(again, data + taken, n) != 0)
			abort();
		taken += n;
	}
	*ret_r = r;
	return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ttylink l = { .len = 0 };
	size_t put = 0, taken = 0;
	int r = 0;

	while (r == 0 && put < size) {
		size_t room = sizeof(l.raw) - l.len;
		size_t n = size - put < room ? size - put : room;

		/* A full buffer holds a whole message, or none. */
		if (n == 0)
			abort();
		memcpy(l.raw + l.len, data + put, n);
		l.len += n;
		put += n;
		taken += take_all(&l, data + taken, &r);
		if (r != 0 && r != -EBADMSG)
			abort();
	}
	if (taken + l.len != put)
		abort();
	return 0;
}
