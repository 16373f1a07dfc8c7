/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest's memory may have any bytes: as page tables, run queues, domains and
 * programs. It must be read to an end by a number of reads that is known
 * before; the ways to it (/dev/mem inside, QEMU's process outside, pieces that
 * we fetch) must see the same; what is seen must be in the range of its fields
 * and be a series that the judge takes. Then the same again while the memory
 * changes with each read.
 *
 * The input: how many CPUs, then records, see take(). All memory that no record
 * writes is 0.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "vmm/guest/devmem.h"
#include "vmm/mon/derive.h"
#include "vmm/mon/outside.h"
#include "vmm/mon/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RAM as a PC has it: video memory, to which nobody may look, is in between. */
#define MEMORY	 (UINT64_C(64) << 20)
#define HOLE	 UINT64_C(0xa0000)
#define HOLE_END UINT64_C(0x100000)
static const char iomem[] = "00000000-0009ffff : System RAM\n"
			    "00100000-03ffffff : System RAM\n";
static const char tree[] =
	"FlatView #1\n AS \"memory\"\n"
	"  0000000000000000-000000000009ffff (prio 0, ram): ram0\n"
	"  0000000000100000-0000000003ffffff (prio 0, ram): ram0\n";

#define CPUS_MAX 8
#define PUTS_MAX 4096
#define VAS_MAX	 16
/* Programs are looked for below this number. */
#define NUMBERS_MAX 4096
/* What a look at one address may take: two pages, by five tables each. */
#define READS_EACH 12
/* With more of them, a call of the kernel for each takes too long. */
#define OUTSIDE_READS_MAX 4096

struct put {
	uint64_t at;
	size_t len;
	const uint8_t *bytes;
};

static struct {
	int fd;
	char *memory, *again;
	uint64_t reads, va[VAS_MAX];
	struct mon_outside outside;
	bool later, changes;
	unsigned int cpus, puts, first_change, next_change, vas;
	struct put put[PUTS_MAX];
	struct mon_layout layout;
} k = { .fd = -1 };

/* What one way of reading has seen. */
struct seen {
	int begin, sample, counts, domains, programs;
	struct mon_cpu cpu[CPUS_MAX];
	uint64_t count[MON_COUNTS];
	struct str domain, program;
};

static void must(bool is)
{
	if (!is)
		abort();
}

static char *ram(uint64_t pa, uint64_t len)
{
	uint64_t end = pa < HOLE ? HOLE : MEMORY;

	if ((pa >= HOLE && pa < HOLE_END) || pa >= end || len > end - pa)
		return NULL;
	return k.memory + pa;
}

static void make_memory(void)
{
	k.fd = memfd_create("memory", MFD_CLOEXEC);
	must(k.fd >= 0 && ftruncate(k.fd, MEMORY) == 0);
	k.memory =
		mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, k.fd, 0);
	k.again = mmap(NULL, MEMORY, PROT_READ, MAP_SHARED, k.fd, 0);
	must(k.memory != MAP_FAILED && k.again != MAP_FAILED);
	must(mprotect(k.memory + HOLE, HOLE_END - HOLE, PROT_NONE) == 0);
	k.outside.pid = getpid();
	k.outside.ranges = mon_outside_parse(tree, k.outside.range);
	must(k.outside.ranges == 2);
	for (unsigned int i = 0; i < 2; i++)
		k.outside.range[i].at =
			(uintptr_t)(k.again + k.outside.range[i].pa);
}

static void put(unsigned int i)
{
	memcpy(ram(k.put[i].at, k.put[i].len), k.put[i].bytes, k.put[i].len);
}

static int fetch(void *arg, const struct mon_piece *piece, size_t count)
{
	(void)arg;
	k.reads++;
	if (k.changes && k.next_change < k.puts)
		put(k.next_change++);
	for (size_t i = 0; i < count; i++) {
		const char *at = ram(piece[i].pa, piece[i].len);

		if (!at)
			return -EFAULT;
		memcpy(piece[i].to, at, piece[i].len);
	}
	return 0;
}

/* The next @len bytes as a number, those that are cut off as 0. */
static uint64_t number(const uint8_t **at, const uint8_t *end, size_t len)
{
	size_t left = (size_t)(end - *at), n = len < left ? len : left;
	uint64_t value = 0;

	memcpy(&value, *at, n);
	*at += n;
	return value;
}

static void take_put(const uint8_t **at, const uint8_t *end)
{
	struct put p = { .at = number(at, end, 4), .len = number(at, end, 1) };

	if (p.len > (size_t)(end - *at))
		p.len = (size_t)(end - *at);
	p.bytes = *at;
	*at += p.len;
	if (k.puts == PUTS_MAX || !ram(p.at, p.len))
		return;
	k.put[k.puts++] = p;
	k.first_change += !k.later;
}

