/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"
#include "vmm/wire.h"

static struct wire wire;
static struct why why;

/* The guest's side of the channel. */
static struct wire_channel *guest_channel(void)
{
	return mmap(NULL, WIRE_CHANNEL_BYTES, PROT_READ | PROT_WRITE,
		    MAP_SHARED, wire.channel_fd, 0);
}

TEST(both_regions_have_headers_and_a_size_that_stays)
{
	uint64_t magic = 0;
	struct stat st;

	CHECK_INT(wire_open(&wire, &why), 0);
	CHECK_INT(pread(wire.job_fd, &magic, 8, 0), 8);
	CHECK(memcmp(&magic, "ktstrjob", 8) == 0);
	CHECK_INT(pread(wire.channel_fd, &magic, 8, 0), 8);
	CHECK(memcmp(&magic, "ktstrchn", 8) == 0);
	CHECK(ftruncate(wire.channel_fd, WIRE_CHANNEL_BYTES + 1) < 0);
	CHECK(ftruncate(wire.channel_fd, WIRE_CHANNEL_BYTES - 1) < 0);
	CHECK(pwrite(wire.job_fd, "a", 1, WIRE_JOB_BYTES) < 0);
	CHECK(fstat(wire.job_fd, &st) == 0 && st.st_size == WIRE_JOB_BYTES);
	wire_done(&wire);
}

TEST(a_limit_of_file_sizes_is_told)
{
	struct rlimit old;

	getrlimit(RLIMIT_FSIZE, &old);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 1 << 20, old.rlim_max });
	CHECK_INT(wire_open(&wire, &why), 0); /* the soft one is lifted */
	wire_done(&wire);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 1 << 20, 1 << 20 });
	CHECK_INT(wire_open(&wire, &why), -EFBIG);
	CHECK(strstr(why.text, "ulimit -f"));
	wire_done(&wire);
}

static unsigned int open_files(void)
{
	unsigned int n = 0;

	for (int fd = 0; fd < 100; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* For the job, and for the channel. */
TEST(files_that_cannot_be_had_are_told_and_nothing_stays)
{
	unsigned int before = open_files();

	for (rlim_t room = 0; room < 2; room++) {
		setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 100, 100 });
		int next = dup(0);
		CHECK_INT(close(next), 0);
		setrlimit(RLIMIT_NOFILE,
			  &(struct rlimit){ (rlim_t)next + room, 100 });
		CHECK_INT(wire_open(&wire, &why), -EMFILE);
		CHECK(strstr(why.text, "cannot make a memory file: Too many"));
		wire_done(&wire);
		CHECK_INT(open_files(), before);
	}
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 100, 100 });
	CHECK_INT(wire_open(&wire, &why), 0);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ (rlim_t)wire.job_fd, 100 });
	CHECK_INT(wire_renew_channel(&wire, &why), -EMFILE);
	wire_done(&wire);
	CHECK_INT(open_files(), before);
}

/* Pages of addresses that this process has. */
static rlim_t pages(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long n = 0;

	CHECK(f && fscanf(f, "%lu", &n) == 1);
	(void)fclose(f);
	return n;
}

/* Three pages of them are mapped, and the ring of input. */
TEST(addresses_that_cannot_be_had_are_told)
{
	struct rlimit old;
	rlim_t have;

	/* What sanitizers need for themselves is there then. */
	CHECK_INT(wire_open(&wire, &why), 0);
	wire_done(&wire);
	getrlimit(RLIMIT_AS, &old);
	have = pages();
	for (rlim_t room = 0; room <= 3; room++) {
		rlim_t most = (have + room) * WIRE_PAGE;

		setrlimit(RLIMIT_AS, &(struct rlimit){ most, old.rlim_max });
		int r = wire_open(&wire, &why);
		CHECK_INT(r, room < 3 ? -ENOMEM : 0);
		CHECK(r == 0 || strstr(why.text, "cannot map the machine's"));
		if (r == 0) {
			CHECK_INT(wire_input_begin(&wire, &why), -ENOMEM);
			CHECK(strstr(why.text, "cannot map the machine's"));
		}
		wire_done(&wire);
	}
	setrlimit(RLIMIT_AS, &old);
}

