#!/usr/bin/env bats
# What QEMU may do on the host: ktstr-vm-machine(7), "What the machine may do".
# shellcheck disable=SC2016,SC2154,SC2317 # code for others; bats sets stderr; functions for until_true
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export KTSTR_CACHE_DIR=$BATS_FILE_TMPDIR/cache # answers about the host
	exec </dev/null
}

# as_qemu CODE: a program in QEMU's place does CODE, and says what came of it.
as_qemu() {
	mkdir bin
	boot_image bzImage
	"${CC:-cc}" -D_GNU_SOURCE -O1 -static -o bin/probe -x c - <<-C
		#include <errno.h>
		#include <fcntl.h>
		#include <signal.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/socket.h>
		#include <sys/stat.h>
		#include <sys/syscall.h>
		#include <sys/xattr.h>
		#include <unistd.h>
		#define TRY(what, call) fprintf(stderr, "%s: %s\n", what, (call) < 0 ? strerror(errno) : "done")
		extern char **environ;
		int main(int argc, char **argv)
		{
			if (argc > 3 && !strcmp(argv[3], "-version"))
				return 1;
			$1
			return 3;
		}
	C
	run -125 --separate-stderr ktstr-vm exec --kernel . --qemu bin/probe -- sh -c true
	echo "$stderr"
	[[ $stderr == *"QEMU ended with status 3 before the result"*"QEMU said: "* ]]
	# Each line of it is in a line of ours.
	run ! grep -v '^ktstr-vm: ' <<<"$stderr"
}

@test "confine: QEMU cannot open the files of others, nor make any" {
	ktstr-vm doctor | grep -q "^ok  *confinement" || skip "no Landlock, or no namespaces"
	echo secret >other
	as_qemu 'TRY("write", open("other", O_WRONLY)); TRY("read", open("other", O_RDONLY));
		TRY("make", open("new", O_WRONLY | O_CREAT, 0600)); TRY("rename", rename("other", "gone"));
		TRY("remove", unlink("other")); TRY("kernel", open("bzImage", O_RDONLY));
		TRY("kernel-write", open("bzImage", O_WRONLY)); TRY("passwd", open("/etc/passwd", O_RDONLY));
		TRY("null", open("/dev/null", O_RDWR)); TRY("library", open("/usr/bin/env", O_RDONLY));'
	local line
	for line in write read make rename remove kernel kernel-write passwd; do
		[[ $stderr == *"$line: Permission denied"* ]] || {
			echo "$line: $stderr"
			return 1
		}
	done
	[[ $stderr == *"null: done"*"library: done"* ]]
	[ "$(cat other)" = secret ]
	[ ! -e new ]
}

@test "confine: QEMU cannot start a process or open a socket" {
	as_qemu 'TRY("fork", fork()); TRY("vfork", vfork()); TRY("inet", socket(AF_INET, SOCK_STREAM, 0));
		TRY("unix", socket(AF_UNIX, SOCK_STREAM, 0));'
	[[ $stderr == *"fork: Operation not permitted"*"vfork: Operation not permitted"* ]]
	[[ $stderr == *"inet: Permission denied"*"unix: Permission denied"* ]]
}

@test "confine: QEMU cannot change owners, modes and times, nor end another process" {
	echo mine >other
	chmod 640 other
	touch -d @1000000000 other
	as_qemu 'struct timespec t[2] = { { 2000000000, 0 }, { 2000000000, 0 } };
		TRY("chmod", chmod("other", 0666)); TRY("fchmodat", fchmodat(AT_FDCWD, "other", 0666, 0));
		TRY("chown", chown("other", geteuid(), getegid())); TRY("lchown", lchown("other", geteuid(), getegid()));
		TRY("times", utimensat(AT_FDCWD, "other", t, 0)); TRY("xattr", setxattr("other", "user.a", "b", 1, 0));
		TRY("kill", kill(getppid(), 0)); TRY("tgkill", syscall(SYS_tgkill, getppid(), getppid(), 0));
		TRY("raise", raise(SIGURG) ? -1 : 0);'
	local line
	for line in chmod fchmodat chown lchown times xattr kill tgkill; do
		[[ $stderr == *"QEMU said: $line: Operation not permitted"* ]] || {
			echo "$line: $stderr"
			return 1
		}
	done
	[[ $stderr == *"raise: done"* ]]
	[ "$(stat -c '%a %Y' other)" = "640 1000000000" ]
}

