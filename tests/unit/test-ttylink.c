/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/ttylink.h"

#include <errno.h>

#include "tools/vm/carrier.h"

#include "tests/unit/t.h"

static void feed(struct ttylink *l, const void *bytes, size_t len)
{
	memcpy(l->raw + l->len, bytes, len);
	l->len += len;
}

TEST(messages_come_as_they_were_put_however_they_are_cut)
{
	unsigned char out[TTYLINK_PART + 2], data[TTYLINK_PART];
	const unsigned int size[] = { 40, 1000 };
	struct ttylink_message m;
	struct ttylink l = { 0 };
	size_t n;

	memset(data, 'e', sizeof(data));
	n = ttylink_put(TTYLINK_DATA, data, sizeof(data), out);
	CHECK_INT(n, TTYLINK_PART + 2);
	for (size_t i = 0; i < n; i++) {
		CHECK_INT(ttylink_take(&l, &m), 0);
		feed(&l, out + i, 1);
	}
	feed(&l, out, ttylink_put_numbers(TTYLINK_SIZE, size, 2, out));
	feed(&l, out, ttylink_put(TTYLINK_END, NULL, 0, out));
	CHECK_INT(ttylink_take(&l, &m), 1);
	CHECK_INT(m.kind, TTYLINK_DATA);
	CHECK_INT(m.len, TTYLINK_PART);
	CHECK(memcmp(m.data, data, sizeof(data)) == 0);
	CHECK_INT(ttylink_take(&l, &m), 1);
	CHECK_INT(m.kind, TTYLINK_SIZE);
	CHECK_INT(ttylink_number(&m, 0), 40);
	CHECK_INT(ttylink_number(&m, 1), 1000);
	CHECK_INT(ttylink_take(&l, &m), 1);
	CHECK_INT(m.kind, TTYLINK_END);
	CHECK_INT(ttylink_take(&l, &m), 0);
}

TEST(what_is_no_message_is_told_at_once)
{
	static const char *const bad[] = { "x\1x", "d\0",  "w\3abc",
					   "r\1a", "a\1a", "\0\0" };
	struct ttylink_message m;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ttylink l = { 0 };

		feed(&l, bad[i], 2);
		CHECK_INT(ttylink_take(&l, &m), -EBADMSG);
	}
}

/* The keys of @typed as the guest gets them: "|" where we leave, "?" where the
 * keys are shown. */
static const char *keys(const char *typed)
{
	static char got[64];
	bool armed = false;
	size_t len = 0;

	for (; *typed; typed++) {
		unsigned char out[2];
		unsigned int count;
		enum carrier_key k =
			carrier_key((unsigned char)*typed, &armed, out, &count);

		for (unsigned int i = 0; i < count; i++)
			got[len++] = (char)out[i];
		if (k != CARRIER_PASS)
			got[len++] = k == CARRIER_QUIT ? '|' : '?';
	}
	got[len] = '\0';
	return got;
}

TEST(ctrl_a_is_the_one_key_that_is_ours)
{
	CHECK(strcmp(keys("ls\rx\003\032\377"), "ls\rx\003\032\377") == 0);
	CHECK(strcmp(keys("a\001x"), "a|") == 0);
	CHECK(strcmp(keys("a\001X"), "a|") == 0);
	CHECK(strcmp(keys("\001h\001Hx"), "??x") == 0);
	CHECK(strcmp(keys("\001\001x"), "\001x") == 0);
	CHECK(strcmp(keys("\001b"), "\001b") == 0);
	CHECK(strcmp(keys("\001\001\001\001"), "\001\001") == 0);
}
