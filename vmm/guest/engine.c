/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/engine.h"

#include <time.h>

#include "vmm/guest/clock.h"
#include "vmm/guest/json.h"

static uint64_t read_ns(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0)
		return 0;
	return (uint64_t)t.tv_sec * NS_PER_SEC + (uint64_t)t.tv_nsec;
}

struct engine_use engine_use(const struct watch *w)
{
	struct engine_use use = { .at_ns = clock_now_ns(),
				  .cpu_ns = read_ns(CLOCK_PROCESS_CPUTIME_ID) };
	clockid_t feeder;

	if (w->feeder && clock_getcpuclockid(w->feeder_pid, &feeder) == 0)
		use.cpu_ns += read_ns(feeder);
	return use;
}

int engine_send(struct watch *w, const struct engine_use *since)
{
	struct engine_use now = engine_use(w);
	struct str out = { 0 };

	json_open(&out, "engine");
	json_number(&out, "from_ns", since->at_ns);
	json_number(&out, "to_ns", now.at_ns);
	json_number(&out, "cpu_ns", now.cpu_ns - since->cpu_ns);
	return channel_send(w->channel, &out);
}