@test "confine: QEMU inherits little of the environment, and no descriptor but its own" {
	exec 8>leaked
	export SECRET=1
	# shellcheck disable=SC2016 # C
	as_qemu 'char path[64], to[300]; for (char **e = environ; *e; e++) fprintf(stderr, "env %.9s\n", *e);
		for (int fd = 3; fd < 100; fd++) { sprintf(path, "/proc/self/fd/%d", fd); ssize_t n = readlink(path, to, 299);
		if (n > 0) fprintf(stderr, "fd %.*s\n", (int)n, to); }'
	exec 8>&-
	[[ $stderr != *SECRET* && $stderr != *leaked* && $stderr == *"env PATH="* ]]
}

@test "confine: a lock that is held for a machine is held by the machine, too" {
	exec 8>lock
	flock 8
	as_qemu 'char path[64], to[300]; for (int fd = 3; fd < 100; fd++) { sprintf(path, "/proc/self/fd/%d", fd);
		ssize_t n = readlink(path, to, 299); if (n > 0) fprintf(stderr, "fd %.*s\n", (int)n, to); }'
	exec 8>&-
	[[ $stderr == *"$BATS_TEST_TMPDIR/lock"* ]]
}

# The machine that the first spawned ktstr-vm started.
qemu_of_spawned() { pgrep -P "${spawned[0]}" -f "^qemu-system.*-kernel" >/dev/null; }

@test "confine: a running machine has no network, no privileges to gain, and filters on" {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	spawn ktstr-vm exec --kernel "$KTSTR_TEST_KERNEL_ENTRY" -- sleep 1000000
	until_true qemu_of_spawned
	local qemu
	qemu=$(pgrep -P "${spawned[0]}" -f "^qemu-system.*-kernel")
	grep -qx 'NoNewPrivs:	1' "/proc/$qemu/status"
	# Ours; QEMU adds its own where it was built with one.
	filtered() { [ "$(awk '/^Seccomp_filters:/ { print $2 }' "/proc/$qemu/status")" -ge "$1" ]; }
	until_true filtered 1
	if qemu-system-x86_64 -sandbox on -version >/dev/null 2>&1; then
		until_true filtered 2
	fi
	grep -q '^Max core file size  *1 ' "/proc/$qemu/limits"
	if unshare -n true 2>/dev/null || unshare -rn true 2>/dev/null; then
		[ "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/$qemu/ns/net")" ]
	fi
}

@test "confine: the doctor tells what QEMU may do here" {
	run -0 --separate-stderr bash -c 'ktstr-vm doctor || :'
	[[ $output == *" confinement "* ]]
	[[ $output == *" qemu-sandbox "* ]]
}

@test "confine: a QEMU without filters of its own runs, and the doctor says so" {
	mkdir bin
	printf '#!/bin/sh\n[ "$1" != -sandbox ] || exit 1\nexec qemu-system-x86_64 "$@"\n' >bin/qemu
	chmod 755 bin/qemu
	run -0 --separate-stderr bash -c 'ktstr-vm doctor --qemu bin/qemu || :'
	[[ $output == *"note     qemu-sandbox"* ]]
	boot_image kernel
	run -0 --separate-stderr ktstr-vm exec --kernel kernel --qemu bin/qemu --dry-run -- true
	[[ $output != *" -sandbox "* ]]
	run -0 --separate-stderr ktstr-vm exec --kernel kernel --dry-run -- true
	[[ $output == *" -sandbox on,"* ]]
}
