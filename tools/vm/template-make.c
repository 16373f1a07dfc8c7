/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/template-make.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/str.h"
#include "tools/vm/environment.h"
#include "tools/vm/gate.h"
#include "tools/vm/template-check.h"
#include "tools/vm/template-files.h"
#include "tools/vm/template-store.h"
#include "vmm/console.h"
#include "vmm/wire.h"

/* Of the host's time, for a QEMU that neither computes nor ends: a boot that
 * hangs is ended by its CPU time, and a good one may take minutes on an idle
 * host, and any time on one that has no CPU for it. */
#define LIMIT_S	     1800
#define LIMIT_EACH_S 60
#define CONSOLE_MAX  (16 << 20)

/**
 * struct making - the machine that becomes a template
 * @state: what machine_save() wrote
 */
struct making {
	struct machine_config c;
	int state, console;
	struct wire wire;
	int ram[TOPOLOGY_NODES_MAX];
	struct machine_result result;
};

#define auto_making __attribute__((cleanup(making_done)))

static void making_done(struct making *m)
{
	for (unsigned int i = 0; i < m->c.ram_count; i++)
		cleanup_fd(&m->ram[i]);
	cleanup_fd(&m->state);
	cleanup_fd(&m->console);
	wire_done(&m->wire);
	machine_result_done(&m->result);
}

static int memory_file(const char *name, int *ret, struct why *reterr_why)
{
	*ret = memfd_create(name, MFD_CLOEXEC);
	return *ret < 0 ? why_set(reterr_why, -errno,
				  "cannot make a memory file: %s",
				  strerror(errno))
			: 0;
}

/* Beyond the limit of file sizes a signal would kill us. */
static int check_limit(const struct making *m, struct why *reterr_why)
{
	struct rlimit limit;

	for (unsigned int i = 0; i < m->c.topology.nodes; i++) {
		if (getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
		    limit.rlim_cur >> 20 < machine_ram_mib(&m->c, i))
			return why_set(reterr_why, -EFBIG,
				       "the limit of file sizes is below the "
				       "guest's memory (ulimit -f)");
	}
	return 0;
}

/* A file for each node that has memory. */
static int make_ram(struct making *m, struct why *reterr_why)
{
	m->c.ram_fds = m->ram;
	m->c.ram_shared = true;
	for (unsigned int i = 0; i < m->c.topology.nodes; i++) {
		off_t size = (off_t)machine_ram_mib(&m->c, i) << 20;

		m->ram[m->c.ram_count++] = -1;
		if (size == 0)
			continue;
		int r = memory_file("ktstr-ram", &m->ram[i], reterr_why);
		if (r < 0)
			return r;
		if (ftruncate(m->ram[i], size) < 0)
			return why_set(reterr_why, -errno,
				       "cannot make a memory file: %s",
				       strerror(errno));
	}
	return 0;
}

static int save(void *arg, struct qmp *q, struct why *reterr_why)
{
	struct making *m = arg;
	int r = machine_save(q, m->state, reterr_why);

	return r < 0 ? r : 1;
}

static int prepare(struct making *m, struct why *reterr_why)
{
	int r = check_limit(m, reterr_why);

	if (r == 0)
		r = make_ram(m, reterr_why);
	if (r == 0)
		r = memory_file("ktstr-state", &m->state, reterr_why);
	if (r == 0)
		r = memory_file("ktstr-console", &m->console, reterr_why);
	if (r == 0)
		r = wire_open(&m->wire, reterr_why);
	m->c.console_fd = m->console;
	m->c.job_fd = m->wire.job_fd;
	m->c.channel_fd = m->wire.channel_fd;
	m->c.state_fd = m->c.qmp_fd = -1;
	m->c.tick = NULL;
	m->c.tick_fd = -1;
	m->c.before = NULL;
	m->c.debug = NULL;
	m->c.ready = save;
	m->c.ready_arg = m;
	m->c.begun = NULL;
	return r;
}

static ssize_t read_console(const struct making *m, char **ret)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", m->console);
	return file_read_at(AT_FDCWD, path, CONSOLE_MAX, ret);
}

/* It ended or stood still elsewhere: its console may tell why. */
static int explain(const struct making *m, struct why *reterr_why)
{
	auto_free char *text = NULL, *panic = NULL;
	auto_str struct str said = { 0 };
	ssize_t len = read_console(m, &text);

	if (len > 0 && console_line(text, (size_t)len, CONSOLE_PANIC, &panic))
		return why_set(reterr_why, -EIO, "the guest panicked: %s",
			       panic);
	if (m->result.end == END_TIMEOUT && m->result.times.ready > 0)
		return why_set(reterr_why, -ETIME,
			       "QEMU did not save the machine within %.0f s",
			       m->result.seconds - m->result.times.ready);
	if (m->result.end == END_TIMEOUT || m->result.end == END_HUNG)
		return why_set(reterr_why, -ETIME,
			       "the guest was not ready after %.0f s",
			       m->result.seconds);
	if (m->result.errors)
		console_tail(&said, m->result.errors, strlen(m->result.errors),
			     1, ": ");
	return why_set(reterr_why, -EIO,
		       "QEMU ended (%d) before the guest was ready%.*s",
		       m->result.status, (int)strcspn(str_text(&said), "\n"),
		       str_text(&said));
}

