#!/usr/bin/env bats
# Commands in a machine: what ktstr-vm-guest(7) says of exec. vm.bats has exit codes,
# panic, hang and the time limit.
# shellcheck disable=SC2016,SC2154 # code for the guest's shell; bats sets stderr
bats_require_minimum_version 1.5.0
load ../helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	[[ $BATS_TEST_NAME == *refused* ]] || needs_machine
	kernel=(--kernel "${KTSTR_TEST_KERNEL_ENTRY:-/nowhere}")
	exec </dev/null
}

needs_machine() {
	[ -n "${KTSTR_TEST_KERNEL_ENTRY:-}" ] || skip "needs a kernel: KTSTR_TEST_KERNEL_ENTRY"
	command -v busybox >/dev/null || skip "needs busybox"
}

@test "exec: every byte of input and output arrives, more than a pipe holds" {
	head -c 5000000 /dev/urandom >in
	ktstr-vm exec "${kernel[@]}" -- busybox cat <in >out
	cmp in out
}

@test "exec: output and errors stay apart, and come while the command runs" {
	spawn sh -c 'exec "$@" >out 2>err' sh ktstr-vm exec "${kernel[@]}" --include sleep -- \
		sh -c 'echo one; echo two >&2; sleep 1000000'
	until_true grep -qx two err
	[ "$(cat out)" = one ]
	kill -0 "${spawned[0]}" # it has not ended
}

@test "exec: files, folders, programs and scripts are included, with what they need" {
	mkdir -p tree/sub
	echo data >tree/file
	ln -s sub tree/link
	cp "$(command -v id)" tree/sub/id
	printf '#!/bin/sh\ncat /tree/file\n/tree/link/id -u\nread -r line\necho "$line $*"\npwd\ncat "$0" >&2\n' >tree/run
	chmod 755 tree/run
	run -0 --separate-stderr ktstr-vm exec -q "${kernel[@]}" --include tree=/tree --include cat \
		-- /tree/run 'a  b' $'c\nd' '' <<<"a line"
	[ "$output" = $'data\n0\na line a  b c\nd \n/' ]
	[ "$stderr" = "$(cat tree/run)" ]
}

@test "exec: a library that a program loads itself is found where it was included" {
	echo 'const char *word(void) { return "from the library"; }' | "${CC:-cc}" -shared -fPIC -o libword.so -x c -
	"${CC:-cc}" -o load -x c - -ldl <<-'C'
		#include <dlfcn.h>
		#include <stdio.h>
		int main(int argc, char **argv)
		{
			void *library = dlopen(argv[argc - 1], RTLD_NOW);
			const char *(*word)(void) = library ? (const char *(*)(void))dlsym(library, "word") : 0;
			puts(word ? word() : dlerror());
			return !word;
		}
	C
	# Where a declaration's include-files are, and by its path.
	run -0 ktstr-vm exec "${kernel[@]}" --include libword.so=/include-files/libword.so -- ./load libword.so
	[ "$output" = "from the library" ]
	run -0 ktstr-vm exec "${kernel[@]}" --include libword.so -- ./load "$PWD/libword.so"
	[ "$output" = "from the library" ]
	run -1 ktstr-vm exec "${kernel[@]}" -- ./load libword.so
	[[ $output == "libword.so: cannot open shared object file"* ]]
}

@test "exec: --dmesg shows the kernel's messages; who does not read them is not waited for after a signal" {
	local one=(ktstr-vm exec -q "${kernel[@]}" --topology 1n1l1c1t --dmesg)
	"${one[@]}" -- sh -c 'echo out; echo err >&2' >out 2>err
	[ "$(cat out)" = out ]
	grep -q 'Linux version' err
	grep -qx err err
	# The machine has ended, and a pipe that is full has the rest of them.
	mkfifo pipe
	exec 7<>pipe
	full() { ! dd if=/dev/zero of=pipe bs=4096 count=1 oflag=nonblock 2>/dev/null; }
	until_true full
	spawn "${one[@]}" -- sh -c 'echo begun' >out 2>pipe 7>&-
	until_true grep -qx begun out
	no_machine() { ! pgrep -P "${spawned[0]}" -f qemu-system; }
	until_true no_machine
	kill -TERM "${spawned[0]}"
	gone() { ! kill -0 "${spawned[0]}" 2>/dev/null; }
	until_true gone
	exec 7>&-
}

