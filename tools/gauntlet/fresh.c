/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/fresh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/gauntlet/inputs.h"
#include "tools/gauntlet/result.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

/* More than any record of ours has. */
#define INPUTS_BYTES_MAX (1024 * 1024)

void fresh_why(const char *folder, const char *identity, const char *inputs,
	       struct str *out)
{
	auto_str struct str record = { 0 }, result = { 0 }, changes = { 0 };
	auto_free char *before = NULL;
	enum verdict verdict;

	str_addf(&record, "%s/" INPUTS_FILE, folder);
	str_addf(&result, "%s/result.json", folder);
	bool is_there = access(str_text(&result), F_OK) == 0;

	if (file_read_at(AT_FDCWD, str_text(&record), INPUTS_BYTES_MAX,
			 &before) < 0) {
		str_add(out, is_there ? "nobody recorded the inputs of the "
					"last run"
				      : "first time");
		return;
	}
	inputs_changes(before, inputs, &changes);
	if (changes.len)
		str_add(out, changes.text);
	else if (!is_there)
		str_add(out, "the last run was stopped");
	else if (result_identity(str_text(&result), identity, &verdict) < 0)
		str_add(out, "the last result cannot be read");
	else if (verdict == VERDICT_PASS)
		str_add(out, "the stamp of the last pass is gone");
	else
		str_addf(out, "the last verdict was %s",
			 verdict_names[verdict]);
}
