/* SPDX-License-Identifier: GPL-2.0-or-later */
/* levers.bpf.h - what levers.bats adds to the template's scheduler: variables
 * and maps of all kinds, to be read and written from outside. */
#pragma once

enum lever_mode { LEVER_OFF, LEVER_ON = 7 };

struct lever_config {
	u32 limit;
	enum lever_mode mode;
	s16 hist[4];
	struct {
		bool deep;
	};
	struct lever_config *next;
};

/* Nobody but a test writes some of these, which clang is not to know; and the
 * loader, which has no u64, is not to see them. */
#define LEVER static volatile __attribute__((used))

LEVER bool crash;
LEVER struct lever_config config;
LEVER u64 turns;
LEVER char letter = 'a', label[16] = "as-loaded";
LEVER const u32 fixed = 3;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, struct lever_config);
} lever_array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} lever_cpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, u64);
} lever_hash SEC(".maps"), lever_hash_long_a SEC(".maps"),
	lever_hash_long_b SEC(".maps");

/* For each task that is queued. Return: the queue that it wants. */
static __always_inline u64 lever_turn(u64 queue)
{
	u32 zero = 0, five = 5;
	u64 *mine = bpf_map_lookup_elem(&lever_cpus, &zero);
	u64 value = config.limit + fixed;

	turns++;
	if (mine)
		(*mine)++;
	if (letter == 'h')
		bpf_map_update_elem(&lever_hash, &five, &value, BPF_NOEXIST);
	return crash ? 77 : queue;
}