@test "exec: a path keeps its place, also below /tmp" {
	mkdir tools
	printf '#!/bin/sh\necho "$0"\n' >tools/hello
	chmod 755 tools/hello
	run -0 ktstr-vm exec "${kernel[@]}" --include tools -- "$PWD/tools/hello"
	[ "$output" = "$PWD/tools/hello" ]
}

@test "exec: the guest has a small environment and the usual file systems" {
	SECRET=1 run -0 ktstr-vm exec "${kernel[@]}" --topology 2n2l1c1t -- busybox sh -c '
		busybox env | busybox sort; busybox pwd; busybox nproc
		busybox mount | busybox awk "{ print \$3, \$5 }"
		echo x >/tmp/x && busybox cat /tmp/x
		busybox cat /sys/devices/system/node/online
		busybox readlink /dev/fd'
	[[ $output != *SECRET* ]]
	[ "${lines[0]}" = "HOME=/tmp" ]
	[ "${lines[1]}" = "KTSTR_GUEST=1" ]
	[ "${lines[2]}" = "LD_LIBRARY_PATH=/job/lib:/include-files" ]
	[[ ${lines[3]} == "PATH=/job/bin:"* ]]
	local line
	for line in / 2 '/proc proc' '/sys sysfs' '/dev devtmpfs' '/dev/pts devpts' \
		'/tmp tmpfs' '/sys/fs/cgroup cgroup2' x 0-1 /proc/self/fd; do
		grep -qxF "$line" <<<"$output" || {
			echo "no line '$line' in: $output"
			return 1
		}
	done
}

@test "exec: the seed moves the start, and the same seed repeats it" {
	local seed n=0
	for seed in 1 1 2; do
		n=$((n + 1))
		ktstr-vm exec "${kernel[@]}" --seed "$seed" --include date -- busybox sh -c \
			'date +%s.%N; busybox awk "/^cpu/ { print \$7, \$8, \$9 }" /proc/schedstat' >"$seed.$n"
	done
	[ -s 1.1 ]
	cmp 1.1 1.2
	run ! cmp 1.1 2.3
}

@test "exec: a guest without memory is an error that says so" {
	cat >eat.c <<-'C'
		#include <stdlib.h>
		int main(void)
		{
			for (;;)
				for (char *p = malloc(1 << 20), *end = p + (1 << 20); p < end; p += 4096)
					*p = 1;
		}
	C
	"${CC:-cc}" -O0 -static -o eat eat.c
	run -125 --separate-stderr ktstr-vm exec "${kernel[@]}" -- ./eat
	[[ $stderr == "ktstr-vm: the guest's 512 MiB of memory were not enough, --memory gives it more: Out of memory: Killed process"* ]]
}

@test "exec: a killed machine is an error, after what it had printed" {
	spawn sh -c '"$@" >out 2>err; echo $? >status' sh ktstr-vm exec "${kernel[@]}" --include sleep -- \
		sh -c 'echo one; sleep 1000000'
	until_true grep -qx one out
	pkill -KILL -s "${spawned[0]}" -f qemu-system
	until_true test -s status
	[ "$(cat status)" = 125 ]
	[ "$(head -n 1 err)" = "ktstr-vm: QEMU died of signal 9 (Killed)" ]
	[ "$(cat out)" = one ]
}