static int boot(struct making *m, int stop_fd, int *ret_signal,
		struct why *reterr_why)
{
	unsigned int limit =
		LIMIT_S + LIMIT_EACH_S * topology_cpus(&m->c.topology);
	int r = machine_run(&m->c, environment_cpus(), limit, stop_fd,
			    &m->result, reterr_why);

	if (r < 0)
		return r;
	gate_check(&m->c, &m->result);
	if (m->result.end == END_STOPPED) {
		*ret_signal = m->result.status;
		return why_set(reterr_why, -EINTR, "stopped by a signal");
	}
	return m->result.end == END_READY ? 0 : explain(m, reterr_why);
}

static int write_ram(const struct making *m, int folder, json_t *files,
		     struct why *reterr_why)
{
	for (unsigned int i = 0; i < m->c.ram_count; i++) {
		char name[16];

		snprintf(name, sizeof(name), "ram%u", i);
		int r = m->ram[i] < 0 ? 0
				      : template_write(folder, name, m->ram[i],
						       files, true, reterr_why);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What the guest measured of its CPUs, which its clones do not measure again.
 */
static json_t *calibration(const struct making *m)
{
	auto_free char *text = NULL, *line = NULL;
	ssize_t len = read_console(m, &text);
	json_t *json = NULL;

	if (len > 0 &&
	    console_line(text, (size_t)len, CONSOLE_CALIBRATION, &line))
		json = json_loads(line, 0, NULL);
	return json ? json : json_null();
}

static int write_metadata(const struct making *m, const char *folder,
			  json_t *facts, json_t *files, struct why *reterr_why)
{
	auto_str struct str path = { 0 };
	char made_at[32];
	time_t now = time(NULL);
	struct tm tm;

	strftime(made_at, sizeof(made_at), "%Y-%m-%dT%H:%M:%SZ",
		 gmtime_r(&now, &tm));
	json_t *json =
		json_pack("{s:s,s:i,s:o,s:O,s:O}", "made_at", made_at, "nodes",
			  (int)m->c.ram_count, "calibration", calibration(m),
			  "facts", facts, "files", files);
	auto_free char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	json_decref(json);
	if (!text)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	str_addf(&path, "%s/metadata.json", folder);
	return file_publish(str_text(&path), text, strlen(text), 0600,
			    reterr_why);
}

/* What was just written need not be read for the first clone. */
static void note_files(const struct making *m, int folder)
{
	int fds[TOPOLOGY_NODES_MAX];

	for (unsigned int i = 0; i < m->c.ram_count; i++) {
		char name[16];

		snprintf(name, sizeof(name), "ram%u", i);
		fds[i] = openat(folder, name, O_RDONLY | O_CLOEXEC);
	}
	(void)template_note(folder, fds, m->c.ram_count);
	for (unsigned int i = 0; i < m->c.ram_count; i++)
		cleanup_fd(&fds[i]);
}

static int write_files(const struct making *m, int folder, json_t *files,
		       struct why *reterr_why)
{
	int r = write_ram(m, folder, files, reterr_why);

	if (r == 0)
		r = template_write(folder, "state", m->state, files, false,
				   reterr_why);
	if (r == 0)
		r = template_write(folder, "console", m->console, files, false,
				   reterr_why);
	return r;
}

/* All files into a folder that nobody sees, then the folder into its place. */
static int keep(const struct making *m, const struct template_place *place,
		struct why *reterr_why)
{
	auto_temp struct temp temp = TEMP_NONE;
	auto_str struct str temps = { 0 };
	json_t *files = json_object();
	struct why why;

	str_addf(&temps, "%s/.tmp", place->cache);
	int r = temp_new(str_text(&temps), "template", &temp, reterr_why);
	if (r == 0) {
		r = write_files(m, temp.fd, files, &why);
		if (r < 0)
			(void)why_set(reterr_why, r, "template in '%s': %s",
				      str_text(&temps), why.text);
	}
	if (r == 0)
		r = write_metadata(m, temp.path, place->facts, files,
				   reterr_why);
	json_decref(files);
	if (r == 0)
		note_files(m, temp.fd);
	return r < 0 ? r
		     : template_publish(place->templates, place->key, &temp,
					reterr_why);
}

int template_make(const struct machine_config *c,
		  const struct template_place *place, int stop_fd,
		  int *ret_signal, struct why *reterr_why)
{
	auto_making struct making m = { .c = *c,
					.state = -1,
					.console = -1,
					.wire = { .job_fd = -1,
						  .channel_fd = -1 } };
	int r = prepare(&m, reterr_why);

	if (r == 0)
		r = boot(&m, stop_fd, ret_signal, reterr_why);
	return r < 0 ? r : keep(&m, place, reterr_why);
}
