/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/kmsg.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "tools/lib/cleanup.h"

#define REGION_BYTES (1 << 20)

static struct channel new_channel(void)
{
	struct channel c = { 0 };

	channel_begin(&c,
		      mmap(NULL, REGION_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		      REGION_BYTES);
	return c;
}

#define SELECT(text) kmsg_select(&follow, 3, text)

TEST(kernel_messages_of_trouble_are_chosen)
{
	struct kmsg_follow follow = { 0 };

	CHECK(!SELECT("Run /init as init process"));
	CHECK(SELECT("WARNING: CPU: 0 PID: 1 at kernel/sched/ext.c:1 x"));
	CHECK(SELECT("RIP: 0010:x"));
	CHECK(SELECT("---[ end trace 0000000000000000 ]---"));
	CHECK(!SELECT("clocksource: tsc"));
	CHECK(SELECT("sched_ext: BPF scheduler \"x\" disabled (stall)"));
	CHECK(SELECT("   scx_watchdog_workfn+0x1/0x2"));
	CHECK(!SELECT("random: crng init done"));
	CHECK(!SELECT("   indented, but of something else"));
	CHECK(SELECT("rcu: INFO: rcu_sched self-detected stall on CPU"));
	CHECK(SELECT("INFO: task kworker:1 blocked for more than 1 seconds."));
	CHECK(SELECT("Out of memory: Killed process 42 (x) total-vm:1kB"));
	CHECK(!SELECT("oom_reaper: reaped process 42 (x)"));
}

/* What a kernel's log would give, one record for each read. */
static void add_record(int fd, unsigned int priority, unsigned int number,
		       const char *text)
{
	char line[200];
	int n = snprintf(line, sizeof(line), "%u,%u,5,-;%s\n K=v\n", priority,
			 number, text);

	CHECK_INT(write(fd, line, (size_t)n), n);
}

/* All that was sent, as text. */
static const char *told(struct kmsg *k, struct channel *c)
{
	kmsg_close(k, c);
	return c->data;
}

static struct kmsg new_log(int *ret_fd)
{
	int fd[2], size = 1 << 20;

	CHECK_INT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd),
		  0);
	CHECK_INT(setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)),
		  0);
	*ret_fd = fd[0];
	return (struct kmsg){ .fd = fd[1] };
}

TEST(what_a_program_wrote_is_no_message_of_the_kernel)
{
	struct channel c = new_channel();
	int fd;
	struct kmsg k = new_log(&fd);

	add_record(fd, 1 << 3 | 2, 0, "BUG: written into /dev/kmsg");
	add_record(fd, 3, 1, "BUG kmalloc-64 (Tainted: G): Redzone");
	add_record(fd, 1 << 3 | 2, 2, "written in between");
	add_record(fd, 3, 3, "Object 1: 2");
	const char *all = told(&k, &c);
	CHECK_INT(c.seq, 2);
	CHECK(!strstr(all, "written"));
	CHECK(strstr(all, "BUG kmalloc-64 (Tainted: G): Redzone"));
	CHECK(strstr(all, "Object 1"));
	CHECK(!strstr(all, "kmsg-lost"));
}

TEST(kernel_messages_that_were_overwritten_are_counted)
{
	struct channel c = new_channel();
	int fd;
	struct kmsg k = new_log(&fd);

	add_record(fd, 6, 0, "first");
	add_record(fd, 6, 8, "next");
	kmsg_drain(&k, &c);
	CHECK_INT(c.seq, 0);
	add_record(fd, 6, 12, "last");
	CHECK(strstr(told(&k, &c), "\"t\":\"kmsg-lost\",\"overrun\":10,"
				   "\"dropped\":0,\"unread\":false"));
}

TEST(a_complaint_has_room_behind_many_notes)
{
	struct channel c = new_channel();
	unsigned int n;
	int fd;
	struct kmsg k = new_log(&fd);

	for (n = 0; n < KMSG_FRAMES_MAX + 3; n++)
		add_record(fd, 6, n, "sched_ext: a note");
	kmsg_drain(&k, &c);
	CHECK(c.seq > 0 && c.seq < KMSG_FRAMES_MAX); /* a part */
	kmsg_drain(&k, &c);
	CHECK_INT(c.seq, KMSG_FRAMES_MAX);
	for (unsigned int i = 0; i < KMSG_SPLATS_MAX + 2; i++)
		add_record(fd, 4, n++, "WARNING: CPU: 0 PID: 1 at x");
	kmsg_drain(&k, &c);
	CHECK_INT(c.seq, KMSG_FRAMES_MAX + KMSG_SPLATS_MAX);
	CHECK(strstr(told(&k, &c),
		     "\"kmsg-lost\",\"overrun\":0,\"dropped\":5"));
}

TEST(an_endless_log_is_left_in_the_end)
{
	struct channel c = new_channel();
	int null = open("/dev/zero", O_RDONLY);
	struct kmsg k = { .fd = null };

	CHECK(strstr(told(&k, &c), "\"unread\":true"));
}
