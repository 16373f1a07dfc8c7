/* SPDX-License-Identifier: GPL-2.0-or-later */
/* template-command.c - "ktstr-vm template": make, list and remove them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tools/lib/cleanup.h"
#include "tools/vm/clone.h"
#include "tools/vm/host.h"
#include "tools/vm/launch.h"
#include "tools/vm/template.h"

static void roots(char **cache, char **templates)
{
	struct why why;

	if (template_root(cache, templates, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
}

/* All of ours; dies when they cannot be listed. */
static struct template_info *read_list(const char *templates, size_t *count)
{
	struct template_info *list;
	struct why why;

	if (template_list(templates, &list, count, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	return list;
}

static int list_all(void)
{
	auto_free char *cache = NULL, *templates = NULL;
	size_t count;

	roots(&cache, &templates);
	auto_free struct template_info *list = read_list(templates, &count);
	for (size_t i = 0; i < count; i++) {
		char used[32];
		struct tm tm;

		strftime(used, sizeof(used), "%Y-%m-%dT%H:%M:%SZ",
			 gmtime_r(&list[i].used, &tm));
		printf("%s %4ju MiB %s%s\n", list[i].key,
		       (uintmax_t)(list[i].bytes >> 20), used,
		       list[i].busy ? " in use" : "");
	}
	return EX_PASS;
}

static int remove_all(void)
{
	auto_free char *cache = NULL, *templates = NULL;
	bool busy = false, broken = false;
	size_t count;

	roots(&cache, &templates);
	template_drop_locks(templates);
	auto_free struct template_info *list = read_list(templates, &count);
	for (size_t i = 0; i < count; i++) {
		struct why why;
		int r = template_remove(cache, list[i].key, &why);

		if (r == 0)
			puts(list[i].key);
		else
			warn("%s", why.text);
		busy |= r == -EBUSY;
		broken |= r < 0 && r != -EBUSY;
	}
	return broken ? EX_BROKEN : busy ? EX_BUSY : EX_PASS;
}

static int make(const struct request *req)
{
	auto_template struct template t = TEMPLATE_NONE;
	struct topology topology = topology_default;
	struct machine_config c;
	struct why why;
	int signal = 0;

	if (req->topology && topology_parse(req->topology, &topology, &why) < 0)
		die(why_code(why.error, EX_USAGE), "--topology: %s", why.text);
	launch_configure(req, &topology, 0, &c);
	if (!clone_is_possible(&c))
		die(EX_SKIP, "a machine starts from a template under the "
			     "virtual clock only: --clock virtual");
	auto_free char *init = host_find_init(req);
	launch_load(&c, init, 0);
	if (req->dry_run) {
		launch_show(&c);
		launch_done(&c);
		return EX_PASS;
	}
	int r = template_get(&c, -1, &t, &signal, &why);
	if (r < 0)
		die(EX_BROKEN, "%s", why.text);
	puts(t.path);
	launch_done(&c);
	return EX_PASS;
}

int command_template(const struct request *req)
{
	if (req->list && req->remove)
		die(EX_USAGE, "--list and --remove exclude each other");
	if (req->list)
		return list_all();
	return req->remove ? remove_all() : make(req);
}
