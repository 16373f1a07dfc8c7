/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* What was read is given back in pieces of this. */
#define HOLE_BYTES (UINT64_C(1) << 20)

_Static_assert(sizeof(struct wire_job) <= WIRE_PAGE, "one page");
_Static_assert(sizeof(struct wire_control) <= WIRE_PAGE, "one page");
_Static_assert(sizeof(struct wire_channel) <= WIRE_PAGE, "one page");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "a host of the other byte order would have to swap");

/* ftruncate(2) obeys RLIMIT_FSIZE, and says so by a signal that kills; so does
 * every write behind the limit. */
static int set_size(int fd, uint64_t size)
{
	struct rlimit limit;
	sigset_t set, before;
	int r;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
	sigemptyset(&set);
	sigaddset(&set, SIGXFSZ);
	sigprocmask(SIG_BLOCK, &set, &before);
	r = ftruncate(fd, (off_t)size) < 0 ? -errno : 0;
	(void)sigtimedwait(&set, NULL, &(struct timespec){ 0 });
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

/* A file in memory, sparse, whose size nobody can change: neither QEMU, nor a
 * reader that is surprised by a file which became shorter. */
static int new_file(const char *name, uint64_t size, struct why *reterr_why)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), r;

	if (fd < 0)
		return why_set(reterr_why, -errno,
			       "cannot make a memory file: %s",
			       strerror(errno));
	r = set_size(fd, size);
	if (r == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) < 0)
		r = -errno;
	if (r == 0)
		return fd;
	close(fd);
	if (r == -EFBIG)
		return why_set(reterr_why, r,
			       "a file of %" PRIu64
			       " MiB in memory is more than the limit of file "
			       "sizes allows: raise it (ulimit -f)",
			       size >> 20);
	return why_set(reterr_why, r, "cannot make a memory file: %s",
		       strerror(-r));
}

static void *map(int fd, uint64_t at, int prot)
{
	void *p = mmap(NULL, WIRE_PAGE, prot, MAP_SHARED, fd, (off_t)at);

	return p == MAP_FAILED ? NULL : p;
}

static int open_channel(struct wire *w, struct why *reterr_why)
{
	const struct wire_channel channel = { .magic = WIRE_CHANNEL_MAGIC,
					      .version = WIRE_VERSION };

	w->channel_fd =
		new_file("ktstr-channel", WIRE_CHANNEL_BYTES, reterr_why);
	if (w->channel_fd < 0)
		return w->channel_fd;
	w->channel = map(w->channel_fd, 0, PROT_READ);
	if (!w->channel || pwrite(w->channel_fd, &channel, sizeof(channel),
				  0) != (ssize_t)sizeof(channel))
		return why_set(reterr_why, -ENOMEM,
			       "cannot map the machine's memory files: %s",
			       strerror(errno));
	return 0;
}

int wire_open(struct wire *ret, struct why *reterr_why)
{
	*ret = (struct wire){ .job_fd = -1, .channel_fd = -1 };
	ret->job_fd = new_file("ktstr-job", WIRE_JOB_BYTES, reterr_why);
	if (ret->job_fd < 0)
		return ret->job_fd;
	int r = open_channel(ret, reterr_why);
	if (r < 0)
		return r;
	ret->job = map(ret->job_fd, 0, PROT_READ | PROT_WRITE);
	ret->control =
		map(ret->job_fd, WIRE_CONTROL_AT, PROT_READ | PROT_WRITE);
	if (!ret->job || !ret->control)
		return why_set(reterr_why, -ENOMEM,
			       "cannot map the machine's memory files: %s",
			       strerror(errno));
	wire_put(ret, 0, 0, 0);
	return 0;
}

static void unmap(const void *page)
{
	if (page)
		munmap((void *)page, WIRE_PAGE);
}

int wire_renew_channel(struct wire *w, struct why *reterr_why)
{
	unmap(w->channel);
	w->channel = NULL;
	close(w->channel_fd);
	w->taken = w->given = 0;
	atomic_store(&w->control->channel_read, 0);
	return open_channel(w, reterr_why);
}

void wire_done(struct wire *w)
{
	unmap(w->job);
	unmap(w->control);
	unmap(w->channel);
	if (w->ring)
		munmap(w->ring, WIRE_RING_BYTES);
	if (w->job_fd >= 0)
		close(w->job_fd);
	if (w->channel_fd >= 0)
		close(w->channel_fd);
	*w = (struct wire){ .job_fd = -1, .channel_fd = -1 };
}

