/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/confine-calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__

#define X32_BIT 0x40000000

/* arch/x86/entry/syscalls/syscall_64.tbl of Linux 6.6, 6.13 and 6.17. The C
 * library's headers may be older than the kernel that runs. */
enum {
	NR_FCHMODAT2 = 452,
	NR_SETXATTRAT = 463,
	NR_REMOVEXATTRAT = 466,
	NR_FILE_SETATTR = 469,
};

#define LOAD(field)                                                            \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ALLOW()	      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
/* Refuse the system call in the accumulator if it is @number. */
#define REFUSE_CALL(number, error)                                             \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), REFUSE(error)

/* One list. NOLINTNEXTLINE(readability-function-size) */
int confine_calls(void)
{
	/* Calls of another architecture have other numbers: none is known to
	 * be harmless. */
	struct sock_filter filter[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		REFUSE(EPERM),
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, X32_BIT, 0, 1),
		REFUSE(EPERM),
		REFUSE_CALL(SYS_socket, EACCES),
		REFUSE_CALL(SYS_io_uring_setup, ENOSYS),
		REFUSE_CALL(SYS_fork, EPERM),
		REFUSE_CALL(SYS_vfork, EPERM),
		REFUSE_CALL(SYS_clone3, ENOSYS),
		REFUSE_CALL(SYS_ptrace, EPERM),
		REFUSE_CALL(SYS_process_vm_writev, EPERM),
		/* Landlock leaves these to who owns a file. */
		REFUSE_CALL(SYS_chmod, EPERM),
		REFUSE_CALL(SYS_fchmod, EPERM),
		REFUSE_CALL(SYS_fchmodat, EPERM),
		REFUSE_CALL(NR_FCHMODAT2, EPERM),
		REFUSE_CALL(SYS_chown, EPERM),
		REFUSE_CALL(SYS_fchown, EPERM),
		REFUSE_CALL(SYS_lchown, EPERM),
		REFUSE_CALL(SYS_fchownat, EPERM),
		REFUSE_CALL(SYS_utime, EPERM),
		REFUSE_CALL(SYS_utimes, EPERM),
		REFUSE_CALL(SYS_futimesat, EPERM),
		REFUSE_CALL(SYS_utimensat, EPERM),
		REFUSE_CALL(SYS_setxattr, EPERM),
		REFUSE_CALL(SYS_lsetxattr, EPERM),
		REFUSE_CALL(SYS_fsetxattr, EPERM),
		REFUSE_CALL(NR_SETXATTRAT, EPERM),
		REFUSE_CALL(SYS_removexattr, EPERM),
		REFUSE_CALL(SYS_lremovexattr, EPERM),
		REFUSE_CALL(SYS_fremovexattr, EPERM),
		REFUSE_CALL(NR_REMOVEXATTRAT, EPERM),
		REFUSE_CALL(NR_FILE_SETATTR, EPERM),
		/* Before Linux 6.12 it has no word about signals, either. */
		REFUSE_CALL(SYS_kill, EPERM),
		REFUSE_CALL(SYS_tkill, EPERM),
		REFUSE_CALL(SYS_rt_sigqueueinfo, EPERM),
		REFUSE_CALL(SYS_rt_tgsigqueueinfo, EPERM),
		REFUSE_CALL(SYS_pidfd_send_signal, EPERM),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 4),
		LOAD(args[0]), /* a process, of which the low half counts */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)getpid(), 1,
			 0),
		REFUSE(EPERM),
		ALLOW(),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0),
		ALLOW(),
		LOAD(args[0]), /* flags: the low half, on a little endian */
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
		REFUSE(EPERM),
		ALLOW(),
	};
	struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = filter,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno
									: 0;
}

#else

int confine_calls(void)
{
	return -ENOTSUP;
}

#endif
