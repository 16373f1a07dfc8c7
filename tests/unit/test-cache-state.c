/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/source/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"

static const struct state clean = { .git = true, .hash = "aaaa" };

TEST(tells_what_happened_between_two_looks)
{
	struct state moved = clean, edited = clean, config = clean;
	struct state dirty = { .dirty = true };

	memcpy(moved.hash, "bbbb", 5);
	memcpy(edited.hash, "bbbb", 5);
	edited.dirty = true;
	memcpy(config.base, "12345678", 9);
	CHECK_INT(state_compare(&clean, &clean), CHANGE_NONE);
	CHECK_INT(state_compare(&clean, &moved), CHANGE_MOVED);
	/* An unknown content is worse than another known one. */
	CHECK_INT(state_compare(&clean, &edited), CHANGE_EDITED);
	CHECK_INT(state_compare(&clean, &config), CHANGE_CONFIG);
	CHECK_INT(state_compare(&clean, NULL), CHANGE_FAILED);
	CHECK_INT(state_compare(&dirty, &clean), CHANGE_BEFORE);
	CHECK_INT(state_compare(&dirty, &dirty), CHANGE_BEFORE);
	CHECK(strcmp(change_name(CHANGE_NONE), "clean") == 0);
	CHECK(strcmp(change_name(CHANGE_FAILED), "failed") == 0);
}

TEST(a_config_that_we_made_has_the_base_of_before)
{
	char folder[] = "/tmp/test-cache-state.XXXXXX", path[64];
	char ours[64], note[64], next[64];
	struct state s;
	struct why why;

	CHECK(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/.config", folder);
	CHECK_INT(state_probe(folder, folder, &s, &why), 0);
	CHECK(!s.git && s.dirty && !*s.config && !*s.base && !*s.record);

	CHECK_INT(file_publish(path, "user\n", 5, 0600, &why), 0);
	CHECK_INT(state_probe(folder, folder, &s, &why), 0);
	CHECK(strlen(s.config) == 8 && strcmp(s.base, s.config) == 0);

	snprintf(ours, sizeof(ours), "%s/ours", folder);
	snprintf(note, sizeof(note), "%s/.config.ktstr", folder);
	snprintf(next, sizeof(next), "%s/.config.ktstr.next", folder);
	CHECK_INT(file_publish(ours, "ours\n", 5, 0600, &why), 0);
	CHECK_INT(state_adopt(folder, ours, "12345678", "kc1-xkc2", &why), 0);
	CHECK_INT(state_probe(folder, folder, &s, &why), 0);
	CHECK(strcmp(s.base, "12345678") == 0);
	CHECK(strcmp(s.record, "kc1-xkc2") == 0);

	CHECK_INT(access(next, F_OK), -1);

	/* Killed between the .config and its note: the other one tells. */
	CHECK_INT(rename(note, next), 0);
	CHECK_INT(file_publish(note, "base none\nresult 00000000\nkconfig k\n",
			       36, 0600, &why),
		  0);
	CHECK_INT(state_probe(folder, folder, &s, &why), 0);
	CHECK(strcmp(s.base, "12345678") == 0);

	CHECK_INT(state_adopt(folder, ours, "", "kc1", &why), 0);
	CHECK_INT(state_probe(folder, folder, &s, &why), 0);
	CHECK(!*s.base && strlen(s.config) == 8);

	CHECK_INT(file_publish(path, "edit\n", 5, 0600, &why), 0);
	CHECK_INT(state_probe(folder, folder, &s, &why), 0);
	CHECK(strcmp(s.base, s.config) == 0 && !*s.record);

	CHECK_INT(unlink(ours), 0);
	CHECK_INT(state_adopt(folder, ours, "", "kc1", &why), -ENOENT);
	CHECK_INT(file_remove_tree(folder), 0);
}

TEST(a_crc_has_eight_digits)
{
	char folder[] = "/tmp/test-cache-state.XXXXXX", path[64], crc[9];
	struct why why;

	CHECK(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/file", folder);
	CHECK_INT(state_crc_file(path, crc), 0);
	CHECK(strcmp(crc, "") == 0);
	/* The check value of the CRC catalogue; and one with leading zeros. */
	CHECK_INT(file_publish(path, "123456789", 9, 0600, &why), 0);
	CHECK_INT(state_crc_file(path, crc), 0);
	CHECK(strcmp(crc, "cbf43926") == 0);
	CHECK_INT(file_publish(path, "", 0, 0600, &why), 0);
	CHECK_INT(state_crc_file(path, crc), 0);
	CHECK(strcmp(crc, "00000000") == 0);
	CHECK_INT(file_remove_tree(folder), 0);
}
