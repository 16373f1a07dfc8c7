/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text is read as a Kconfig file, to its end, and within its bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/kconfig/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	char have[] = "CONFIG_A=y\nCONFIG_M=m\nCONFIG_N=512\n";
	struct option_facts facts[2] = { { .name = "CONFIG_X" },
					 { .name = "CONFIG_A" } };
	auto_conf struct conf c = { 0 };

	if (!text || conf_parse(&c, have, "config", NULL) < 0)
		abort();
	tree_look_at(text, &c, facts, 2);
	for (size_t i = 0; i < 2; i++) {
		/* What can be reached has a prompt, and that a definition. */
		if (facts[i].visible > facts[i].prompt ||
		    facts[i].prompt > facts[i].known)
			abort();
		option_facts_done(&facts[i]);
	}
	free(text);
	return 0;
}
