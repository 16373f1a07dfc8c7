#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# turns.sh - how evenly virtual CPUs take their turns under the virtual clock, and
# what that costs: the table of doc/turns.md.
#
#   KTSTR_BENCH_KERNEL=IMAGE   a boot image; else the newest of the cache
#   KTSTR_BENCH_CPUS='2 4 8'   for machines of so many CPUs
#
# For each of them, with and without empty seats: all CPUs spin for a second of
# the guest's time (the largest difference between two, the longest gap of one);
# the second CPU wakes every 10 ms while the first spins (how often it did in a
# second, how late at most); the host's CPU time for the first.
set -eu
export LC_ALL=C
top=$(cd "$(dirname "$0")/.." && pwd)
kernel=${KTSTR_BENCH_KERNEL:-$(find "${KTSTR_CACHE_DIR:-$HOME/.cache/ktstr}/kernels" -name bzImage 2>/dev/null | sort | tail -n 1)}
command -v qemu-system-x86_64 >/dev/null || { echo "skip: needs QEMU" && exit 4; }
[ -e "$kernel" ] || { echo "skip: needs KTSTR_BENCH_KERNEL" && exit 4; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"${CC:-cc}" -O2 -static -o "$dir/init" "$top/bench/turns-guest.c"
(cd "$dir" && echo init | cpio -o -H newc >init.cpio 2>/dev/null)

# cpus N SEATS: -smp, and what stands between the CPUs.
cpus() {
	local i
	[ "$2" = 1 ] || { echo "-smp $1,sockets=1,cores=$1" && return; }
	echo "-smp 1,maxcpus=$((2 * $1)),sockets=2,dies=1,cores=$1,threads=1"
	for ((i = 1; i < $1; i++)); do
		echo "-device max-x86_64-cpu,socket-id=1,die-id=0,core-id=$((i - 1)),thread-id=0"
		echo "-device max-x86_64-cpu,socket-id=0,die-id=0,core-id=$i,thread-id=0"
	done
}

# machine N SEATS WORDS...: its result, and the host's CPU time.
machine() {
	local n=$1 seats=$2 shift=3 fits=8 TIMEFORMAT='%U' line
	shift 2
	while [ "$fits" -lt "$n" ]; do shift=$((shift - 1)) fits=$((fits * 2)); done
	# shellcheck disable=SC2046 # words
	{ time qemu-system-x86_64 -machine pc,usb=off,vmport=off -nodefaults -no-user-config -display none \
		-no-reboot -accel tcg,thread=single,tb-size=512 -icount "shift=$shift,sleep=off" \
		-rtc base=2000-01-01,clock=vm -seed 1 -cpu max,monitor=off,vendor=GenuineIntel \
		$(cpus "$n" "$seats") -m 1024 -kernel "$kernel" -initrd "$dir/init.cpio" \
		-append "console=ttyS0 loglevel=1 panic=-1 rdinit=/init no_timer_check lpj=4000000 tsc=reliable nr_cpus=$n $*" \
		-serial "file:$dir/console" -device isa-debug-exit,iobase=0xf4,iosize=4 || :; } 2>"$dir/time"
	line=$(grep -a RESULT "$dir/console" | tr -d '\r')
	echo "${line#RESULT } $(tail -n 1 "$dir/time")"
}

printf '%-4s %-5s %-22s %9s %9s %7s %9s %7s\n' CPUs seats timer 'spread %' 'gap ms' wakes 'late ms' 'host s'
for n in ${KTSTR_BENCH_CPUS:-2 4 8}; do
	for words in 'rtc=0' 'rtc=10' 'rtc=3' 'rtc=3 pause=1' 'hpet=50'; do
		for seats in 0 1; do
			read -r spread gap host <<<"$(machine "$n" "$seats" "$words")"
			read -r wakes late _ <<<"$(machine "$n" "$seats" "$words" sleeper=1)"
			printf '%-4s %-5s %-22s %9s %9s %7s %9s %7s\n' "$n" "$seats" "$words" "$spread" "$gap" \
				"$wakes" "$late" "$host"
		done
	done
done
