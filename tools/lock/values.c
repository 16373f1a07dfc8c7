/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lock/values.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "tools/lib/lockfile.h"
#include "tools/lib/num.h"
#include "tools/lib/spec/presets.h"
#include "tools/lib/spec/topology-detail.h"
#include "tools/lib/str.h"
#include "tools/lib/utf8.h"

#define NS_PER_S	1000000000ULL
#define VALUE_CHARS_MAX 80
#define WATCH_MIN_NS	10000000ULL
#define WATCH_MAX_NS	(24 * 3600 * NS_PER_S)

unsigned int read_cpus(const char *from, const char *text)
{
	uint64_t n;
	int r = num_parse(text, 1, CPU_SETSIZE, &n);

	if (r == -ERANGE && strspn(text, "0") == strlen(text))
		die(EX_USAGE, "%s must be 1 CPU or more, not %s", from, text);
	if (r < 0) {
		auto_str struct str clean = { 0 };

		/* A variable may hold any bytes. */
		utf8_add_line(&clean, text, strlen(text), VALUE_CHARS_MAX);
		die(EX_USAGE, "%s '%s' is no number from 1 to %d", from,
		    str_text(&clean), CPU_SETSIZE);
	}
	return (unsigned int)n;
}

/* Seconds, or a number with a unit. */
uint64_t read_wait(const char *text)
{
	uint64_t n;

	if (!text)
		return LOCK_FILE_FOREVER;
	if (num_parse(text, 0, INT32_MAX, &n) == 0)
		return n * NS_PER_S;
	if (num_parse_time(text, &n) == 0)
		return n;
	die(EX_USAGE, "--wait '%s' is no number of seconds", text);
}

int read_code(const char *option, const char *text)
{
	uint64_t n;

	if (num_parse(text, 0, 255, &n) < 0)
		die(EX_USAGE, "%s '%s' is no number from 0 to 255", option,
		    text);
	return (int)n;
}

uint64_t read_watch(const char *text)
{
	uint64_t n;

	if (num_parse_time(text, &n) < 0 || n < WATCH_MIN_NS ||
	    n > WATCH_MAX_NS)
		die(EX_USAGE,
		    "--watch '%s' is no time from 10ms to 24h, such as 1s",
		    text);
	return n;
}

struct topology read_topology(const char *text)
{
	const struct preset *preset = preset_find(text);
	struct topology topology;
	struct why why;

	if (topology_parse(preset ? preset->text : text, &topology, &why) < 0)
		die(why_code(why.error, EX_USAGE), "--topology '%s': %s", text,
		    why.text);
	/* CPUs of the host are taken for the whole shape; whose memory is how
	 * far does not matter to them. */
	topology.nodes = topology_packages(&topology);
	topology.detail = NULL;
	return topology;
}
