/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qmp.h - orders to QEMU and its events, over a socket that is older than it.
 *
 * The protocol: https://www.qemu.org/docs/master/interop/qmp-spec.html. Under
 * the virtual clock nothing may be sent while the guest runs: it would wake
 * QEMU, and the turns of the virtual CPUs would fall elsewhere. To read what
 * QEMU sent disturbs nothing.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/lib/str.h"
#include "tools/lib/why.h"

/**
 * struct qmp - our end of the socket
 * @fd:      closed by qmp_done(); poll(2) it for POLLIN, then qmp_pump()
 * @stop_fd: when it becomes readable, waits end with -EINTR; -1: nothing does
 * @id:      of the last command
 * @text:    read, and no whole line yet
 * @replies, @events: arrays of objects that nobody has taken yet
 *
 * Start with QMP_NONE.
 */
struct qmp {
	int fd, stop_fd;
	uint64_t id;
	struct str text;
	json_t *replies, *events;
};

#define QMP_NONE                                                               \
	{                                                                      \
		.fd = -1, .stop_fd = -1                                        \
	}
#define auto_qmp __attribute__((cleanup(qmp_done)))

/* Longest answer to anything that does not wait for the disk. */
#define QMP_MS 20000

/* Make the socket's two ends, both with O_CLOEXEC. Return: 0 or -errno. */
int qmp_pair(int *ret_ours, int *ret_theirs, struct why *reterr_why);

/**
 * qmp_begin() - hear QEMU's greeting and open the monitor for commands
 * @fd: our end; @q owns it from now on, also on failure
 * @ms: longest wait
 *
 * Return: 0, or with @reterr_why
 * * -EPIPE   - QEMU has closed its end, most likely by ending
 * * -ETIME   - no answer in time
 * * -EINTR   - @stop_fd became readable
 * * -EBADMSG - this is no QMP
 * * -EREMOTEIO - QEMU refused
 * * -errno
 */
int qmp_begin(struct qmp *q, int fd, int stop_fd, unsigned int ms,
	      struct why *reterr_why);

/**
 * qmp_command() - send one command and wait for its answer
 * @arguments: an object, whose reference is taken; or NULL
 * @ret:       what QEMU returned, json_decref() frees it; may be NULL
 *
 * Events that come meanwhile are kept. Return: as qmp_begin().
 */
int qmp_command(struct qmp *q, const char *name, json_t *arguments,
		unsigned int ms, json_t **ret, struct why *reterr_why);

/* Give QEMU a copy of @fd under @name, for "fd:NAME". Return: as above. */
int qmp_send_fd(struct qmp *q, const char *name, int fd, unsigned int ms,
		struct why *reterr_why);

/**
 * qmp_pump() - read what is there, without waiting
 *
 * Return: 0, -EPIPE when QEMU has closed its end (events that came before are
 * kept), -EBADMSG, -ENOMEM, -errno.
 */
int qmp_pump(struct qmp *q);

/* Take the oldest event of that name (NULL: of any), or NULL if there is none;
 * json_decref() frees it. */
json_t *qmp_take_event(struct qmp *q, const char *name);

/**
 * qmp_wait_event() - wait for an event, or take one that has come
 * @ret: the event, json_decref() frees it; may be NULL
 *
 * Return: as qmp_begin().
 */
int qmp_wait_event(struct qmp *q, const char *name, unsigned int ms,
		   json_t **ret, struct why *reterr_why);

void qmp_done(struct qmp *q);
