/* SPDX-License-Identifier: GPL-2.0-or-later */
/* body.h - what libcurl calls while a transfer runs (for transfer.c). */
#pragma once

#include "tools/cache/net/transfer.h"

/* Have libcurl call us for headers, body and time. */
void body_attach(struct transfer *t);

/* Forget the answer before. */
void body_reset(struct transfer *t);

/* The transfer ended well; an answer without a body is an answer too. Return: 0
 * or -errno with t->why. */
int body_end(struct transfer *t);