@test "exec: SIGTERM ends it also when nobody reads its output" {
	mkfifo pipe
	exec 7<>pipe
	spawn ktstr-vm exec "${kernel[@]}" -- busybox yes >pipe 7>&-
	[ "$(timeout 100 head -c 2 pipe)" = y ] # it prints
	full() { ! dd if=/dev/zero of=pipe bs=4096 count=1 oflag=nonblock 2>/dev/null; }
	until_true full
	kill -TERM "${spawned[0]}"
	gone() { ! kill -0 "${spawned[0]}" 2>/dev/null; }
	until_true gone
	exec 7>&-
}

@test "exec: what is not in the machine is told by its shell" {
	run -127 ktstr-vm exec "${kernel[@]}" -- sh -c 'no-such-command'
	[[ $output == *"no-such-command: not found" ]]
}

@test "exec: under the real clock input is live, and ends when it ends" {
	mkfifo pipe
	spawn sh -c 'exec "$@" <pipe >out' sh ktstr-vm exec "${kernel[@]}" --clock real -- \
		busybox sh -c 'while read -r line; do echo "got $line"; done; echo end'
	exec 7>pipe
	echo one >&7
	until_true grep -qx 'got one' out
	echo two >&7
	until_true grep -qx 'got two' out
	run ! grep -x end out
	exec 7>&-
	until_true grep -qx end out
	ended() { ! kill -0 "${spawned[0]}" 2>/dev/null; }
	until_true ended
}

@test "exec: a command may leave its input unread" {
	local clock
	for clock in virtual real; do
		head -c 5000000 /dev/zero | {
			run -3 ktstr-vm exec "${kernel[@]}" --clock "$clock" -- sh -c 'exit 3'
		}
	done
}

@test "exec: a terminal as input is refused under the virtual clock" {
	boot_image bzImage
	run -2 script -qec "ktstr-vm exec --kernel . -- true" /dev/null
	[[ $output == *"standard input is a terminal"*"--clock=real"* ]]
}

@test "exec: input that does not end is refused at the time limit" {
	boot_image bzImage
	mkfifo pipe
	exec 7<>pipe # a writer who says nothing
	run -124 ktstr-vm exec --kernel . --timeout 1 -- true <pipe 7>&-
	exec 7>&-
	[[ $output == *"standard input did not end within 1 s"* ]]
}

@test "exec: more input than fits is refused" {
	boot_image bzImage
	truncate -s 2G big
	run -2 ktstr-vm exec --kernel . -- true <big
	[[ $output == *"standard input is longer than 10"*" MiB"* ]]
}

@test "exec: a guest that writes into the channel itself is an error at once" {
	cat >scribble.c <<-'C'
		#include <fcntl.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/mman.h>
		#include <unistd.h>
		/* Set bytes in the range of the NFIT that begins with the magic: magic, from, byte, count. */
		int main(int argc, char **argv)
		{
			static const unsigned char pmem[] = { 0x79, 0xd3, 0xf0, 0x66 };
			char table[4096], *p;
			long base;
			int fd = open("/sys/firmware/acpi/tables/NFIT", O_RDONLY);
			char *at = table, *end = table + read(fd, table, sizeof(table));
			fd = open("/dev/mem", O_RDWR);
			for (; (at = memmem(at, end - at, pmem, 4)); at += 4) {
				memcpy(&base, at + 16, sizeof(base));
				p = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, base);
				if (memcmp(p, argv[1], 8) != 0)
					continue;
				/* The host looks again and again. What is gone before it looked was never there. */
				for (volatile long k = 0; k < 20000000; k++)
					continue;
				memset(p + atol(argv[2]), atoi(argv[3]), atol(argv[4]));
				if (argc > 5)
					return p[atol(argv[2])] == (char)atoi(argv[3]);
				pause();
			}
			return 99;
		}
	C
	"${CC:-cc}" -D_GNU_SOURCE -O0 -static -o scribble scribble.c
	# The count of bytes goes up beyond the region, back to 0, and to bytes that were never written.
	run -125 --separate-stderr ktstr-vm exec "${kernel[@]}" -- ./scribble ktstrchn 16 255 8
	[[ $stderr == "ktstr-vm: the guest's report is damaged"*"the channel's count of bytes went from "* ]]
	run -125 --separate-stderr ktstr-vm exec "${kernel[@]}" -- ./scribble ktstrchn 16 0 8
	[[ $stderr == "ktstr-vm: the guest's report is damaged"*"the channel's count of bytes went from "*" to 0"* ]]
	run -125 --separate-stderr ktstr-vm exec "${kernel[@]}" -- ./scribble ktstrchn 18 1 1
	[[ $stderr == "ktstr-vm: the guest's report is damaged"*"does not begin as it should"* ]]
	# What the host gives cannot be changed.
	run -0 ktstr-vm exec "${kernel[@]}" -- ./scribble ktstrjob 16 255 8 stay
}

