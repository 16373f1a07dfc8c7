/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * turn.h - a turn that a breakpoint cuts in two ends where it would have ended;
 * of gate.c alone.
 *
 * A CPU has as many instructions as lie before the next timer when its turn
 * begins; the timer runs when the turn of the next CPU begins. A stop ends the
 * turn: QEMU runs what timers there are, and counts anew up to the next one
 * (rr_cpu_thread_fn() in accel/tcg/tcg-accel-ops-rr.c and
 * icount_prepare_for_run() in tcg-accel-ops-icount.c of QEMU 7.2). If the guest
 * has moved a timer since, or if the stop came with the last instruction, the
 * turns behind it are others. So the CPU that stopped gets what it had left;
 * where that is nothing its turn is over.
 */
#pragma once

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* include/exec/cpu-common.h of QEMU 7.2: a turn is over. */
#define TURN_EXCP_INTERRUPT 0x10000

/* Of the CPUs' thread. */
static struct {
	/* QEMU's: how many instructions there were, and are in so many ns. */
	int64_t (*now)(void);
	int64_t (*round)(int64_t ns);
	/* When this turn began, and how many it has. */
	int64_t began, has;
	/* Whose turn was cut, and what it has left. */
	void *cut;
	int64_t left;
	/* What the turn that begins is to have; -1: up to the next timer. */
	int64_t given;
	/* It has nothing left: QEMU is not to be asked. */
	bool over;
} turn = { .given = -1 };

/* In place of QEMU's icount_round() where it counts what a turn has. */
static int64_t turn_has(int64_t ns)
{
	turn.has = turn.given >= 0 ? turn.given : turn.round(ns);
	return turn.has;
}

/* A turn begins. */
static inline void turn_begins(void *cpu)
{
	turn.given = -1;
	if (!turn.now)
		return;
	if (turn.cut == cpu) {
		turn.cut = NULL;
		turn.given = turn.left;
		turn.over = turn.left == 0;
	}
	turn.began = turn.now();
}

/* A turn has ended by a breakpoint. */
static inline void turn_is_cut(void *cpu)
{
	if (!turn.now)
		return;
	turn.cut = cpu;
	turn.left = turn.has - (turn.now() - turn.began);
}

/* Addresses of the loader are numbers.
 * NOLINTBEGIN(performance-no-int-to-ptr) */
/*
 * The slot of a function in the table by which a shared object calls others:
 * what the program itself has cannot be preloaded before it.
 */
static inline void **turn_slot(const struct dl_phdr_info *info,
			       const ElfW(Dyn) * d, const char *name)
{
	const ElfW(Sym) *symbols = NULL;
	const ElfW(Rela) *slots = NULL;
	const char *names = NULL;
	size_t bytes = 0;

	for (; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			symbols = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_STRTAB)
			names = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_JMPREL)
			slots = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_PLTRELSZ)
			bytes = d->d_un.d_val;
	}
	for (size_t i = 0;
	     symbols && names && slots && i < bytes / sizeof(*slots); i++) {
		const ElfW(Sym) *s = &symbols[ELF64_R_SYM(slots[i].r_info)];

		if (strcmp(names + s->st_name, name) == 0)
			return (void **)(info->dlpi_addr + slots[i].r_offset);
	}
	return NULL;
}

static inline int turn_take(struct dl_phdr_info *info, size_t size, void *ret)
{
	int64_t (*const ours)(int64_t ns) = turn_has;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	void **slot = NULL;

	(void)size;
	if (!strstr(info->dlpi_name, "/accel-tcg-"))
		return 0;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			slot = turn_slot(
				info,
				(const void *)(info->dlpi_addr +
					       info->dlpi_phdr[i].p_vaddr),
				"icount_round");
	}
	if (!slot || mprotect((void *)((uintptr_t)slot & -page), page,
			      PROT_READ | PROT_WRITE) < 0)
		return 1;
	memcpy(slot, &ours, sizeof(ours));
	*(bool *)ret = true;
	return 1;
}
/* NOLINTEND(performance-no-int-to-ptr) */

/* Stops are looked for: stand where QEMU counts turns. */
static inline void turn_watch(void)
{
	void *round = dlsym(RTLD_DEFAULT, "icount_round");
	void *now = dlsym(RTLD_DEFAULT, "icount_get_raw");
	bool counts = false;

	if (!round || !now)
		return;
	turn.round = round;
	dl_iterate_phdr(turn_take, &counts);
	/* Else nobody knows what a turn has, and none is given its rest. */
	if (counts)
		turn.now = now;
}