TEST(what_the_guest_writes_is_read_once_and_its_memory_given_back)
{
	static char data[1 << 20], got[1 << 20];
	struct stat st;

	CHECK_INT(wire_open(&wire, &why), 0);
	struct wire_channel *guest = guest_channel();
	char *ring = (char *)guest + WIRE_CHANNEL_AT;
	uint64_t total = WIRE_CHANNEL_ROOM + 5 * sizeof(data);
	uint64_t begin = (WIRE_CHANNEL_ROOM >> 20 << 20) - 5 * sizeof(data);

	guest->written = wire.taken = wire.given = begin;
	for (uint64_t at = begin; at < total; at += sizeof(data)) {
		memset(data, (int)(at >> 20) + 1, sizeof(data));
		for (size_t i = 0; i < sizeof(data); i++)
			ring[(at + i) % WIRE_CHANNEL_ROOM] = data[i];
		atomic_store(&guest->written, at + sizeof(data));
		for (size_t have = 0; have < sizeof(data);) {
			ssize_t n = wire_read(&wire, got + have,
					      sizeof(got) - have, &why);

			CHECK(n > 0);
			have += (size_t)n;
		}
		CHECK(memcmp(data, got, sizeof(data)) == 0);
		CHECK_INT(wire_read(&wire, got, sizeof(got), &why), 0);
	}
	CHECK(fstat(wire.channel_fd, &st) == 0 && st.st_blocks < 3 * 2048);
	munmap(guest, WIRE_CHANNEL_BYTES);
	wire_done(&wire);
}

TEST(a_full_ring_keeps_what_is_written_as_soon_as_there_is_room)
{
	static char got[100 * 1024];
	uint64_t begin = 7 << 20;

	CHECK_INT(wire_open(&wire, &why), 0);
	struct wire_channel *guest = guest_channel();
	char *ring = (char *)guest + WIRE_CHANNEL_AT;
	uint64_t written = begin + WIRE_CHANNEL_ROOM;

	wire.taken = wire.given = wire.control->channel_read = begin;
	atomic_store(&guest->written, written);
	for (int i = 0; i < 50; i++) {
		CHECK_INT(wire_read(&wire, got, sizeof(got), &why),
			  sizeof(got));
		uint64_t room = wire.control->channel_read + WIRE_CHANNEL_ROOM -
				written;
		memset(ring + written % WIRE_CHANNEL_ROOM, 'x', room);
		written += room;
		atomic_store(&guest->written, written);
	}
	CHECK(written >= begin + WIRE_CHANNEL_ROOM + (4 << 20));
	for (uint64_t at = begin + WIRE_CHANNEL_ROOM; at < written; at++)
		CHECK(ring[at % WIRE_CHANNEL_ROOM] == 'x');
	munmap(guest, WIRE_CHANNEL_BYTES);
	wire_done(&wire);
}

TEST(a_complete_job_is_written_by_its_maker_alone)
{
	CHECK_INT(wire_open(&wire, &why), 0);
	wire_put(&wire, 100, WIRE_RING_BYTES, WIRE_LIVE_INPUT);
	CHECK_INT(wire_input_begin(&wire, &why), 0);
	wire_seal(&wire);
	CHECK(pwrite(wire.job_fd, "a", 1, 0) < 0);
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, wire.job_fd,
		   0) == MAP_FAILED);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, wire.job_fd, 0) !=
	      MAP_FAILED);
	char *at;
	CHECK_INT(wire_input_room(&wire, &at, &why), WIRE_RING_BYTES);
	*at = 'x';
	wire_input_put(&wire, 1, true);
	CHECK_INT(wire.control->input_written, 1);
	CHECK_INT(wire_input_room(&wire, &at, &why), WIRE_RING_BYTES - 1);
	guest_channel()->input_taken = 2;
	CHECK_INT(wire_input_room(&wire, &at, &why), -EBADMSG);
	wire_done(&wire);
}

TEST(a_count_that_cannot_be_true_is_damage)
{
	char got[16];

	CHECK_INT(wire_open(&wire, &why), 0);
	struct wire_channel *guest = guest_channel();

	guest->written = WIRE_CHANNEL_ROOM + 1;
	CHECK_INT(wire_read(&wire, got, sizeof(got), &why), -EBADMSG);
	guest->written = UINT64_MAX;
	CHECK_INT(wire_read(&wire, got, sizeof(got), &why), -EBADMSG);
	guest->written = 16;
	CHECK_INT(wire_read(&wire, got, sizeof(got), &why), 16);
	guest->written = 15;
	CHECK_INT(wire_read(&wire, got, sizeof(got), &why), -EBADMSG);
	CHECK(strstr(why.text, "from 16 to 15"));
	munmap(guest, WIRE_CHANNEL_BYTES);
	wire_done(&wire);
}