@test "exec: a machine without the shared memory is an error that says so" {
	run -125 --separate-stderr ktstr-vm exec "${kernel[@]}" --cold --topology 1n1l1c1t --append acpi=off -- true
	[[ $stderr == "ktstr-vm: the guest's init: cannot read '/sys/firmware/acpi/tables/NFIT': No such file or directory; this kernel needs CONFIG_ACPI"* ]]
}

@test "exec: files that do not fit the memory that each node is given are refused" {
	boot_image bzImage
	printf '\0\0\060' | dd of=bzImage bs=1 seek=608 conv=notrunc status=none # init_size: 3 MiB
	truncate -s 300M big
	run -2 --separate-stderr ktstr-vm exec --kernel . --include big=/big --topology '2n2l1c1t memory=400M,112M' -- true </dev/null
	[[ $stderr =~ ^"ktstr-vm: the topology gives the machine 512 MiB of memory, it needs "6[0-9]{2}": the files of the job, 30"[0-9]" MiB, must fit half of what the kernel, 3, and init, "[1-9]", leave, and 256 are to work with"$ ]]
	run -2 --separate-stderr ktstr-vm exec --kernel . --memory 600 --topology '1n1l1c1t memory=512M' -- true </dev/null
	[ "$stderr" = "ktstr-vm: --memory 600: the topology gives the machine 512 MiB, node by node" ]
}

@test "exec: wrong --include words are refused" {
	boot_image bzImage
	local k=(ktstr-vm exec --kernel .)
	run -2 "${k[@]}" --include ./none -- true
	[ "$output" = "ktstr-vm: --include './none': there is no such file" ]
	run -2 "${k[@]}" --include no-such-program -- true
	[ "$output" = "ktstr-vm: --include 'no-such-program': there is no such file here, and no program in PATH" ]
	run -2 "${k[@]}" --include bzImage=/a/../b -- true
	[ "$output" = "ktstr-vm: --include 'bzImage=/a/../b': '/a/../b' has '.' or '..' in it" ]
	run -2 "${k[@]}" --include =/b -- true
	[ "$output" = "ktstr-vm: --include '=/b' names no file" ]
	run -2 "${k[@]}" --include bzImage=/proc/x -- true
	[[ $output == *"'$PWD/bzImage' cannot be '/proc/x' in the guest, which has its own there"* ]]
	run -2 "${k[@]}" --include bzImage=/x --include /etc/passwd=/x -- true
	[[ $output == *"both '$PWD/bzImage' and '/etc/passwd' would be '/x' in the guest" ]]
	mkfifo pipe
	run -2 "${k[@]}" --include pipe=/pipe -- true
	[[ $output == *"pipe' is neither a file nor a folder" ]]
	run -126 "${k[@]}" -- ./bzImage
	printf '#!no/such\n' >script && chmod 755 script
	run -2 "${k[@]}" -- ./script
	[[ $output == *"the first line of './script' names no program by its absolute path" ]]
}
