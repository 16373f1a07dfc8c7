/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.h - a virtual machine as QEMU arguments, started and awaited. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/lib/spec/topology.h"
#include "tools/lib/why.h"
#include "vmm/boot-limit.h"
#include "vmm/noise.h"
#include "vmm/qmp.h"

/**
 * enum vm_clock - what the guest's time is made of
 * @CLOCK_VIRTUAL: executed instructions: the same run gives the same result,
 *		   however busy the host is
 * @CLOCK_REAL:    the host's time: KVM, or TCG at full speed
 */
enum vm_clock { CLOCK_VIRTUAL, CLOCK_REAL };

enum vm_accel { ACCEL_TCG, ACCEL_KVM };

struct perf;

/**
 * struct machine_debug - who looks at a machine through QEMU's gdb stub
 * @fd:      our end of a socket
 * @stub_fd: QEMU's
 * @begin:   called where machine_config.ready is; it makes the machine go on
 * @wait_fd: called is
 * @hear:    when this becomes readable; -1: not any more
 * @patient: as long as somebody looks, no limit of time holds
 * @more_s: of the host's time that stops may take, beyond the limit
 *
 * Both are called with @arg, and return -errno with a sentence to give the
 * machine up; @hear returns 1 to end it. A stop takes none of the guest's time
 * under the virtual clock, and with the gate it is as if there had been none.
 */
struct machine_debug {
	int fd, stub_fd, wait_fd;
	bool patient;
	unsigned int more_s;
	int (*begin)(void *arg, struct why *reterr_why);
	int (*hear)(void *arg, struct why *reterr_why);
	void *arg;
};

/**
 * struct machine_config - everything that makes a machine
 * @qemu:       QEMU's program
 * @kernel:     boot image
 * @kernel_fd:  its content; 0: QEMU opens it by its path
 * @initrd_fd:  the init's archive; -1 for a dry run
 * @console_fd: file that the serial port is written to; -1 for a dry run
 * @tty_fd:     a socket for the second serial port; 0: there is no such port
 * @gate_fd:    the shared object of vmm/gate/, open for reading, that QEMU is
 *		started with; 0: none, as under the real clock
 * @job_fd, @channel_fd: of vmm/wire.h; -1 for a dry run
 * @memory_mib: a multiple of 2 * @topology.nodes; see machine_memory()
 * @shift:      virtual clock: an instruction takes 2^shift ns, 0 to 10; see
 *		machine_shift()
 * @tsc_khz:    TCG, real clock: of vmm/tsc.h, for the guest; 0: it measures it
 * @console_level: kernel messages below it go to the console, 0 to 8
 * @port_bytes_max: how much QEMU may write into a file, such as the console
 * @tick:       called again and again while the machine runs, or NULL; it must
 *		not block, and returns after how many ms, at the latest, it
 *		wants to be called again, or 0 to end the machine
 * @tick_fd:    it is called when this becomes readable, too; -1 for none
 * @talk:       real clock: called behind @tick, or NULL; it may send commands,
 *		and says whether it did
 * @append:     more words for the kernel's command line, or NULL
 * @sandbox:    QEMU has a filter of system calls of its own
 * @ram_fds:    @ram_count files, one for each RAM backend in their order, of
 *		machine_ram_mib(); or NULL for memory of QEMU's own
 * @ram_shared: the files get what the guest writes; else each machine has a
 *		private copy of what it changes
 * @state_fd:   device state that machine_save() wrote; the machine goes on from
 *		there instead of booting. -1: it boots
 * @qmp_fd:     set by machine_run(); -1 for a dry run
 * @one_thread: TCG, real clock: the CPUs take turns on one thread of the host,
 *		as they always do under the virtual clock
 * @boot:       until the machine is ready, and from there until its job begins
 * @begun:      has it begun? NULL: nobody can tell
 * @perf:       performance mode, or NULL; see vmm/perf.h
 * @debug:      who looks at it, or NULL
 * @before:     called once, or NULL: the machine has its CPUs and has not run
 * @ready:      called once, or NULL: a machine that booted stands still where
 *		what its init does begins to depend on the job. When it returns
 *		1 the machine is ended there.
 *
 * @before and @ready return -errno with a sentence to give the machine up.
 */
struct machine_config {
	const char *qemu, *kernel, *append;
	int kernel_fd, initrd_fd, console_fd, job_fd, channel_fd, tty_fd,
		gate_fd;
	struct topology topology;
	enum vm_clock clock;
	enum vm_accel accel;
	unsigned int memory_mib, shift, tsc_khz, console_level;
	uint64_t port_bytes_max;
	bool sandbox, one_thread;
	int (*tick)(void *arg);
	void *tick_arg;
	int tick_fd;
	bool (*talk)(void *arg, struct qmp *q);
	void *talk_arg;
	const int *ram_fds;
	unsigned int ram_count;
	bool ram_shared;
	int state_fd, qmp_fd;
	int (*before)(void *arg, struct qmp *q, pid_t pid,
		      struct why *reterr_why);
	int (*ready)(void *arg, struct qmp *q, struct why *reterr_why);
	bool (*begun)(void *arg);
	void *before_arg, *ready_arg, *begun_arg;
	struct boot_limit boot;
	struct perf *perf;
	struct machine_debug *debug;
};

