/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/accel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
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
static int probe(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
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

int accel_kvm_works(struct why *reterr_why)
{
	int status;

	if (access("/dev/kvm", R_OK | W_OK) < 0)
		return why_set(reterr_why, -errno, "cannot use '/dev/kvm': %s",
			       strerror(errno));
	/* In a child: what a broken KVM does to its caller ends with it. */
	pid_t pid = fork();
	if (pid < 0)
		return why_set(reterr_why, -errno, "cannot fork: %s",
			       strerror(errno));
	if (pid == 0) {
		alarm(2);
		_exit(probe());
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		return why_set(
			reterr_why, -ETIME,
			"'/dev/kvm' interprets its guests: a loop of ten "
			"million turns was not done in 2 s");
	if (WIFSIGNALED(status))
		return why_set(reterr_why, -EIO,
			       "'/dev/kvm' cannot run a guest in 64-bit mode "
			       "(the try ended with signal %d)",
			       WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return why_set(reterr_why, -EIO,
			       "'/dev/kvm' cannot run a guest in 64-bit mode "
			       "(%s)",
			       strerror(WEXITSTATUS(status)));
	return 0;
}

bool accel_kvm_keeps_idle(void)
{
	auto_fd int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int exits = kvm < 0 ? -1
			    : ioctl(kvm, KVM_CHECK_EXTENSION,
				    KVM_CAP_X86_DISABLE_EXITS);

	return exits > 0 && exits & KVM_X86_DISABLE_EXITS_HLT;
}
