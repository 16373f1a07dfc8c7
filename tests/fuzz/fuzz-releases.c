/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes are a list of releases or refused; a list can be asked. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cache/release/releases.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct why why = { .text = "" };
	struct releases r;

	if (releases_parse((const char *)data, size, &r, &why) < 0) {
		if (!*why.text)
			abort();
		return 0;
	}
	for (size_t i = 0; i < r.count; i++) {
		const struct release *one = &r.release[i], *newest;
		char text[VERSION_SIZE];
		struct version v;

		/* What is in the list is active, and not above the newest. */
		newest = releases_newest(&r, &one->version);
		if (!one->is_version || strcmp(one->moniker, "linux-next") == 0)
			continue;
		if (!releases_is_active(&r, one->text))
			abort();
		version_format(&one->version, text);
		if (version_parse(text, &v) < 0 ||
		    version_compare(&v, &one->version) != 0)
			abort();
		if (!one->version.is_rc &&
		    (!newest ||
		     version_compare(&newest->version, &one->version) < 0))
			abort();
	}
	releases_done(&r);
	return 0;
}