/* In an initializer: no file of its own yet but the kernel. */
#define MACHINE_NO_FILES                                                       \
	.initrd_fd = -1, .console_fd = -1, .job_fd = -1, .channel_fd = -1,     \
	.tick_fd = -1, .state_fd = -1, .qmp_fd = -1

/**
 * machine_argv() - the command line of QEMU
 * @ret: NULL-terminated, words_free() frees it
 *
 * Return: 0, -ENOMEM, or -ENOTSUP with the reason for a topology that QEMU
 * cannot build (APIC ids above 254 need an interrupt remapper that TCG lacks).
 */
int machine_argv(const struct machine_config *c, char ***ret,
		 struct why *reterr_why);

/* Memory for a topology: @want_mib (0: nothing asked for), at least 512 MiB and
 * 32 MiB for each CPU, rounded up so that the nodes have equal shares. */
unsigned int machine_memory(const struct topology *t, unsigned int want_mib);

/* The size of RAM backend @i of the machine; 0: it has no such backend. */
unsigned int machine_ram_mib(const struct machine_config *c, unsigned int i);

/**
 * machine_shift() - how fast the instructions of a virtual clock go
 *
 * All CPUs share one stream of instructions. Up to 8 CPUs an instruction takes
 * 8 ns, so that each CPU of 8 runs 15 million a second; up to 64 it takes 4, so
 * that each CPU of 32, the most whose timing is judged, runs 8 million, and of
 * 64 4 million, which wider machines keep. Faster instructions cost host time,
 * above all while a machine boots: Linux waits 0.1 s of the guest's time for
 * its local timer, and each pause of that loop has QEMU pass all CPUs by. 64
 * CPUs boot in 33 s with 4 ns, in 112 with 1.
 */
unsigned int machine_shift(const struct topology *t);

/* How much CPU time QEMU may use for the last words of a guest whose watchdog
 * has bitten; of the host's time it may be ten times as much, for that depends
 * on its load. Where all CPUs hang there will be none: Linux first waits with a
 * million pauses for the others to stop, and each gives the other CPU a turn.
 */
#define MACHINE_BITTEN_S 10

/* How a machine ended. */
enum machine_end {
	END_EXIT,    /* QEMU exited; @status is its exit status */
	END_SIGNAL,  /* QEMU died of signal @status */
	END_TIMEOUT, /* the host-time limit ran out; QEMU was killed */
	END_HUNG,    /* machine_config.boot was reached; QEMU was killed */
	END_STOPPED, /* we were asked to stop by signal @status; QEMU was killed
		      */
	END_PANICKED, /* the guest's kernel has a driver for pvpanic and used
			 it; QEMU was killed */
	END_READY,    /* machine_config.ready wanted no more */
	END_REFUSED,  /* machine_config.tick wanted no more */
	END_DEBUGGED, /* machine_debug.hear wanted no more */
};

/**
 * struct machine_times - seconds of host time from QEMU's start
 * @monitor: until QEMU answered
 * @ready:   until the guest was ready for its job; 0 if it never was
 * @cloned:  the guest did not boot
 */
struct machine_times {
	double monitor, ready;
	bool cloned;
};

struct machine_result {
	enum machine_end end;
	int status;
	double seconds; /* of host time */
	char *errors;	/* QEMU's standard error, at most 4 KiB; free() it */
	struct noise noise;	 /* real clock: what the host withheld */
	uint64_t port_bytes_max; /* of the machine_config */
	struct machine_times times;
	bool gated;	/* QEMU has loaded the gate, as far as we can see */
	json_t *events; /* of QEMU's monitor, an array; json_decref() it */
};

/**
 * machine_run() - start QEMU and wait for its end
 * @cpus:       CPUs of the host that it may use, list format, or NULL
 * @timeout_s:  of host time
 * @stop_fd:    a signalfd that tells to stop, or -1
 *
 * The machine stands still twice and is told to go on: before its first
 * instruction, and where init says that it is ready (vmm/guest/ports.h), also
 * when nobody wants to do anything there. So a machine that booted and one that
 * was cloned run the same instructions from there on. In between and afterwards
 * QEMU hears nothing from us, because that would move the turns of the virtual
 * CPUs.
 *
 * QEMU gets SIGKILL when this process dies, however it dies. It cannot write
 * more than @c->port_bytes_max into a file, and the regions keep their sizes: a
 * guest cannot fill the disk.
 *
 * Return: 0, or with @reterr_why
 * * -ENOENT - QEMU is not installed
 * * -ESTALE - the state or the memory that it should go on from does not fit
 * * -errno  - also of @before and @ready
 */
int machine_run(const struct machine_config *c, const char *cpus,
		unsigned int timeout_s, int stop_fd, struct machine_result *ret,
		struct why *reterr_why);

/* Free what machine_run() made. */
void machine_result_done(struct machine_result *r);

/**
 * machine_save() - write the state of the devices, for state_fd
 * @q:  the monitor of a machine that stands still, as in machine_config.ready
 * @fd: a file, open for writing
 *
 * The content of RAM stays where it is: in machine_config.ram_fds.
 *
 * Return: 0 or -errno with @reterr_why; as qmp_command().
 */
int machine_save(struct qmp *q, int fd, struct why *reterr_why);
