/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "vmm/frame.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"
#include "vmm/guest/ports.h"
#include "vmm/guest/windows.h"

#define IOMEM_BYTES_MAX (1U << 20)

/* A record of counters. */
struct counts {
	struct mon_head head;
	uint64_t count[MON_COUNTS];
};

static size_t sample_bytes(const struct monitor *m)
{
	return m->reader.cpus * sizeof(struct mon_cpu);
}

/*
 * How many looks go by until the next sample: more on wide machines, where one
 * costs more (doc/monitor.md), and so many that all of them fit.
 */
static uint64_t period_of(const struct monitor *m, uint64_t run_ns)
{
	uint64_t cpus = m->reader.cpus;
	uint64_t most = m->counts_always ? MONITOR_CPUS_EVENTS : MONITOR_CPUS;
	uint64_t of_cpus = (cpus * cpus + most * most - 1) / (most * most);
	uint64_t one = sizeof(struct mon_head) + sample_bytes(m) +
		       (m->counts_always ? sizeof(struct counts) : 0);
	uint64_t of_room = run_ns / WINDOWS_NS * one / (MON_SERIES_MAX / 2) + 1;

	return of_cpus > of_room ? of_cpus : of_room;
}

int monitor_prepare(struct monitor *m, const char *layout, int mem,
		    const struct machine *machine, uint64_t run_ns,
		    struct why *reterr_why)
{
	auto_free char *iomem = NULL;
	unsigned int cpus = CPU_SETSIZE;
	int r;

	*m = (struct monitor){ .memory.fd = -1 };
	r = mon_layout_read(layout, &m->layout, reterr_why);
	if (r < 0)
		return -ENOSYS;
	if (file_read_at(AT_FDCWD, "/proc/iomem", IOMEM_BYTES_MAX, &iomem) <
		    0 ||
	    devmem_begin(&m->memory, mem, iomem) < 0)
		return why_set(reterr_why, -ENOSYS,
			       "the monitor does not find the machine's "
			       "memory in '/proc/iomem'");
	m->present = (unsigned int)CPU_COUNT(&machine->all);
	while (cpus > 0 && !CPU_ISSET(cpus - 1, &machine->all))
		cpus--;
	m->reach = (struct mon_memory){ devmem_read, devmem_at, &m->memory };
	r = mon_reader_begin(&m->reader, &m->layout, &m->reach, cpus,
			     reterr_why);
	if (r < 0)
		return r == -ENOMEM ? r : -ENOSYS;
	m->counts_always = mon_has_events(&m->layout);
	m->every = period_of(m, run_ns);
	m->record = malloc(sizeof(struct mon_head) + sample_bytes(m));
	return m->record ? 0 : why_set(reterr_why, -ENOMEM, "out of memory");
}

/* The head, and what is behind it, in as many frames as that takes. */
static void send(struct monitor *m, const char *record, size_t len)
{
	/* It is sent anyway when the machine ends. */
	for (size_t at = 0; at < len; at += FRAME_PAYLOAD_MAX) {
		size_t n = len - at < FRAME_PAYLOAD_MAX ? len - at
							: FRAME_PAYLOAD_MAX;

		(void)channel_send_data(m->channel, FRAME_MONITOR, record + at,
					n);
	}
	m->bytes += len;
}

static struct mon_head *begin_record(struct monitor *m, char *record,
				     enum mon_record kind, size_t len)
{
	struct mon_head *h = (struct mon_head *)(void *)record;

	*h = (struct mon_head){ .kind = kind,
				.cpus = (uint16_t)m->reader.cpus,
				.own = -1,
				.len = len,
				.at_ns = clock_now_ns() };
	return h;
}

static void send_counts(struct monitor *m)
{
	struct counts c;

	begin_record(m, (char *)&c, MON_COUNTS_OF, sizeof(c.count));
	m->error = mon_reader_counts(&m->reader, c.count);
	if (m->error == 0)
		send(m, (char *)&c, sizeof(c));
}

