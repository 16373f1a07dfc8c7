/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine-memory.c - memory: how much, where, how fast for whom. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/cpulist.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"
#include "vmm/guest/json.h"
#include "vmm/guest/machine-details.h"
#include "vmm/guest/sysfs.h"

/* Hundreds of CPUs have a paragraph in each zone. */
#define ZONES_BYTES_MAX (64U << 20)
#define IOMEM_BYTES_MAX (1U << 20)

/*
 * The sum of the "present" pages of a node's zones, in KiB: all RAM that the
 * firmware told of, also what the kernel took before it counted.
 */
static uint64_t present_kib(const char *zones, unsigned int node)
{
	uint64_t pages = 0, n;
	bool in = false;

	for (const char *line = zones; line && *line;) {
		const char *next = strchr(line, '\n');
		unsigned int id;
		char unused;

		if (sscanf(line, "Node %u%c", &id, &unused) == 2)
			in = id == node;
		else if (in && sscanf(line, " present %" SCNu64, &n) == 1)
			pages += n;
		line = next ? next + 1 : NULL;
	}
	return pages * ((uint64_t)sysconf(_SC_PAGESIZE) / 1024);
}

/* "Node 1 MemTotal:     512 kB" */
static bool total_kib(int root, unsigned int node, uint64_t *ret)
{
	struct sysfs_path path = sysfs_path("node/node%u/meminfo", node);
	auto_free char *text = NULL;
	const char *at;

	if (file_read_at(root, path.text, 65536, &text) < 0)
		return false;
	at = strstr(text, "MemTotal:");
	return at && sscanf(at, "MemTotal: %" SCNu64, ret) == 1;
}

/* The nodes that a folder of initiators links to. */
static void add_initiators(int root, const char *folder, struct str *out)
{
	int fd = openat(root, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	cpu_set_t nodes; /* in the same format */
	uint64_t id;

	CPU_ZERO(&nodes);
	while (d && (e = readdir(d))) {
		if (strncmp(e->d_name, "node", 4) == 0 &&
		    num_parse(e->d_name + 4, 0, CPU_SETSIZE - 1, &id) == 0)
			CPU_SET(id, &nodes);
	}
	json_cpus(out, "initiators", &nodes);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
}

static void add_number(int root, const char *folder, const char *file,
		       const char *key, struct str *out)
{
	struct sysfs_path path = sysfs_path("%s/%s", folder, file);
	uint64_t value;

	if (sysfs_number(root, path.text, &value) == 0)
		json_number(out, key, value);
}

/* The classes of access to a node's memory, of ACPI's HMAT. */
static void add_access(int root, unsigned int node, struct str *out)
{
	static const char *const files[] = { "read_latency", "write_latency",
					     "read_bandwidth",
					     "write_bandwidth" };

	json_key(out, "access");
	str_add(out, "[");
	for (unsigned int class = 0;; class ++) {
		struct sysfs_path path = sysfs_path(
			"node/node%u/access%u/initiators", node, class);

		if (faccessat(root, path.text, R_OK, 0) < 0)
			break;
		str_addf(out, "%s{\"class\":%u", class ? "," : "", class);
		add_initiators(root, path.text, out);
		for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
			add_number(root, path.text, files[i], files[i], out);
		str_add(out, "}");
	}
	str_add(out, "]");
}

static void add_side_cache(int root, unsigned int node, struct str *out)
{
	static const char *const files[] = { "size", "line_size", "indexing",
					     "write_policy" };
	struct sysfs_path path =
		sysfs_path("node/node%u/memory_side_cache/index1", node);

	if (faccessat(root, path.text, R_OK, 0) < 0)
		return;
	json_key(out, "cache");
	str_add(out, "{\"level\":1");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		add_number(root, path.text, files[i], files[i], out);
	str_add(out, "}");
}

/* "  00100000-1ffdffff : System RAM", not indented. */
static void add_ram(int proc, struct str *out)
{
	auto_free char *text = NULL;
	const char *lead = "";

	if (file_read_at(proc, "iomem", IOMEM_BYTES_MAX, &text) < 0)
		return;
	json_key(out, "ram");
	str_add(out, "[");
	for (const char *line = text; line && *line;) {
		const char *next = strchr(line, '\n');
		uint64_t first, last;
		int end = 0;

		if (isxdigit((unsigned char)*line) &&
		    sscanf(line, "%" SCNx64 "-%" SCNx64 " : System RAM%n",
			   &first, &last, &end) == 2 &&
		    end) {
			str_addf(out, "%s[%" PRIu64 ",%" PRIu64 "]", lead,
				 first, last);
			lead = ",";
		}
		line = next ? next + 1 : NULL;
	}
	str_add(out, "]");
}

void details_memory(int root, int proc, const unsigned int *node_id,
		    unsigned int nodes, struct str *out)
{
	auto_free char *zones = NULL;

	(void)file_read_at(proc, "zoneinfo", ZONES_BYTES_MAX, &zones);
	json_key(out, "memory");
	str_add(out, "[");
	for (unsigned int i = 0; i < nodes; i++) {
		uint64_t kib;

		str_addf(out, "%s{\"node\":%u", i ? "," : "", node_id[i]);
		if (zones)
			json_number(out, "present_kib",
				    present_kib(zones, node_id[i]));
		if (total_kib(root, node_id[i], &kib))
			json_number(out, "total_kib", kib);
		add_access(root, node_id[i], out);
		add_side_cache(root, node_id[i], out);
		str_add(out, "}");
	}
	str_add(out, "]");
	add_ram(proc, out);
}
