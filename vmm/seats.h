/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seats.h - empty seats between the CPUs of a machine under the virtual clock.
 *
 * QEMU gives the virtual CPUs turns, in the order in which it made them. When a
 * CPU's turn ends with a timer, QEMU 7.2 (accel/tcg/tcg-accel-ops-rr.c and
 * -icount.c) runs that timer inside the turn of the next CPU, which thereby has
 * an instruction budget of nothing and loses its turn. If no third CPU runs,
 * this repeats for ever: beside a program that only spins the next CPU gets no
 * instruction again, and of two that both spin one can run twice as much.
 *
 * A CPU that never runs loses nothing. So one stands behind each CPU but the
 * last: it takes the timer, and the next CPU has its turn. These seats are in
 * packages of their own behind all others, halted since the firmware parked
 * them, and "nr_cpus=" makes Linux ignore them while it reads the firmware's
 * tables: neither CPUID nor sysfs of the others show a trace. From 8.1 on QEMU
 * shares a budget out beforehand; there they are needless and do no harm.
 *
 * They cost host time while the guest's kernel boots: each pause of its busy
 * loops passes them all by. See doc/turns.md for figures.
 */
#pragma once

struct machine_config;

/* Machines of more CPUs are not worth it: their timing is not judged. */
#define SEATS_CPUS_MAX 32

/**
 * struct seats - what a machine has of them
 * @count:    one less than CPUs, or 0
 * @packages: that hold them, behind the machine's own
 */
struct seats {
	unsigned int count, packages;
};

/* The seats of @c: none under the real clock, in machines of one or of too many
 * CPUs, and where APIC ids would not suffice. */
struct seats seats_of(const struct machine_config *c);