static void send_list(struct monitor *m, enum mon_record kind,
		      int (*read)(struct mon_reader *, struct str *))
{
	struct mon_head head = { 0 };
	auto_str struct str out = { 0 };

	str_add_bytes(&out, &head, sizeof(head));
	if (read(&m->reader, &out) < 0 || out.failed)
		return; /* this kernel has none */
	begin_record(m, out.text, kind, out.len - sizeof(head));
	send(m, out.text, out.len);
}

void monitor_before(struct monitor *m, struct channel *c)
{
	uint64_t now_ns = clock_now_ns();

	m->channel = c;
	send_list(m, MON_DOMAINS, mon_reader_domains);
	send_list(m, MON_PROGRAMS, mon_reader_programs);
	m->once_ns += clock_now_ns() - now_ns;
}

void monitor_begin(struct monitor *m)
{
	m->begin_ns = clock_now_ns();
	send_counts(m);
	/* The first look at the clock is slower than all others. */
	m->once_ns += clock_now_ns() - m->begin_ns;
}

static void count_look(struct monitor *m, uint64_t begin_ns)
{
	uint64_t took_ns = clock_now_ns() - begin_ns;

	if (took_ns < PORTS_TURN_NS) {
		m->within++;
		m->within_ns += took_ns;
	} else {
		m->beyond++;
		m->beyond_ns += took_ns;
	}
}

/*
 * What all looks took of a CPU. One that ended in its turn tells how long its
 * instructions take; where all CPUs are busy it costs its CPU as many times
 * that as there are CPUs, whatever luck it had with the end of its turn.
 */
static uint64_t cost_ns(const struct monitor *m)
{
	if (m->within == 0)
		return m->beyond_ns;
	return m->within_ns * (m->within + m->beyond) / m->within * m->present;
}

static void take_sample(struct monitor *m)
{
	struct mon_head *h =
		begin_record(m, m->record, MON_SAMPLE, sample_bytes(m));

	h->own = sched_getcpu();
	m->error = mon_reader_sample(&m->reader, (struct mon_cpu *)(h + 1));
	if (m->error)
		return;
	/* We may have been moved in between: then nobody knows which CPU has a
	 * task too many. */
	if (sched_getcpu() != h->own)
		h->own = -1;
	send(m, m->record, sizeof(*h) + h->len);
	m->samples++;
	if (m->counts_always)
		send_counts(m);
	count_look(m, h->at_ns);
}

void monitor_look(struct monitor *m)
{
	if (m->error || m->looks++ % m->every != 0)
		return;
	if (m->bytes > MON_SERIES_MAX / 4 * 3)
		m->left_out++;
	else
		take_sample(m);
}

void monitor_end(struct monitor *m)
{
	uint64_t now_ns = clock_now_ns();

	if (!m->error)
		send_counts(m);
	count_look(m, now_ns);
	m->end_ns = clock_now_ns();
}

void monitor_after(struct monitor *m)
{
	uint64_t now_ns = clock_now_ns();
	struct str out = { 0 };

	send_list(m, MON_DOMAINS, mon_reader_domains);
	send_list(m, MON_PROGRAMS, mon_reader_programs);
	m->once_ns += clock_now_ns() - now_ns;
	json_open(&out, "monitor");
	json_number(&out, "period_ns", m->every * WINDOWS_NS);
	json_number(&out, "samples", m->samples);
	json_number(&out, "left_out", m->left_out);
	json_number(&out, "bytes", m->bytes);
	json_number(&out, "wall_ns", m->end_ns - m->begin_ns);
	json_number(&out, "cpu_ns", cost_ns(m));
	json_number(&out, "once_ns", m->once_ns);
	if (m->error)
		json_text(&out, "why", strerror(-m->error));
	channel_send(m->channel, &out);
	mon_reader_done(&m->reader);
	devmem_end(&m->memory);
	free(m->record);
	m->record = NULL;
}
