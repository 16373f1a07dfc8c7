/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crew-memory.c - the memory of workers, so that forks of many stay cheap.
 *
 * Each fork copies the list of mappings and each page of private memory that is
 * there, and what either side writes afterwards is copied once more. 512
 * workers with a mapping each, and with half a MiB of init's heap about them,
 * took 3.5 s of the virtual clock to start.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm/guest/crew.h"

#define CACHE_LINE 64

static size_t round_up(size_t size, size_t to)
{
	return (size + to - 1) / to * to;
}

/* Of one worker: whole lines of a CPU's cache, so that no two share one. */
static size_t shared_size(unsigned int segments)
{
	return round_up(sizeof(struct worker_shared) +
				segments * sizeof(cpu_set_t),
			CACHE_LINE);
}

/* Shared memory stands in the lists of a process alone. */
static void *map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* What no worker is to see. */
static void *map_ours(size_t size)
{
	void *p = map(size);

	if (p && madvise(p, size, MADV_DONTFORK) < 0) {
		munmap(p, size);
		return NULL;
	}
	return p;
}

struct worker *crew_new(size_t count)
{
	return map_ours((count + 1) * sizeof(struct worker));
}

void crew_delete(struct worker *first, size_t count)
{
	if (first)
		munmap(first, (count + 1) * sizeof(*first));
}

int crew_prepare(struct worker *first, size_t count, unsigned int segments)
{
	size_t size = shared_size(segments);
	struct crew_segment *segment;
	char *shared;

	for (size_t i = 0; i < count; i++)
		first[i].in = first[i].out = first[i].in_writer = -1;
	if (count == 0)
		return 0;
	shared = map(count * size);
	if (!shared)
		return -ENOMEM;
	segment = map_ours(count * segments * sizeof(*segment));
	if (!segment) {
		munmap(shared, count * size);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		struct worker *w = &first[i];

		w->segment = &segment[i * segments];
		w->shared = (void *)(shared + i * size);
		w->shared->segments.max = segments;
		atomic_store(&w->shared->segments.epoch, 1);
	}
	return 0;
}

void crew_close_pipes(struct worker *w)
{
	int *fd[] = { &w->in, &w->out, &w->in_writer };

	for (size_t i = 0; i < sizeof(fd) / sizeof(fd[0]); i++) {
		if (*fd[i] >= 0)
			close(*fd[i]);
		*fd[i] = -1;
	}
}

void crew_free(struct worker *first, size_t count)
{
	unsigned int segments;

	if (count == 0 || !first->shared)
		return;
	segments = first->shared->segments.max;
	munmap(first->segment, count * segments * sizeof(*first->segment));
	munmap(first->shared, count * shared_size(segments));
	for (size_t i = 0; i < count; i++) {
		crew_close_pipes(&first[i]);
		words_free(first[i].warnings);
		first[i] = (struct worker){ 0 };
	}
}
