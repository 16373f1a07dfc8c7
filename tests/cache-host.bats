# ktstr-cache(1): the kernel that runs, "host", on machines that were recorded.
# shellcheck disable=SC2154,SC2030,SC2031 # bats and the helper set stderr; each test is a shell
bats_require_minimum_version 1.5.0
load helper
load cache

R=6.99.7-fake

# machine: one whose kernel has all that tests need.
machine() {
	built
	mkdir -p m/boot m/proc/sys/kernel "m/lib/modules/$R" m/sys/kernel/btf m/usr/lib/debug/boot
	echo "$R" >m/proc/sys/kernel/osrelease
	cp built/arch/x86/boot/bzImage "m/boot/vmlinuz-$R"
	sed -n 's/^\(CONFIG_[A-Z0-9_]*\).*/\1=y/p' "$KTSTR_KCONFIG_DIR/required.list" >"m/boot/config-$R"
	# An ELF file with notes, and the notes as the kernel shows them.
	printf 'the build id' >m/sys/kernel/notes
	objcopy --add-section .notes=m/sys/kernel/notes built/vmlinux elf.o
	printf 'raw BTF' >m/sys/kernel/btf/vmlinux
	export KTSTR_HOST_ROOT=$PWD/m
}

refused() {
	run -2 --separate-stderr ktstr-cache resolve host
	[[ "$stderr" == "ktstr-cache: kernel 'host'"$1 ]] || { echo "$stderr" >&2; return 1; }
}

take() {
	ktstr-cache resolve host --probe-file probe >/dev/null
	run -0 --separate-stderr ktstr-cache put --probe-file probe
	entry=$output
}

@test "cache: host is the image and the configuration of the kernel that runs" {
	machine
	run -0 ktstr-cache resolve host
	[ "$(jq -r .kind <<<"$output")" = host ]
	[ "$(jq -r .path <<<"$output")" = "$PWD/m/boot/vmlinuz-$R" ]
	[ "$(jq -r .version <<<"$output")" = "$R" ]
	[[ "$(jq -r .key <<<"$output")" == "host-$R-"????????????"-x86_64" ]]
	[[ "$(jq -r .label <<<"$output")" == "host-${R}_"?????? ]]
	mv "m/boot/vmlinuz-$R" "m/lib/modules/$R/vmlinuz"
	mv "m/boot/config-$R" "m/lib/modules/$R/config"
	run -0 ktstr-cache resolve host
	[ "$(jq -r .path <<<"$output")" = "$PWD/m/lib/modules/$R/vmlinuz" ]
	key=$(jq -r .key <<<"$output")
	gzip -c "m/lib/modules/$R/config" >m/proc/config.gz
	rm "m/lib/modules/$R/config"
	[ "$(field host key)" = "$key" ]
}

@test "cache: host becomes an entry, with BTF where there is no ELF file" {
	machine
	gzip -c "m/boot/config-$R" >m/proc/config.gz
	mv "m/boot/config-$R" config
	take
	[ "$entry" = "$KTSTR_CACHE_DIR/$(field host key)" ]
	cmp "$entry/bzImage" "m/boot/vmlinuz-$R"
	cmp "$entry/config" config
	cmp "$entry/vmlinux.btf" m/sys/kernel/btf/vmlinux
	[ ! -e "$entry/vmlinux" ]
	run -0 ktstr-cache show "${entry##*/}"
	[ "$(jq -c '[.image_name, .version, .has_vmlinux, .has_btf, .source.type]' <<<"$output")" = "[\"bzImage\",\"$R\",false,true,\"host\"]" ]
	ktstr-cache verify
	nothing_left
}

@test "cache: an ELF file of host is taken if its notes are those of the kernel" {
	machine
	key=$(field host key)
	printf 'another kern' >notes
	objcopy --add-section .notes=notes built/vmlinux other.o
	cp other.o "m/boot/vmlinux-$R"
	[ "$(field host key)" = "$key" ]
	for place in "lib/modules/$R/vmlinux" "usr/lib/debug/boot/vmlinux-$R" "boot/vmlinux-$R"; do
		cp elf.o "m/$place"
		[ "$(field host key)" != "$key" ]
		take
		[ -f "$entry/vmlinux" ]
		[ ! -e "$entry/vmlinux.btf" ]
		rm "m/$place"
	done
}

@test "cache: host without an image, of another release, or unreadable, is a sentence" {
	machine
	mv "m/boot/vmlinuz-$R" image
	refused ": there is no image of the kernel that runs, $R: it is looked for in /boot and /lib/modules"
	echo 'no image' >"m/boot/vmlinuz-$R"
	refused ": '$PWD/m/boot/vmlinuz-$R' is no bzImage"
	echo 6.1.0-other >m/proc/sys/kernel/osrelease
	cp image m/boot/vmlinuz-6.1.0-other
	refused ": '$PWD/m/boot/vmlinuz-6.1.0-other' is of $R, but 6.1.0-other runs"
	echo "$R" >m/proc/sys/kernel/osrelease
	cp image "m/boot/vmlinuz-$R"
	rm "m/boot/config-$R"
	refused ": there is no configuration of the kernel that runs, $R: it is looked for in /boot, /lib/modules and /proc/config.gz"
	echo 'no gzip' >m/proc/config.gz
	run -2 --separate-stderr ktstr-cache resolve host
	[[ "$stderr" == "ktstr-cache: $PWD/m/proc/config.gz:1:"* ]]
	rm m/proc/sys/kernel/osrelease
	refused ": cannot read '$PWD/m/proc/sys/kernel/osrelease': No such file or directory"
}