/*
 * 'S' NUMBER ADDRESS: a symbol; 'F' NUMBER AT LENGTH: a field; 'P' AT LENGTH
 * BYTES: put them there; 'V' ADDRESS: look there, too; 'C': what follows is put
 * while it is read. Other bytes say nothing.
 */
static void take(const uint8_t **at, const uint8_t *end)
{
	uint64_t kind = number(at, end, 1), n;
	struct mon_place *f;

	if (kind == 'S') {
		n = number(at, end, 1) % MON_SYMBOLS;
		k.layout.has[n] = true;
		k.layout.symbol[n] = number(at, end, 8);
	} else if (kind == 'F') {
		f = &k.layout.field[number(at, end, 1) % MON_FIELDS];
		f->at = (uint32_t)number(at, end, 4);
		f->len = (uint32_t)number(at, end, 1);
		f->at = f->len ? f->at : 0;
	} else if (kind == 'P') {
		take_put(at, end);
	} else if (kind == 'V') {
		n = number(at, end, 8);
		if (k.vas < VAS_MAX)
			k.va[k.vas++] = n;
	} else if (kind == 'C') {
		k.later = true;
	}
}

/* As the guest gets it: by text. Return: false if that is refused. */
static bool has_layout(void)
{
	auto_str struct str text = { 0 };
	struct mon_layout again;
	struct why why = { .text = "" };
	int r;

	mon_layout_write(&k.layout, &text);
	r = mon_layout_read(str_text(&text), &again, &why);
	must(r == 0 || (r == -EINVAL && *why.text));
	must(r < 0 || memcmp(&again, &k.layout, sizeof(again)) == 0);
	return r == 0;
}

static uint64_t most_reads(void)
{
	uint64_t domain = 6 + MON_DOMAIN_FIELDS + 16;
	uint64_t program = 4 + 16 + 2 * k.cpus;

	return READS_EACH *
	       (16 +
		k.cpus * (8 + MON_CPU_FIELDS + MON_COUNTS +
			  MON_DOMAINS_MAX * domain) +
		NUMBERS_MAX * (2 * 6 + 5) + MON_PROGRAMS_MAX * program);
}

static void check_reach(const struct mon_space *s, uint64_t va)
{
	char bytes[32];
	size_t there = 0;
	uint64_t reads = k.reads;
	int r = mon_space_read(s, va, bytes, sizeof(bytes));

	for (size_t i = 0; i < sizeof(bytes); i++) {
		uint64_t pa;
		const char *at =
			mon_space_pa(s, va + i, &pa) == 0 ? ram(pa, 1) : NULL;

		there += at != NULL;
		must(r < 0 || (at && *at == bytes[i]));
	}
	must(r == 0 || r == -EFAULT);
	must((r == 0) == (there == sizeof(bytes)));
	k.reads = reads;
}

/* All that there is to read, twice: what is kept of the first time is used. */
static void read_all(const struct mon_memory *m, struct seen *ret)
{
	struct mon_reader r;
	struct why why = { .text = "" };

	memset(ret, 0, sizeof(*ret));
	ret->begin = mon_reader_begin(&r, &k.layout, m, k.cpus, &why);
	must(ret->begin == 0 || ret->begin == -ENXIO || ret->begin == -EAGAIN ||
	     ret->begin == -EFAULT);
	must((ret->begin == 0) != (*why.text && !strchr(why.text, '\n')));
	for (int i = 0; ret->begin == 0 && i < 2; i++) {
		ret->sample = mon_reader_sample(&r, ret->cpu);
		ret->counts = mon_reader_counts(&r, ret->count);
	}
	if (ret->begin == 0) {
		for (unsigned int i = 0; !k.changes && i < k.vas; i++)
			check_reach(&r.space, k.va[i]);
		ret->domains = mon_reader_domains(&r, &ret->domain);
		ret->programs = mon_reader_programs(&r, &ret->program);
	}
	mon_reader_done(&r);
}

static void check_cpus(const struct seen *s)
{
	uint16_t no_scx =
		mon_has(&k.layout, MON_SCX_DSQ_NR) ? 0 : MON_CPU_NO_SCX;

	for (unsigned int i = 0; i < k.cpus; i++) {
		const struct mon_cpu *c = &s->cpu[i];
		const struct mon_cpu none = { .state = no_scx };

		must((c->state & MON_CPU_NO_SCX) == no_scx && c->state < 16);
		must(k.changes || !(c->state & MON_CPU_FOREIGN));
		if (!(c->state & MON_CPU_IS))
			must(memcmp(c, &none, sizeof(none)) == 0);
	}
	must(s->cpu[0].state & MON_CPU_IS);
}

