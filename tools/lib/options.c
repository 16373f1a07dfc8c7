/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/options.h"

#include <stdio.h>
#include <stdlib.h>

#include "tools/lib/msg.h"

void options_common(int c, const char *version, const char *help)
{
	switch (c) {
	case 'q':
		msg_verbosity--;
		return;
	case 'v':
		msg_verbosity++;
		return;
	case 'h':
		fputs(help, stdout);
		break;
	case 'V':
		puts(version);
		break;
	default:
		exit(EX_USAGE);
	}
	msg_close_stdout();
	exit(EX_PASS);
}
