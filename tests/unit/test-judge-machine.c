/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How machines end. */
#include "tests/unit/judge.h"

TEST(the_console_tells_why_a_machine_ended)
{
	static const struct {
		const char *console, *class, *reason;
	} row[] = {
		{ "x\nKernel panic - not syncing: Oh \033[31mno\nend",
		  "guest-panic", "the guest's kernel panicked: Oh ?[31mno" },
		{ "Kernel panic - not syncing: NMI: Not continuing",
		  "guest-hang",
		  "the guest hung; its watchdog ended it: NMI: Not continuing" },
		{ "Kernel panic - not syncing: Attempted to kill init! "
		  "exitcode=0x0000000b",
		  "harness",
		  "the guest's init died: Attempted to kill init! "
		  "exitcode=0x0000000b" },
		{ "Kernel panic - not syncing: System is deadlocked on memory",
		  "guest-memory",
		  "the machine's memory was not enough, --memory or the "
		  "test's \"memory =\" gives it more: System is deadlocked on "
		  "memory" },
		{ "ktstr: limit: run did not finish within 9.0 s\n"
		  "Kernel panic - not syncing: NMI: Not continuing",
		  "time-limit", "run did not finish within 9.0 s" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		auto_run struct run r = { .machine.end = END_EXIT };

		run_cut(&r, row[i].console, NULL);
		check_verdict(&r, VERDICT_ERROR, row[i].class);
		check_reason(&r, row[i].reason);
	}
}

TEST(code_that_qemu_tore_is_its_fault)
{
	static const char console[] =
		"Oops: int3: 0000 [#1] PREEMPT SMP\n"
		"Kernel panic - not syncing: Fatal exception in interrupt";
	auto_run struct run r = { .machine.end = END_EXIT };
	auto_run struct run s = { .machine.end = END_EXIT };

	r.e.torn_code = true;
	run_cut(&r, console, NULL);
	check_verdict(&r, VERDICT_ERROR, "qemu");
	/* Elsewhere it is the kernel's own. */
	run_cut(&s, console, NULL);
	check_verdict(&s, VERDICT_ERROR, "guest-panic");
}

TEST(qemus_end_tells_why_there_is_no_report)
{
	static const struct {
		enum machine_end end;
		int status;
		enum verdict verdict;
		const char *class, *reason;
	} row[] = {
		{ END_EXIT, 0, VERDICT_ERROR, "guest-reset",
		  "the guest was reset in phase boot: a triple fault, or a program did it" },
		{ END_PANICKED, 0, VERDICT_ERROR, "guest-panic",
		  "the guest's kernel panicked without a word" },
		{ END_EXIT, 1, VERDICT_ERROR, "qemu",
		  "QEMU ended with status 1 before the result" },
		{ END_EXIT, 85, VERDICT_ERROR, "channel",
		  "the guest's init could not write all of its report" },
		{ END_SIGNAL, 9, VERDICT_ERROR, "qemu",
		  "QEMU died of signal 9 (Killed)" },
		{ END_SIGNAL, 25, VERDICT_ERROR, "channel",
		  "the guest wrote more than 64 MiB to its console; QEMU was "
		  "ended (File size limit exceeded)" },
		{ END_TIMEOUT, 0, VERDICT_INCONCLUSIVE, "time-limit",
		  "boot did not finish within 7 s of the host's time, the "
		  "limit for the whole machine; --timeout sets it" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		auto_run struct run r = { .machine.end = row[i].end };

		r.machine.status = row[i].status;
		r.machine.seconds = 7;
		r.machine.port_bytes_max = 64 << 20;
		run_cut(&r, "", NULL);
		check_verdict(&r, row[i].verdict, row[i].class);
		check_reason(&r, row[i].reason);
	}
}

/* One second in which the guest's CPUs waited for @ms. */
#define WAITED(ms)                                                             \
	{                                                                      \
		.count = 1, .wall_ns = 1000000000, .pressure_ns = -1,          \
		.vcpu = {                                                      \
			{ .wait_ns = (ms)*1000000ULL }                         \
		}                                                              \
	}

TEST(a_hang_is_an_error_unless_the_host_was_busy)
{
	static const char nmi[] =
		"Kernel panic - not syncing: NMI: Not continuing";
	static const struct {
		enum machine_end end;
		const char *console;
		enum vm_clock clock;
		struct noise noise;
		enum verdict verdict;
		const char *class;
	} row[] = {
		{ END_HUNG, "", CLOCK_VIRTUAL, WAITED(900), VERDICT_ERROR,
		  "boot-hang" },
		{ END_HUNG, "", CLOCK_REAL, WAITED(10), VERDICT_ERROR,
		  "boot-hang" },
		{ END_HUNG, "", CLOCK_REAL, WAITED(30), VERDICT_INCONCLUSIVE,
		  "host-noise" },
		{ END_EXIT, nmi, CLOCK_REAL, WAITED(10), VERDICT_ERROR,
		  "guest-hang" },
		{ END_EXIT, nmi, CLOCK_REAL, WAITED(30), VERDICT_INCONCLUSIVE,
		  "host-noise" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		auto_run struct run r = { .machine.end = row[i].end,
					  .machine.noise = row[i].noise };

		r.e.clock = row[i].clock;
		run_cut(&r, row[i].console, NULL);
		check_verdict(&r, row[i].verdict, row[i].class);
	}
}

TEST(a_machine_that_was_stopped_ran_on_a_busy_host)
{
	auto_run struct run r = { .machine.end = END_HUNG,
				  .machine.noise = WAITED(0) };

	r.e.clock = CLOCK_REAL;
	r.machine.noise.pause_ns = NOISE_PAUSE_NS + 1;
	run_cut(&r, "", NULL);
	check_verdict(&r, VERDICT_INCONCLUSIVE, "host-noise");
}

TEST(qemus_events_tell_more)
{
	auto_run struct run r = { .machine.end = END_EXIT };
	auto_run struct run s = { .machine.end = END_TIMEOUT };

	r.machine.events = json_loads("[{\"event\":\"SHUTDOWN\",\"data\":"
				      "{\"reason\":\"guest-shutdown\"}}]",
				      0, NULL);
	run_cut(&r, "", NULL);
	check_verdict(&r, VERDICT_ERROR, "guest-reset");
	check_reason(&r, "the guest was switched off in phase boot: a program "
			 "did it");
	json_decref(r.machine.events);
	s.machine.events = json_loads("[{\"event\":\"WATCHDOG\",\"data\":"
				      "{\"action\":\"inject-nmi\"}}]",
				      0, NULL);
	run_cut(&s, "", NULL);
	check_verdict(&s, VERDICT_ERROR, "guest-hang");
	json_decref(s.machine.events);
}

#define HELLO	    "{\"t\":\"hello\",\"version\":1}"
#define PHASE(name) "{\"t\":\"phase\",\"name\":\"" name "\"}"

TEST(a_time_limit_names_the_phase)
{
	static const struct {
		const char *frames[4], *phase;
	} row[] = {
		{ { NULL }, "boot" },
		{ { HELLO }, "boot" },
		{ { HELLO, PHASE("boot"), PHASE("attach") }, "attach" },
		{ { HELLO, PHASE("run"), ATTACHED }, "run" },
		{ { PHASE("run"), PHASE("shutdown") }, "shutdown" },
		{ { PHASE("other") }, "boot" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		auto_run struct run r = { .machine.end = END_TIMEOUT };
		const char *reason;

		run_cut(&r, "", row[i].frames);
		check_verdict(&r, VERDICT_INCONCLUSIVE, "time-limit");
		reason = json_string_value(json_array_get(r.j.reasons, 0));
		CHECK(strncmp(reason, row[i].phase, strlen(row[i].phase)) == 0);
	}
}

#define LATE                                                                   \
	"{\"t\":\"error\",\"class\":\"time-limit\",\"why\":\"run is late\"}"

TEST(a_limit_of_the_guests_time_is_an_error_unless_the_host_was_busy)
{
	auto_run struct run r = { 0 }, s = { 0 };

	JUDGE(&r, TOPOLOGY, CALIBRATION, LATE);
	check_verdict(&r, VERDICT_ERROR, "time-limit");
	check_reason(&r, "run is late");
	s.e.clock = CLOCK_REAL;
	s.machine.noise.count = 1;
	s.machine.noise.wall_ns = 100;
	s.machine.noise.vcpu[0].wait_ns = 10;
	JUDGE(&s, TOPOLOGY, CALIBRATION, LATE);
	check_verdict(&s, VERDICT_INCONCLUSIVE, "time-limit");
}

/* ESC, CSI as C1, an override of the direction of text, DEL, a newline. */
#define ODD "\\u001b[31m\\u009b1m\\u202e\\u007f\\nnext"

TEST(nothing_of_a_guest_commands_a_terminal)
{
	static const char *const frame[] = {
		"{\"t\":\"error\",\"why\":\"" ODD "\"}",
		"{\"t\":\"error\",\"class\":\"kernel\",\"why\":\"" ODD "\"}",
		"{\"t\":\"error\",\"class\":\"time-limit\",\"why\":\"" ODD
		"\"}",
		"{\"t\":\"kmsg\",\"level\":3,\"text\":\"BUG: " ODD "\"}",
		"{\"t\":\"kmsg\",\"level\":3,\"text\":\"Out of memory: " ODD
		"\"}",
		"{\"t\":\"scheduler\",\"event\":\"exited\",\"status\":\"" ODD
		"\"}",
		"{\"t\":\"log\",\"text\":\"" ODD "\"}",
	};

	for (size_t i = 0; i < sizeof(frame) / sizeof(frame[0]); i++) {
		auto_run struct run r = { .e.has_sched = i >= 5 };

		JUDGE(&r, TOPOLOGY, CALIBRATION, frame[i]);
		CHECK(json_array_size(r.j.reasons) > 0);
		for (size_t n = 0; n < json_array_size(r.j.reasons); n++) {
			const char *text = json_string_value(
				json_array_get(r.j.reasons, n));

			if (strpbrk(text, "\033\177\n") ||
			    strstr(text, "\302\233") ||
			    strstr(text, "\342\200\256"))
				printf("# %zu: %s\n", i, text);
			CHECK(!strpbrk(text, "\033\177\n"));
			CHECK(!strstr(text, "\302\233"));
			CHECK(!strstr(text, "\342\200\256"));
		}
	}
}
