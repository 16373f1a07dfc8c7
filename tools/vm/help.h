/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.h - what "ktstr-vm --help" prints. */
#pragma once

extern const char vm_help[];
