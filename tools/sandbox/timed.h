/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timed.h - writes to cgroupfs that cannot hang us. */
#pragma once

/**
 * timed_write_at() - file_write_at() in a process of its own, for at most 2 s
 *
 * Return: 0, -ETIMEDOUT, or -errno of the write.
 */
int timed_write_at(int dir, const char *name, const char *text);
