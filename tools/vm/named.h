/* SPDX-License-Identifier: GPL-2.0-or-later */
/* named.h - a variant by its name, in a project that make has been in. */
#pragma once

#include "tools/vm/request.h"

/**
 * named_find() - fill in what the name of req->variant stands for
 * @req: kernel, kernel_label, sched, test, preset, topology, profile, clock and
 *	 seed are set; kernel, sched and test only where they are not given.
 *	 The texts live as long as the program.
 *
 * The kernel is PROJECT/kernels/LABEL; PROJECT/sources names the declarations
 * and tests, one a line. Where there is no such file they are
 * ktstr/SCHEDULER.sched and ktstr/TEST.test. req->project is PROJECT, or
 * "ktstr-out". Ends the program (EX_USAGE) with what is missing.
 */
void named_find(struct request *req);
