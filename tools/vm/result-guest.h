/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result-guest.h - what declaration and test made of the guest, for results. */
#pragma once

#include <jansson.h>

#include "tools/vm/variant.h"

/* How the guest was other than always. */
json_t *result_guest(const struct variant *v);

/* What was brought along: an array of path and sha256, where it could be read.
 */
json_t *result_files(const struct variant *v);
