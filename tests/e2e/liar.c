/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * liar.c - "liar KIND": a program in a scheduler's place that reports in init's
 * stead, or makes the kernel say something.
 */
#include <sched.h>
#include <signal.h>
#include <sys/io.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/guest-memory.h"

/* vmm/guest/ports.h */
#define EXIT_PORT 0xf4
#define EXIT_DONE 0x2a

static struct wire_channel *region;
static uint64_t written;
static unsigned int next;

/* Where init's report ends. */
static void look(void)
{
	const char *text;
	uint64_t at;

	region = channel();
	text = (char *)region + WIRE_CHANNEL_AT;
	written = region->written;
	for (at = written - 1; at > 0 && text[at - 1] != '\n'; at--)
		continue;
	next = (unsigned int)strtoul(text + at + 1, NULL, 10) + 1;
}

static uint32_t crc_of(const char *data, size_t len)
{
	uint32_t crc = ~0U;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return ~crc;
}

static void add(const char *data, size_t len)
{
	memcpy((char *)region + WIRE_CHANNEL_AT + written, data, len);
	written += len;
}

/* A frame of number @seq whose checksum is right, but for @wrong. */
static void add_frame(unsigned int seq, uint32_t wrong, const char *payload)
{
	static char body[WIRE_PAGE * 8], frame[WIRE_PAGE * 8 + 64];
	int n = snprintf(body, sizeof(body), "%u %s", seq, payload);

	n = snprintf(frame, sizeof(frame), "@%u %08x %s\n", seq,
		     crc_of(body, (size_t)n) ^ wrong, payload);
	add(frame, (size_t)n);
}

static void say(const char *payload)
{
	add_frame(next++, 0, payload);
}

static void say_end(void)
{
	char text[100];

	snprintf(text, sizeof(text), "{\"t\":\"end\",\"frames\":%u}", next);
	say(text);
}

/* Show it all, and leave before init can say a word. */
static void leave(void)
{
	region->written = written;
	if (ioperm(EXIT_PORT, 4, 1) < 0)
		fail("use QEMU's port");
	outl(EXIT_DONE, EXIT_PORT);
	pause();
}

static void forge(void)
{
	look();
	say("{\"t\":\"scheduler\",\"event\":\"attached\",\"enable_seq\":1}");
	say("{\"t\":\"worker\",\"cgroup\":\"a\",\"work\":0,\"index\":0,"
	    "\"units\":9,\"wall_ns\":1000,\"cpu_ns\":1000,\"max_gap_ns\":1,"
	    "\"exit\":\"ok\",\"segments\":[]}");
	say("{\"t\":\"scheduler\",\"event\":\"stopped\",\"killed\":false,"
	    "\"unload_ok\":true}");
	say_end();
	leave();
}

static void two_ends(void)
{
	look();
	say_end();
	say("{\"t\":\"scheduler\",\"event\":\"attached\",\"enable_seq\":1}");
	say_end();
	leave();
}

static void second_machine(void)
{
	look();
	say("{\"t\":\"topology\",\"cpus\":\"0\"}");
	say_end();
	leave();
}

static void too_long(void)
{
	char text[100];

	look();
	add(text, (size_t)snprintf(text, sizeof(text),
				   "@%u 00000000 >1 99999\n", next));
	leave();
}

static void wrong_crc(void)
{
	look();
	add_frame(next, 1, "{\"t\":\"event\"}");
	leave();
}

static void wrong_number(void)
{
	look();
	add_frame(next + 1, 0, "{\"t\":\"event\"}");
	leave();
}

/* Init says no word more: its count would take the place of ours before a busy
 * host has looked. Its watchdog is fed by a thread that goes on. */
static void silence_init(void)
{
	if (ptrace(PTRACE_ATTACH, 1, NULL, NULL) < 0 ||
	    waitpid(1, NULL, __WALL) != 1)
		exit(1);
}

/* A report that does not end, each frame as it should be. */
static void endless(void)
{
	static char text[WIRE_PAGE * 7];

	silence_init();
	look();
	snprintf(text, sizeof(text), "{\"t\":\"event\",\"name\":\"%0*d\"}",
		 (int)sizeof(text) - 100, 0);
	while (written < WIRE_CHANNEL_ROOM - sizeof(text) - 100) {
		say(text);
		region->written = written;
	}
	pause();
}

/* A count that never says the same. */
static void restless(void)
{
	look();
	for (uint64_t x = 1;; x = x * 6364136223846793005U + 1)
		region->written = x;
}

/* A system call becomes: say what is written at "readme_msg". */
static void teach_to_say(const char *text)
{
	uint64_t call = symbol("__x64_sys_sysinfo"), at = symbol("readme_msg");
	unsigned char code[14] = { 0x48, 0xc7, 0xc7, 0, 0, 0, 0,
				   0x31, 0xc0, 0xe9, 0, 0, 0, 0 };
	uint32_t string = (uint32_t)at;
	uint32_t jump = (uint32_t)(symbol("_printk") - call - sizeof(code));

	memcpy(code + 3, &string, 4);
	memcpy(code + 10, &jump, 4);
	write_kernel(at, text, strlen(text) + 1);
	write_kernel(call, code, sizeof(code));
}

/* Both say the same; one of them is the kernel. */
static void complain(void)
{
	static const char text[] = "<2>BUG: a program says so";
	int fd = open("/dev/kmsg", O_WRONLY);

	if (write(fd, text, sizeof(text) - 1) < 0)
		fail("write to /dev/kmsg");
	teach_to_say("\0013BUG kmalloc-64 (Tainted: G): the kernel says so\n");
	syscall(SYS_sysinfo, NULL);
	exit(3);
}

/* Nobody else runs on @cpu. */
static void occupy(int cpu)
{
	struct sched_param p = { .sched_priority = 99 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0 ||
	    sched_setscheduler(0, SCHED_FIFO, &p) < 0)
		fail("get a CPU for myself");
}

/* More than the kernel's log holds, before init has its turn. */
static void overrun(void)
{
	teach_to_say("\0017a message of the kernel, one of very many\n");
	for (int cpu = 1; cpu < sysconf(_SC_NPROCESSORS_ONLN); cpu++) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			occupy(cpu);
			for (;;)
				continue;
		}
	}
	usleep(10000);
	occupy(0);
	for (int i = 0; i < 5000; i++)
		syscall(SYS_sysinfo, NULL);
	exit(3);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*lie)(void);
	} kind[] = {
		{ "forge", forge },
		{ "two-ends", two_ends },
		{ "second-machine", second_machine },
		{ "too-long", too_long },
		{ "wrong-crc", wrong_crc },
		{ "wrong-number", wrong_number },
		{ "endless", endless },
		{ "restless", restless },
		{ "complain", complain },
		{ "overrun", overrun },
	};

	setvbuf(stdout, NULL, _IONBF, 0);
	for (size_t i = 0; argc > 1 && i < sizeof(kind) / sizeof(kind[0]);
	     i++) {
		if (strcmp(argv[1], kind[i].name) == 0)
			kind[i].lie();
	}
	pause();
	return 0;
}
