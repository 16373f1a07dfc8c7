/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/accel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdint.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"

#define RAM_BYTES 0x10000
#define PAGE_MAP  0x1000 /* PML4, then PDPT and PD in the next two pages */
#define CODE_AT	  0x8000
#define PORT	  0x10

/*
 * What a kernel does all the time: run for a while, load the page tables again,
 * add, report. The turns are many enough that a KVM which interprets each
 * instruction meets its limit of 2 s, as one was seen to do.
 */
static const uint8_t code[] = {
	0xb9, 0x80, 0x96, 0x98, 0, /* mov $10000000,%ecx */
	0xff, 0xc9,		   /* 1: dec %ecx */
	0x75, 0xfc,		   /* jnz 1b */
	0x0f, 0x20, 0xd8,	   /* mov %cr3,%rax */
	0x0f, 0x22, 0xd8,	   /* mov %rax,%cr3 */
	0xb8, 40,   0,	  0,	0, /* mov $40,%eax */
	0x83, 0xc0, 2,		   /* add $2,%eax */
	0xe6, PORT,		   /* out %al,$PORT */
	0xf4,			   /* hlt */
};

/* Identity-map the first 2 MiB, as one large page. */
static void write_page_tables(uint8_t *ram)
{
	const uint64_t present = 3, large = 0x80;
	uint64_t entry = (PAGE_MAP + 0x1000) | present;

	memcpy(ram + PAGE_MAP, &entry, sizeof(entry));
	entry = (PAGE_MAP + 0x2000) | present;
	memcpy(ram + PAGE_MAP + 0x1000, &entry, sizeof(entry));
	entry = present | large;
	memcpy(ram + PAGE_MAP + 0x2000, &entry, sizeof(entry));
}

static int enter_long_mode(int vcpu)
{
	struct kvm_sregs s;
	struct kvm_segment segment = {
		.limit = 0xffffffff,
		.selector = 8,
		.type = 11,
		.present = 1,
		.s = 1,
		.l = 1,
		.g = 1,
	};

	if (ioctl(vcpu, KVM_GET_SREGS, &s) < 0)
		return -errno;
	s.cs = segment;
	segment.type = 3;
	segment.selector = 16;
	segment.l = 0;
	segment.db = 1;
	s.ds = s.es = s.ss = s.fs = s.gs = segment;
	s.cr3 = PAGE_MAP;
	s.cr4 |= 1 << 5;		/* PAE */
	s.cr0 |= 0x80000001;		/* PG, PE */
	s.efer |= (1 << 8) | (1 << 10); /* LME, LMA */
	return ioctl(vcpu, KVM_SET_SREGS, &s) < 0 ? -errno : 0;
}

/* Make the guest and run it to its output. Return 0 or an errno. */
static int probe(const char *device)
{
	int kvm = open(device, O_RDWR | O_CLOEXEC);
	int vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);
	uint8_t *ram = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct kvm_userspace_memory_region region = { .memory_size = RAM_BYTES,
						      .userspace_addr =
							      (uintptr_t)ram };
	struct kvm_regs regs = { .rip = CODE_AT, .rflags = 2 };

	if (vm < 0 || ram == MAP_FAILED)
		return errno;
	memcpy(ram + CODE_AT, code, sizeof(code));
	write_page_tables(ram);
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0)
		return errno;
	int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (vcpu < 0 || size < (int)sizeof(struct kvm_run))
		return vcpu < 0 ? errno : EIO;
	struct kvm_run *run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
				   MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED)
		return errno;
	int r = enter_long_mode(vcpu);
	if (r < 0)
		return -r;
	if (ioctl(vcpu, KVM_SET_REGS, &regs) < 0 || ioctl(vcpu, KVM_RUN, 0) < 0)
		return errno;
	if (run->exit_reason != KVM_EXIT_IO || run->io.port != PORT ||
	    *((uint8_t *)run + run->io.data_offset) != 42)
		return EIO;
	return 0;
}

/* In the child. A busy host takes no part of the first limit. */
static noreturn void probe_within_limits(const char *device)
{
	const struct itimerval cpu = { .it_value.tv_sec = ACCEL_CPU_S };

	(void)setitimer(ITIMER_PROF, &cpu, NULL);
	(void)alarm(ACCEL_WALL_S);
	_exit(probe(device));
}

int accel_answer(int status, const char *device, struct why *reterr_why)
{
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	int error = signal ? 0 : WEXITSTATUS(status);

	if (signal == SIGPROF)
		return why_set(reterr_why, -ENOEXEC,
			       "'%s' interprets its guests: a loop of ten "
			       "million turns took more than %d s of CPU time",
			       device, ACCEL_CPU_S);
	if (signal == SIGALRM)
		return why_set(reterr_why, -EAGAIN,
			       "'%s' could not be tried: the host was too busy "
			       "for %d s",
			       device, ACCEL_WALL_S);
	if (signal)
		return why_set(reterr_why, -ENOEXEC,
			       "'%s' cannot run a guest in 64-bit mode (the "
			       "try ended with signal %d)",
			       device, signal);
	if (error == EBUSY || error == ENOMEM || error == EMFILE ||
	    error == ENFILE || error == EAGAIN)
		return why_set(reterr_why, -EAGAIN,
			       "'%s' makes no guest at the moment (%s)", device,
			       strerror(error));
	if (error)
		return why_set(reterr_why, -ENOEXEC,
			       "'%s' cannot run a guest in 64-bit mode (%s)",
			       device, strerror(error));
	return 0;
}

int accel_kvm_is_there(const char *device, struct why *reterr_why)
{
	if (access(device, R_OK | W_OK) < 0)
		return why_set(reterr_why, -errno, "cannot use '%s': %s",
			       device, strerror(errno));
	return 0;
}

int accel_kvm_runs(const char *device, struct why *reterr_why)
{
	int status;

	/* In a child: what a broken KVM does to its caller ends with it. */
	pid_t pid = fork();
	if (pid < 0)
		return why_set(reterr_why, -EAGAIN, "cannot fork: %s",
			       strerror(errno));
	if (pid == 0)
		probe_within_limits(device);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return accel_answer(status, device, reterr_why);
}

bool accel_kvm_keeps_idle(void)
{
	auto_fd int kvm = open(ACCEL_KVM_DEVICE, O_RDWR | O_CLOEXEC);
	int exits = kvm < 0 ? -1
			    : ioctl(kvm, KVM_CHECK_EXTENSION,
				    KVM_CAP_X86_DISABLE_EXITS);

	return exits > 0 && exits & KVM_X86_DISABLE_EXITS_HLT;
}