@test "cache: what the kernel that runs lacks is named" {
	machine
	sed -i 's/^CONFIG_SCHED_CLASS_EXT=y/# CONFIG_SCHED_CLASS_EXT is not set/; s/^CONFIG_SERIAL_8250_CONSOLE=y/CONFIG_SERIAL_8250_CONSOLE=m/' "m/boot/config-$R"
	refused ": no test can run on $R, for in '$PWD/m/boot/config-$R' these are not y: CONFIG_SERIAL_8250_CONSOLE"
	# The kernel's own scheduler can be tested without sched_ext.
	sed -i 's/^CONFIG_SERIAL_8250_CONSOLE=m/CONFIG_SERIAL_8250_CONSOLE=y/' "m/boot/config-$R"
	[ "$(field host kind)" = host ]
}

@test "cache: host takes no fragment and no folder, and gives no source" {
	machine
	echo CONFIG_X=y >extra
	run -2 --separate-stderr ktstr-cache resolve host --extra-kconfig extra
	[ "$stderr" = "ktstr-cache: kernel 'host' is built already, without the fragment 'extra'" ]
	run -2 --separate-stderr ktstr-cache resolve host --build-dir out
	[[ "$stderr" == *"is the kernel that runs; only a kernel tree is built in a folder"* ]]
	run -2 --separate-stderr ktstr-cache fetch host --to x
	[ "$stderr" = "ktstr-cache: '$PWD/m/boot/vmlinuz-$R' is a kernel that was built, without its source" ]
}

