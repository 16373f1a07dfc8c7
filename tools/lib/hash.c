/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"

void hash_init(struct hash *h)
{
	sha256_init(&h->state);
}

void hash_add(struct hash *h, const void *data, size_t len)
{
	sha256_update(&h->state, len, data);
}

void hash_add_fact(struct hash *h, const char *name, const char *value)
{
	char head[64];
	int n = snprintf(head, sizeof(head), "%zu:%zu:", strlen(name),
			 strlen(value));

	hash_add(h, head, (size_t)n);
	hash_add(h, name, strlen(name));
	hash_add(h, value, strlen(value));
}

void hash_hex(struct hash *h, char ret[HASH_HEX_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(&h->state, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(ret + 2 * i, 3, "%02x", digest[i]);
}

int hash_file(int dir, const char *name, char ret[HASH_HEX_SIZE])
{
	auto_fd int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	struct hash h;
	char buf[65536];
	hash_init(&h);
	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		hash_add(&h, buf, (size_t)n);
	}
	hash_hex(&h, ret);
	return 0;
}
