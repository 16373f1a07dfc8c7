/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/gauntlet/launch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/words.h"

static void add(char ***words, const char *word)
{
	if (words_append(words, word) < 0)
		die(EX_BROKEN, "out of memory");
}

/* What decides which programs run, and what they do. */
static bool is_needed(const char *setting)
{
	static const char *const starts[] = { "PATH=", "XDG_CACHE_HOME=",
					      "KTSTR_" };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (strncmp(setting, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return false;
}

static void add_environment(char ***words)
{
	auto_free char *here = getcwd(NULL, 0);

	if (!here)
		die(EX_BROKEN, "cannot tell the folder that we are in: %m");
	add(words, "env");
	add(words, "-C");
	add(words, here);
	add(words, "-u");
	add(words, "MAKEFLAGS");
	for (char **setting = environ; *setting; setting++) {
		if (is_needed(*setting))
			add(words, *setting);
	}
}

char **launch_command(const char *launcher, char *const *command)
{
	char **words = NULL;
	size_t at;
	int n = 0;

	if (launcher)
		n = words_split(launcher, &words, &at);
	if (n == -ENOMEM)
		die(EX_BROKEN, "out of memory");
	if (n < 0)
		die(EX_USAGE, "--launch: '%s' has a quote that is not closed",
		    launcher);
	if (n > 0)
		add_environment(&words);
	for (; *command; command++)
		add(&words, *command);
	return words;
}
