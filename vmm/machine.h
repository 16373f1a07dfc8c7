/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.h - a virtual machine as QEMU arguments, started and awaited. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/lib/spec/topology.h"
#include "tools/lib/why.h"
#include "vmm/noise.h"

/**
 * enum vm_clock - what the guest's time is made of
 * @CLOCK_VIRTUAL: executed instructions: the same run gives the same result,
 *		   however busy the host is
 * @CLOCK_REAL:    the host's time: KVM, or TCG at full speed
 */
enum vm_clock { CLOCK_VIRTUAL, CLOCK_REAL };

enum vm_accel { ACCEL_TCG, ACCEL_KVM };

/**
 * struct machine_config - everything that makes a machine
 * @qemu:       QEMU's program
 * @kernel:     boot image
 * @initrd_fd:  the archives, one behind the other; -1 for a dry run
 * @console_fd, @channel_fd: files that the two serial ports are written to;
 *	        -1 for a dry run
 * @memory_mib: a multiple of 2 * @topology.nodes; see machine_memory()
 * @shift:      virtual clock: an instruction takes 2^shift ns, 0 to 10; see
 *		machine_shift()
 * @console_level: kernel messages below it go to the console, 0 to 8
 * @port_bytes_max: how much QEMU may write into each of the two files
 * @tick:       called every MACHINE_TICK_MS while the machine runs, or NULL; it
 *		must not block
 * @append:     more words for the kernel's command line, or NULL
 */
struct machine_config {
	const char *qemu, *kernel, *append;
	int initrd_fd, console_fd, channel_fd;
	struct topology topology;
	enum vm_clock clock;
	enum vm_accel accel;
	unsigned int memory_mib, shift, console_level;
	uint64_t port_bytes_max;
	void (*tick)(void *arg);
	void *tick_arg;
};

#define MACHINE_TICK_MS 50

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

/**
 * machine_shift() - how fast the instructions of a virtual clock go
 *
 * All CPUs share one stream of instructions. Up to 8 CPUs an instruction takes
 * 8 ns, so that each CPU of 8 runs 15 million a second; with more, the stream
 * goes faster, so that no CPU of up to 64 becomes slower than half of that.
 * Faster instructions cost host time: booting waits 0.2 s of guest time in
 * busy loops, whatever the speed.
 */
unsigned int machine_shift(const struct topology *t);

/* How a machine ended. */
enum machine_end {
	END_EXIT,    /* QEMU exited; @status is its exit status */
	END_SIGNAL,  /* QEMU died of signal @status */
	END_TIMEOUT, /* the host-time limit ran out; QEMU was killed */
	END_STOPPED, /* we were asked to stop by signal @status; QEMU was killed
		      */
};

struct machine_result {
	enum machine_end end;
	int status;
	double seconds; /* of host time */
	char *errors;	/* QEMU's standard error, at most 4 KiB; free() it */
	struct noise noise;	 /* real clock: what the host withheld */
	uint64_t port_bytes_max; /* of the machine_config */
};

/**
 * machine_run() - start QEMU and wait for its end
 * @cpus:       CPUs of the host that it may use, list format, or NULL
 * @timeout_s:  of host time
 * @stop_fd:    a signalfd that tells to stop, or -1
 *
 * QEMU gets SIGKILL when this process dies, however it dies. It cannot write
 * more than @c->port_bytes_max into each of its files: a guest cannot fill the
 * disk.
 *
 * Return: 0; -ENOENT when QEMU is not installed; -errno.
 */
int machine_run(const struct machine_config *c, const char *cpus,
		unsigned int timeout_s, int stop_fd, struct machine_result *ret,
		struct why *reterr_why);