uint64_t wire_input_at(uint64_t archive_len)
{
	return (WIRE_ARCHIVE_AT + archive_len + WIRE_PAGE - 1) / WIRE_PAGE *
	       WIRE_PAGE;
}

void wire_put(struct wire *w, uint64_t archive_len, uint64_t input_len,
	      uint32_t flags)
{
	*w->job = (struct wire_job){ .magic = WIRE_JOB_MAGIC,
				     .version = WIRE_VERSION,
				     .flags = flags,
				     .archive_at = WIRE_ARCHIVE_AT,
				     .archive_len = archive_len,
				     .input_at = wire_input_at(archive_len),
				     .input_len = input_len };
}

void wire_seal(struct wire *w)
{
	/* Linux before 5.1 has no such seal. */
	(void)fcntl(w->job_fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE);
}

/*
 * Tell the guest of the whole pieces of the ring that were read, and give their
 * pages back before: once it knows, the bytes there may be new ones. A kernel
 * that cannot do this keeps the pages until the end.
 */
static void give_back(struct wire *w, uint64_t end)
{
	uint64_t from = w->given % WIRE_CHANNEL_ROOM;
	uint64_t to =
		end == WIRE_CHANNEL_ROOM ? end : end / HOLE_BYTES * HOLE_BYTES;

	if (to <= from)
		return;
	(void)fallocate(w->channel_fd,
			FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			(off_t)(WIRE_CHANNEL_AT + from), (off_t)(to - from));
	w->given += to - from;
	atomic_store_explicit(&w->control->channel_read, w->given,
			      memory_order_release);
}

ssize_t wire_read(struct wire *w, void *data, size_t max,
		  struct why *reterr_why)
{
	uint64_t written = atomic_load_explicit(&w->channel->written,
						memory_order_acquire);
	uint64_t at = w->taken % WIRE_CHANNEL_ROOM, left = written - w->taken;
	ssize_t n;

	if (written < w->taken || left > WIRE_CHANNEL_ROOM)
		return why_set(reterr_why, -EBADMSG,
			       "the channel's count of bytes went from %" PRIu64
			       " to %" PRIu64,
			       w->taken, written);
	if (left > max)
		left = max;
	if (left > WIRE_CHANNEL_ROOM - at)
		left = WIRE_CHANNEL_ROOM - at;
	if (left == 0)
		return 0;
	do {
		n = pread(w->channel_fd, data, left,
			  (off_t)(WIRE_CHANNEL_AT + at));
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return why_set(reterr_why, n < 0 ? -errno : -EIO,
			       "cannot read the channel's file: %s",
			       strerror(n < 0 ? errno : EIO));
	w->taken += (uint64_t)n;
	give_back(w, at + (uint64_t)n);
	return n;
}

int wire_input_begin(struct wire *w, struct why *reterr_why)
{
	void *ring = mmap(NULL, WIRE_RING_BYTES, PROT_READ | PROT_WRITE,
			  MAP_SHARED, w->job_fd, (off_t)w->job->input_at);

	if (ring == MAP_FAILED)
		return why_set(reterr_why, -errno,
			       "cannot map the machine's memory files: %s",
			       strerror(errno));
	w->ring = ring;
	return 0;
}

ssize_t wire_input_room(struct wire *w, char **ret, struct why *reterr_why)
{
	uint64_t taken = atomic_load_explicit(&w->channel->input_taken,
					      memory_order_acquire);
	uint64_t at = w->put % WIRE_RING_BYTES, waiting = w->put - taken;
	uint64_t room = WIRE_RING_BYTES - waiting;

	if (taken > w->put || waiting > WIRE_RING_BYTES)
		return why_set(reterr_why, -EBADMSG,
			       "the guest's count of input is %" PRIu64
			       " of %" PRIu64,
			       taken, w->put);
	*ret = w->ring + at;
	if (room > WIRE_RING_BYTES - at)
		room = WIRE_RING_BYTES - at;
	return (ssize_t)room;
}

void wire_input_put(struct wire *w, size_t len, bool end)
{
	w->put += len;
	atomic_store_explicit(&w->control->input_written, w->put,
			      memory_order_release);
	if (end)
		atomic_store_explicit(&w->control->input_ended, 1,
				      memory_order_release);
}
