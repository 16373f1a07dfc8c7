/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repro-bpf.h - the few types that repro.bpf.c needs.
 *
 * The kernel's headers of the system would do, but their place depends on the
 * distribution when the target is BPF, and a vmlinux.h would have to come from
 * some kernel.
 */
#pragma once

typedef unsigned char __u8, uint8_t, bool;
typedef unsigned short __u16, uint16_t, __be16;
typedef unsigned int __u32, uint32_t, __be32, __wsum;
typedef unsigned long long __u64, uint64_t;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;

#define false 0
#define true 1

/* include/uapi/linux/bpf.h */
enum { BPF_MAP_TYPE_ARRAY = 2, BPF_F_MMAPABLE = 1024 };

/* arch/x86/include/asm/ptrace.h; x86_64 alone. */
struct pt_regs {
	uint64_t r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si,
		di, orig_ax, ip, cs, flags, sp, ss;
};
