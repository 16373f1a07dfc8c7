#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nested-kvm.sh DISTRO ENTRY BUILD JOB ROOT - what a host of KVM boots with.
#
# A guest of TCG that emulates AMD's SVM has a KVM that works, and needs no KVM
# itself. Its kernel is a distribution's, in the folder DISTRO (boot/vmlinuz-R and
# lib/modules/R, as in the package); in its archive are our programs from BUILD,
# the kernel entry ENTRY, QEMU, and the shell script JOB, which it runs. Writes
# ROOT.cpio and ROOT.kernel, by way of the folder ROOT.
set -eu
distro=${1%/} entry=$2 build=$3 job=$4 root=$5

for modules in "$distro"/lib/modules/*; do
	[ -d "$modules/kernel" ] && [ -e "$distro/boot/vmlinuz-${modules##*/}" ] && break
	modules=
done
[ -n "$modules" ] || { echo "nested-kvm.sh: no kernel with modules in '$distro'" >&2; exit 1; }

# with_libraries PROGRAM...: where the host has them.
with_libraries() {
	local file
	for file; do
		install -D "$file" "$root$file"
		ldd "$file" | grep -o '/[^ ]*' | while read -r file; do
			[ -e "$root$file" ] || install -D "$file" "$root$file"
		done
	done
}

mkdir -p "$root"/{bin,proc,sys,dev,tmp,run/lock,modules,entry}
install -D "$(command -v busybox)" "$root/bin/busybox"
with_libraries "$(command -v qemu-system-x86_64)"
for program in ktstr-vm ktstr-lock ktstr-init; do
	[ "$program" = ktstr-init ] || with_libraries "$build/$program"
	install "$build/$program" "$root/bin/$program"
done
for file in /usr/share/seabios/bios-256k.bin /usr/share/qemu/{bios-256k,linuxboot_dma,kvmvapic}.bin; do
	[ ! -e "$file" ] || install -D "$file" "$root$file"
done
cp -L "$entry/bzImage" "$root/entry/"
cp "$job" "$root/job"
for module in virt/lib/irqbypass drivers/crypto/ccp/ccp arch/x86/kvm/kvm arch/x86/kvm/kvm-amd; do
	file=$modules/kernel/$module.ko
	if [ -e "$file" ]; then
		cp "$file" "$root/modules/"
	elif [ -e "$file.xz" ]; then
		xz -dc "$file.xz" >"$root/modules/${module##*/}.ko"
	elif [ -e "$file.zst" ]; then
		zstd -qdc "$file.zst" >"$root/modules/${module##*/}.ko"
	fi # else it is built in
done

cat >"$root/init" <<'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin HOME=/tmp
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
mkdir /dev/shm
mount -t tmpfs shm /dev/shm
for module in irqbypass ccp kvm kvm-amd; do
	[ ! -e "/modules/$module.ko" ] || insmod "/modules/$module.ko"
done
cd /tmp
sh /job >/dev/ttyS1 2>&1 </dev/null
poweroff -f
END
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet) >"$root.cpio"
cp "$distro/boot/vmlinuz-${modules##*/}" "$root.kernel"
