/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/here.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/msg.h"
#include "tools/lib/num.h"
#include "vmm/guest/cgroup.h"
#include "vmm/guest/json.h"
#include "vmm/guest/scenario.h"
#include "vmm/guest/spawn.h"
#include "vmm/guest/steal.h"
#include "vmm/wire.h"

#define TEST_MAX (1 << 20)

struct here {
	struct channel channel;
	struct watch watch;
	struct guest_machine machine;
	struct test test;
	uint64_t seed;
	bool ext;
};

static int read_test(struct here *h, const char *name, struct why *reterr_why)
{
	struct diag d = { 0 };
	auto_free char *text = NULL;
	auto_str struct str path = { 0 };
	int r = file_read_at(AT_FDCWD, "/proc/self/fd/3", TEST_MAX, &text);

	str_addf(&path, "%s.test", name);
	if (r >= 0)
		r = test_parse(str_text(&path), text, &d, &h->test);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read the test");
	if (d.count)
		return why_set(reterr_why, -EINVAL, "%s", str_text(&d.out));
	return 0;
}

static int map_channel(struct here *h, struct why *reterr_why)
{
	void *p = mmap(NULL, WIRE_CHANNEL_BYTES, PROT_READ | PROT_WRITE,
		       MAP_SHARED, HERE_CHANNEL_FD, 0);

	if (p == MAP_FAILED)
		return why_set(reterr_why, -errno, "cannot map the channel");
	/* No worker is to see it. */
	(void)madvise(p, WIRE_CHANNEL_BYTES, MADV_DONTFORK);
	close(HERE_CHANNEL_FD);
	channel_begin(&h->channel, p, WIRE_CHANNEL_BYTES);
	return 0;
}

/* What the kernel said before is nobody's concern. */
static void begin_kmsg(struct here *h)
{
	if (h->watch.kmsg.fd >= 0)
		(void)lseek(h->watch.kmsg.fd, 0, SEEK_END);
}

static int read_machine(struct here *h, struct why *reterr_why)
{
	auto_fd int root =
		open("/sys/devices/system", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct str out = { 0 };
	int r;

	if (root < 0)
		return why_set(reterr_why, -errno,
			       "cannot open '/sys/devices/system'");
	r = guest_machine_read(root, &h->machine, reterr_why);
	if (r < 0)
		return r;
	guest_machine_frame(&h->machine, &out);
	return channel_send(&h->channel, &out);
}

static int play(struct here *h, struct why *reterr_why)
{
	struct sched_param p = { .sched_priority = SPAWN_INIT_PRIORITY };
	uint64_t begin = steal_ns();
	int r;

	/* Above the scheduler under test, as in a machine of ours. */
	if (sched_setscheduler(0, SCHED_FIFO, &p) < 0)
		return why_set(reterr_why, -errno,
			       "cannot get real-time priority");
	watch_phase(&h->watch, PHASE_RUN, 0);
	r = scenario_run(&h->watch, &h->test, &h->machine.machine, h->seed,
			 h->ext, reterr_why);
	watch_phase(&h->watch, PHASE_SHUTDOWN, 0);
	if (r < 0)
		return r;
	return steal_send(&h->channel, begin);
}

/* What this machine is too small for, or its kernel cannot do, is no fault. */
static const char *class_of(int error)
{
	if (error == -ENOSYS || error == -ERANGE || error == -ENOTSUP)
		return "kernel";
	return error == -EINVAL || error == -ENOSPC ? "setup" : "harness";
}

static void tell_failure(struct here *h, int error, const struct why *why)
{
	const char *class = class_of(error);
	bool is_ours = strcmp(class, "harness") == 0;

	channel_send_error(&h->channel, class, "%s%s%s", why->text,
			   is_ours ? ": " : "",
			   is_ours ? strerror(-error) : "");
}

noreturn void run_here(int argc, char **argv)
{
	static struct here h;
	struct why why = { .text = "" };
	int r;

	if (argc != 4 || num_parse(argv[1], 0, INT64_MAX, &h.seed) < 0)
		die(EX_USAGE, "--host is for ktstr-vm(1) alone");
	cgroup_set_above(argv[2]);
	h.ext = strcmp(argv[3], "1") == 0;
	if (map_channel(&h, &why) < 0)
		die(EX_BROKEN, "%s: %m", why.text);
	r = watch_init(&h.watch, &h.channel);
	if (r < 0)
		why_set(&why, r, "cannot watch over children");
	begin_kmsg(&h);
	channel_send_hello(&h.channel);
	if (r == 0)
		r = read_test(&h, argv[0], &why);
	if (r == 0)
		r = read_machine(&h, &why);
	if (r == 0)
		r = play(&h, &why);
	kmsg_close(&h.watch.kmsg, &h.channel);
	if (r < 0)
		tell_failure(&h, r, &why);
	_exit(channel_end(&h.channel) == 0 ? EX_PASS : EX_BROKEN);
}