static void check_name(const char name[16])
{
	for (const char *c = name; *c; c++)
		must(c < name + 15 && *c >= ' ' && *c <= '~' && *c != '"' &&
		     *c != '\\');
}

static void add_record(struct str *out, enum mon_record kind, const void *data,
		       size_t len)
{
	struct mon_head head = {
		.kind = kind, .cpus = (uint16_t)k.cpus, .own = -1, .len = len
	};

	str_add_bytes(out, &head, sizeof(head));
	if (len > 0)
		str_add_bytes(out, data, len);
}

/* What was read, sent, and taken apart again. */
static void check_series(const struct seen *s)
{
	auto_str struct str out = { 0 };
	struct mon_series series;
	struct mon_summary all;
	struct why why;

	add_record(&out, MON_SAMPLE, s->cpu, k.cpus * sizeof(*s->cpu));
	add_record(&out, MON_COUNTS_OF, s->count, sizeof(s->count));
	add_record(&out, MON_DOMAINS, s->domain.text, s->domain.len);
	add_record(&out, MON_PROGRAMS, s->program.text, s->program.len);
	add_record(&out, MON_SAMPLE, s->cpu, k.cpus * sizeof(*s->cpu));
	must(mon_series_read(out.text, out.len, &series, &why) == 0);
	must(series.samples == 2);
	for (size_t i = 0; i < series.last_domains; i++) {
		must(series.last_domain[i].cpu < k.cpus);
		check_name(series.last_domain[i].name);
	}
	for (size_t i = 0; i < series.last_programs; i++) {
		must(series.last_program[i].type == MON_STRUCT_OPS &&
		     series.last_program[i].id < NUMBERS_MAX);
		check_name(series.last_program[i].name);
	}
	if (mon_derive(&series, 1, &all) == 0)
		mon_summary_done(&all);
	mon_series_done(&series);
}

static void check_seen(const struct seen *s)
{
	must(k.reads <= most_reads());
	must(s->domains == 0 || s->domains == -ENOTSUP);
	must(s->programs == 0 || s->programs == -ENOTSUP);
	if (s->begin == 0 && s->sample == 0)
		check_cpus(s);
	if (s->begin == 0)
		check_series(s);
}

static void seen_done(struct seen *s)
{
	str_done(&s->domain);
	str_done(&s->program);
}

static bool same(const struct str *a, const struct str *b)
{
	return a->len == b->len && !memcmp(str_text(a), str_text(b), a->len);
}

static void check_same(const struct seen *a, const struct mon_memory *m)
{
	struct seen b;

	read_all(m, &b);
	must(memcmp(a, &b, offsetof(struct seen, count)) == 0);
	must(a->counts < 0 || memcmp(a->count, b.count, sizeof(b.count)) == 0);
	must(same(&a->domain, &b.domain) && same(&a->program, &b.program));
	seen_done(&b);
}

static void read_by_all_ways(void)
{
	static struct devmem devmem;
	const struct mon_memory pieces = { .read = fetch };
	const struct mon_memory inside = { devmem_read, devmem_at, &devmem };
	const struct mon_memory other = { mon_outside_read, NULL, &k.outside };
	struct seen s;

	k.reads = 0;
	read_all(&pieces, &s);
	check_seen(&s);
	must(devmem_begin(&devmem, k.fd, iomem) == 0);
	check_same(&s, &inside);
	devmem_end(&devmem);
	if (k.reads < OUTSIDE_READS_MAX)
		check_same(&s, &other);
	seen_done(&s);
	if (k.first_change == k.puts)
		return;
	k.reads = 0;
	k.changes = true;
	read_all(&pieces, &s);
	check_seen(&s);
	seen_done(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data, *end = data + size;

	if (k.fd < 0)
		make_memory();
	k.layout = (struct mon_layout){ 0 };
	k.puts = k.vas = k.first_change = 0;
	k.later = k.changes = false;
	k.cpus = (unsigned int)(number(&at, end, 1) % CPUS_MAX + 1);
	while (at < end)
		take(&at, end);
	if (!has_layout())
		return 0;
	k.next_change = k.first_change;
	for (unsigned int i = 0; i < k.first_change; i++)
		put(i);
	read_by_all_ways();
	for (unsigned int i = 0; i < k.puts; i++)
		memset(ram(k.put[i].at, k.put[i].len), 0, k.put[i].len);
	return 0;
}
