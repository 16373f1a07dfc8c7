/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text is read as a configuration, or refused with a place in it; what was
 * read and written again means the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/kconfig/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct conf *c)
{
	auto_conf struct conf again = { 0 };
	auto_str struct str text = { 0 }, second = { 0 };

	conf_format(&text, c);
	if (text.failed)
		return;
	if (text.len && conf_parse(&again, text.text, "again", NULL) < 0)
		abort();
	if (again.count != c->count)
		abort();
	for (size_t i = 0; i < c->count; i++) {
		if (!conf_has(&again, &c->line[i]))
			abort();
	}
	conf_format(&second, &again);
	if (second.len != text.len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	auto_conf struct conf c = { 0 };
	struct why why = { .text = "" };

	if (!text)
		return 0;
	if (conf_parse(&c, text, "a.config", &why) == 0)
		check_again(&c);
	else if (strncmp(why.text, "a.config:", 9) != 0)
		abort();
	free(text);
	return 0;
}
