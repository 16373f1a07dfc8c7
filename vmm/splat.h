/* SPDX-License-Identifier: GPL-2.0-or-later */
/* splat.h - the kernel's complaints about itself, known by how they begin. */
#pragma once

#include <stdbool.h>

/**
 * enum splat - what a kernel message is
 * @SPLAT_NONE:  no complaint, or one that goes on
 * @SPLAT_OPENS: "cut here": the complaint is in the messages that follow
 * @SPLAT_TELLS: it says what is wrong
 */
enum splat { SPLAT_NONE, SPLAT_OPENS, SPLAT_TELLS };

/**
 * splat_of() - is a kernel message a complaint?
 * @level: of the record, 0 to 7
 * @text:  without time stamp and newline
 *
 * Only the beginning counts, so a message that quotes another, such as what a
 * BPF scheduler prints, is none; and only levels up to warning, since a lower
 * one may begin with the name of a program ("x[7]: segfault at"). The caller
 * leaves out what programs wrote into /dev/kmsg, whose facility is not 0.
 */
enum splat splat_of(unsigned int level, const char *text);