@test "cache: settings of a build are refused for what is built already" {
	machine
	for spec in host "./m/boot/vmlinuz-$R"; do
		LLVM=1 run -2 --separate-stderr ktstr-cache resolve "$spec"
		[ "$stderr" = "ktstr-cache: kernel '$spec' is built already, not with LLVM=1" ]
		KTSTR_KERNEL_CC=clang run -2 --separate-stderr ktstr-cache resolve "$spec"
		[ "$stderr" = "ktstr-cache: kernel '$spec' is built already, not with CC=clang; if that is for other programs, set KTSTR_KERNEL_CC to nothing" ]
		KTSTR_KCONFIG_BASE=nonsense run -2 --separate-stderr ktstr-cache resolve "$spec"
		[ "$stderr" = "ktstr-cache: KTSTR_KCONFIG_BASE is 'nonsense'; it may be tinyconfig or defconfig" ]
		KTSTR_KCONFIG_BASE=defconfig run -2 --separate-stderr ktstr-cache resolve "$spec"
		[ "$stderr" = "ktstr-cache: kernel '$spec' is built already: KTSTR_KCONFIG_BASE=defconfig is for one that is not" ]
	done
	take
	spec=${entry##*/}
	LLVM=1 run -2 --separate-stderr ktstr-cache resolve "$spec"
	[ "$stderr" = "ktstr-cache: kernel '$spec' is built already, not with LLVM=1" ]
	printf 'include %s/mk/kernel.mk\n' "$KTSTR_TOP" >Makefile
	KTSTR_LOCK_DIR=$PWD/locks run -0 make ktstr-kernel KERNEL=host KTSTR_CLEAN=1
	[[ "$output" == *"there is nothing to clean, it is built already"* ]]
}

@test "cache: host that was changed since it was resolved is not taken" {
	machine
	ktstr-cache resolve host --probe-file probe >/dev/null
	echo more >>"m/boot/vmlinuz-$R"
	run -2 --separate-stderr ktstr-cache put --probe-file probe
	[[ "$stderr" == *"was changed meanwhile" ]]
	[ -z "$(ktstr-cache -q list)" ]
}

@test "cache: the path of a boot image is a kernel, with the configuration beside it" {
	machine
	local image=$PWD/m/boot/vmlinuz-$R
	run -0 ktstr-cache resolve "$image" --probe-file probe
	[ "$(jq -r .kind <<<"$output")" = image ]
	[ "$(jq -r .path <<<"$output")" = "$image" ]
	[[ "$(jq -r .key <<<"$output")" == "image-$R-"????????????"-x86_64" ]]
	[[ "$(jq -r .label <<<"$output")" == "image-${R}_"?????? ]]
	run -0 ktstr-cache put --probe-file probe
	cmp "$output/bzImage" "$image"
	cmp "$output/config" "m/boot/config-$R"
	[ "$(jq -r '.image_name, .version, .source.type, .source.image' "$output/metadata.json" | paste -sd' ')" = "bzImage $R image $image" ]
	ktstr-cache verify
	# Its content decides, wherever it lies.
	cp "$image" zimage && gzip -c "m/boot/config-$R" >config
	[ "$(field ./zimage key)" = "$(field "$image" key)" ]
	echo "# more" | gzip -c >>config
	[ "$(field ./zimage key)" != "$(field "$image" key)" ]
	nothing_left
}

@test "cache: a boot image without configuration, changed, or with a fragment, is a sentence" {
	machine
	cp "m/boot/vmlinuz-$R" zimage
	run -2 --separate-stderr ktstr-cache resolve ./zimage
	[ "$stderr" = "ktstr-cache: kernel '$PWD/zimage' has no configuration: neither config-$R nor config is beside it, nor is it in /boot or /lib/modules" ]
	sed 's/^CONFIG_DEVTMPFS=y/CONFIG_DEVTMPFS=m/' "m/boot/config-$R" >config
	run -2 --separate-stderr ktstr-cache resolve ./zimage
	[[ "$stderr" == *"kernel './zimage': no test can run on $R, "*"not y: CONFIG_DEVTMPFS" ]]
	cp "m/boot/config-$R" config
	ktstr-cache resolve ./zimage --probe-file probe >/dev/null
	run -2 --separate-stderr ktstr-cache resolve ./zimage --extra-kconfig config
	[ "$stderr" = "ktstr-cache: kernel './zimage' is built already, without the fragment 'config'" ]
	run -2 --separate-stderr ktstr-cache fetch ./zimage --to x
	[ "$stderr" = "ktstr-cache: '$PWD/zimage' is a kernel that was built, without its source" ]
	echo more >>zimage
	run -2 --separate-stderr ktstr-cache put --probe-file probe
	[ "$stderr" = "ktstr-cache: kernel '$PWD/zimage': '$PWD/zimage' was changed meanwhile" ]
	[ -z "$(ktstr-cache -q list)" ]
}

@test "kernel.mk: KERNEL=host takes the kernel that runs, once" {
	machine
	export KTSTR_LOCK_DIR=$PWD/locks
	printf 'include %s/mk/kernel.mk\n' "$KTSTR_TOP" >Makefile
	run -0 make ktstr-kernel KERNEL=host
	[[ "$output" == *"taken from this machine (host-$R-"* ]]
	[ -f "ktstr-out/kernels/$(cat ktstr-out/kernels/list)/bzImage" ]
	run -0 make ktstr-kernel KERNEL=host
	[[ "$output" == *"found in the cache (host-$R-"* ]]
	run -0 make ktstr-kernel KERNEL="$PWD/m/boot/vmlinuz-$R"
	[[ "$output" == *"taken from this machine (image-$R-"* ]]
}

@test "kernel.mk: where the cache cannot be written a kernel that is built already is had all the same" {
	unshare -m mount --bind . . 2>/dev/null || skip "may not mount"
	machine
	mkdir -p cache tmp
	export KTSTR_LOCK_DIR=$PWD/locks TMPDIR=$PWD/tmp
	printf 'include %s/mk/kernel.mk\n' "$KTSTR_TOP" >Makefile
	for spec in host "$PWD/m/boot/vmlinuz-$R"; do
		run -0 --separate-stderr read_only make ktstr-kernel KERNEL="$spec"
		[[ "$stderr" == *"Read-only file system; this kernel is kept in '"*"' alone"* ]]
		[[ "$output" == *"taken from this machine ("*-"$R"-*", not in the cache)" ]]
		[ -f "ktstr-out/kernels/$(cat ktstr-out/kernels/list)/bzImage" ]
		run -0 --separate-stderr read_only make ktstr-kernel KERNEL="$spec"
		[[ "$output" == *"unchanged since it was built ("*-"$R"-*", not in the cache)" ]]
	done
}

@test "cache: a boot image may have any name, and comes and goes with its BTF" {
	machine
	for name in config metadata.json vmlinux bpf; do
		mkdir "at-$name"
		cp "m/boot/vmlinuz-$R" "at-$name/$name"
		cp "m/boot/config-$R" "at-$name/config-$R"
		ktstr-cache resolve "./at-$name/$name" --probe-file probe >/dev/null
		run -0 --separate-stderr ktstr-cache put --probe-file probe
		cmp "$output/bzImage" "at-$name/$name"
	done
	take
	run -0 ktstr-cache push --to "$PWD/share" "${entry##*/}"
	run -0 ktstr-cache clean --force
	run -0 ktstr-cache pull --from "$PWD/share" "${entry##*/}"
	cmp "$entry/vmlinux.btf" m/sys/kernel/btf/vmlinux
	run -2 --separate-stderr ktstr-cache put --probe-file probe --config "m/boot/config-$R"
	[[ "$stderr" == "ktstr-cache: put: 'probe' is about a kernel whose files are on this machine"* ]]
}
