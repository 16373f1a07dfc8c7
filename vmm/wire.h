/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire.h - the two pieces of memory that host and guest share.
 *
 * The job region holds what the guest is given; it can only read it. The
 * channel region holds what the guest says; the host only reads it. Both are
 * persistent memory to the guest, which finds them in the ACPI table NFIT and
 * tells them apart by their magic numbers. Their sizes never change, so that
 * every machine has them at the place that its memory alone decides. Numbers
 * are little-endian; used by host and guest.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/lib/why.h"

#define WIRE_JOB_BYTES	   (UINT64_C(1) << 30)
#define WIRE_CHANNEL_BYTES (UINT64_C(256) << 20)
#define WIRE_VERSION	   1
#define WIRE_PAGE	   4096
/* "ktstrjob" and "ktstrchn" in memory. */
#define WIRE_JOB_MAGIC	   UINT64_C(0x626f6a727473746b)
#define WIRE_CHANNEL_MAGIC UINT64_C(0x6e6863727473746b)

/**
 * struct wire_job - first page of the job region, written before the start
 * @archive_at, @archive_len: the job's files as a newc archive
 * @input_at, @input_len: all of the command's input; or, with WIRE_LIVE_INPUT,
 *		the ring that it comes through
 */
struct wire_job {
	uint64_t magic;
	uint32_t version, flags;
	uint64_t archive_at, archive_len;
	uint64_t input_at, input_len;
};

/* Input goes on while the machine runs. */
#define WIRE_LIVE_INPUT 1U
/* When the channel is full the guest waits until the host has read. */
#define WIRE_CHANNEL_WRAPS 2U

/**
 * struct wire_control - second page of the job region, written by the host
 *			 while the machine runs
 * @channel_read:  bytes of the channel that the host has read, in whole pieces
 * @input_written: bytes of live input that were put into the ring
 * @input_ended:   1: no more will come
 *
 * Under the virtual clock the guest looks at none of it until it has sent more
 * than the channel holds: when the host writes is not for it to know.
 */
struct wire_control {
	_Atomic uint64_t channel_read, input_written;
	_Atomic uint32_t input_ended;
};

/**
 * struct wire_channel - first page of the channel region
 * @written: bytes of frames that the guest has put behind this page, as a ring
 * @input_taken: bytes of live input that it has taken
 */
struct wire_channel {
	uint64_t magic;
	uint32_t version, reserved;
	_Atomic uint64_t written, input_taken;
};

#define WIRE_CONTROL_AT	  WIRE_PAGE
#define WIRE_ARCHIVE_AT	  (UINT64_C(2) * WIRE_PAGE)
#define WIRE_CHANNEL_AT	  WIRE_PAGE
#define WIRE_CHANNEL_ROOM (WIRE_CHANNEL_BYTES - WIRE_CHANNEL_AT)
/* Size of the ring of live input, a multiple of WIRE_PAGE. */
#define WIRE_RING_BYTES (UINT64_C(16) << 20)

/**
 * struct wire - the host's side
 * @job_fd, @channel_fd: files without a name, for QEMU to inherit; of the final
 *	size, which nobody can change
 * @job, @control, @channel: their first pages
 * @taken, @given: bytes of the channel that were read; that the guest may
 *	overwrite, in whole pieces
 * @ring, @put: live input: where it goes, NULL if there is none; bytes put
 */
struct wire {
	int job_fd, channel_fd;
	struct wire_job *job;
	struct wire_control *control;
	const struct wire_channel *channel;
	uint64_t taken, given;
	char *ring;
	uint64_t put;
};

#define auto_wire __attribute__((cleanup(wire_done)))

/**
 * wire_open() - make both files, with headers and an empty job
 * @ret: wire_done() frees it, also after an error
 *
 * Raises our soft limit of file sizes to the hard one, for good: who writes
 * into the files needs that, too.
 *
 * Return: 0; -EFBIG when our limit of file sizes forbids them; -errno.
 */
int wire_open(struct wire *ret, struct why *reterr_why);
void wire_done(struct wire *w);

/* A new channel for the same job, whose input was not a live one. Return: as
 * wire_open(). */
int wire_renew_channel(struct wire *w, struct why *reterr_why);

/**
 * wire_put() - note what was written behind WIRE_ARCHIVE_AT
 * @archive_len, @input_len: bytes; the input begins at the page behind the
 *	archive, see wire_input_at()
 * @flags: WIRE_*
 */
void wire_put(struct wire *w, uint64_t archive_len, uint64_t input_len,
	      uint32_t flags);
uint64_t wire_input_at(uint64_t archive_len);

/* The job is complete: from now on the kernel lets nobody write into its region
 * but through what we have mapped, neither QEMU nor what would get hold of it.
 */
void wire_seal(struct wire *w);

/**
 * wire_read() - the next bytes of the channel
 *
 * Never more than the guest has written, never the same again; what was read is
 * given back to the system. The header is the guest's and not trusted.
 *
 * Return: how many, 0 when there is nothing new; -EBADMSG when the header
 * cannot be true; -errno.
 */
ssize_t wire_read(struct wire *w, void *data, size_t max,
		  struct why *reterr_why);

/**
 * wire_input_begin() - make the input a live one, before the machine starts
 *
 * wire_put() was called, with WIRE_LIVE_INPUT and WIRE_RING_BYTES of input.
 *
 * Return: 0 or -errno.
 */
int wire_input_begin(struct wire *w, struct why *reterr_why);

/**
 * wire_input_room() - where the next input goes
 * @ret: the place, in the ring
 *
 * Return: how many bytes fit there, 0 while the guest has to take some first;
 * -EBADMSG when the guest claims to have taken what never was.
 */
ssize_t wire_input_room(struct wire *w, char **ret, struct why *reterr_why);

/* @len bytes were put there; with @end they are the last. */
void wire_input_put(struct wire *w, size_t len, bool end);
