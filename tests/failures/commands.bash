# commands.bash - the commands in which calls fail, and what they find.
# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A function for each program writes what its commands find into the folder that it
# is in, and calls "each NAME [OPTION OF fail-each...] -- COMMAND..." for every
# command. "--may CODE" is one that the manual has for a file or setting that cannot
# be read; "--skip" what the next command does not mind: folders of locks.
top=$KTSTR_TOP

commands_lock() {
	local machine=$top/tests/data/2node bare=$top/tests/data/hybrid
	mkdir -p locks tree
	each lock-plan -- ktstr-lock plan --root "$machine" --cap 4
	each lock-plan-guest -- ktstr-lock plan --root "$machine" --exclusive --topology 1n1l2c1t --json
	each lock-plan-hybrid -- ktstr-lock plan --root "$bare" --window 2
	each lock-cpus --skip "locks*" --may 126 -- ktstr-lock cpus --lock-dir locks --root "$machine" --cap 4 -- printenv KTSTR_CPUS
	each lock-cpus-window --skip "locks*" --may 126 -- \
		ktstr-lock cpus --lock-dir locks --root "$machine" --window 2 --no-wait -- printenv KTSTR_CPUS KTSTR_JOBS
	each lock-cpus-none --ends 127 --skip "locks*" --may 126 -- ktstr-lock cpus --lock-dir locks --root "$machine" -- ./nothing
	each lock-source --skip "cache*" --may 2 --may 126 -- ktstr-lock source tree -- echo inside
	each lock-build --skip "cache*" --may 126 -- ktstr-lock build some-key --no-wait -- echo inside
	each lock-list -- ktstr-lock list --lock-dir locks --root "$machine" --json
	each lock-list-rows -- ktstr-lock list --lock-dir locks --root "$machine"
}

commands_sandbox() {
	each sandbox --may 126 -- ktstr-sandbox -- echo inside
	each sandbox-cpus --ends 7 --may 126 -- ktstr-sandbox --cpus 0 --mems 0 -- sh -c 'echo inside; exit 7'
	each sandbox-none --ends 127 --may 126 -- ktstr-sandbox -- ./nothing
}

commands_kconfig() {
	cp "$top"/kconfig/{ktstr,x86_64}.config "$top"/kconfig/required.list .
	cp -R "$top/tests/data/fake-kernel" tree
	ktstr-kconfig merge x86_64.config ktstr.config >config
	each kconfig-merge --may 2 -- ktstr-kconfig merge x86_64.config ktstr.config
	each kconfig-stale --ends 1 --may 2 -- ktstr-kconfig stale x86_64.config ktstr.config
	each kconfig-check --may 2 -- ktstr-kconfig check config --required required.list --requested ktstr.config --tree tree
}

commands_cache() {
	export KTSTR_KCONFIG_DIR=$top/kconfig
	local files=(--image built/arch/x86/boot/bzImage --vmlinux built/vmlinux --config built/.config)
	git config --global user.name t
	git config --global user.email t@localhost
	cp -R "$top/tests/data/fake-kernel" linux
	cp -R linux built
	make -s -C built tinyconfig bzImage >/dev/null
	git -C linux init -q
	git -C linux add -A
	git -C linux commit -qm start
	git -C linux gc -q
	cp -R linux changed
	echo changed >>changed/touched.c
	tar cJf linux-6.14.tar.xz --transform 's,^fake-kernel,linux-6.14,' -C "$top/tests/data" fake-kernel
	ktstr-cache resolve ./linux --probe-file probe >/dev/null
	ktstr-cache put "${files[@]}" --key one >/dev/null
	echo more >>built/touched.c
	make -s -C built bzImage >/dev/null
	ktstr-cache put "${files[@]}" --key two >/dev/null
	ktstr-cache push --to share one >/dev/null 2>&1
	mkdir -p here small medium/.templates/machine
	ktstr-cache put "${files[@]}" --probe-file probe --to "here/$(ktstr-cache key probe)" >/dev/null
	KTSTR_CACHE_DIR=$PWD/small ktstr-cache put "${files[@]}" --key one >/dev/null
	echo memory >medium/.templates/machine/memory

	# libgit2 1.5 and libarchive follow, or free, what they have no memory for, as do the
	# libraries that they set up.
	local git=(--excuse libgit2 --excuse libarchive --excuse libzstd)
	# A tree that git cannot be asked about is none under git, which is said.
	each cache-resolve "${git[@]}" --told "is not kept in the cache" --may 2 -- ktstr-cache resolve ./linux
	each cache-resolve-file "${git[@]}" --skip "cache/.tarballs*" --may 2 -- ktstr-cache resolve ./linux-6.14.tar.xz --probe-file probe2
	each cache-resolve-key "${git[@]}" --may 2 -- ktstr-cache resolve one
	each cache-probe "${git[@]}" --told '"dirty":true' --may 2 -- ktstr-cache probe linux
	each cache-probe-since "${git[@]}" --told "ktstr-cache: " --may 2 -- ktstr-cache probe --since probe
	each cache-key --may 2 -- ktstr-cache key probe
	each cache-adopt "${git[@]}" --mixed --skip "linux/.config.ktstr.next" --may 2 -- ktstr-cache adopt probe built/.config
	each cache-expand "${git[@]}" --may 2 -- ktstr-cache expand ./linux one,two
	each cache-fetch "${git[@]}" --skip "cache/.tarballs*" --swept "*ktstr-tmp*" --may 2 -- ktstr-cache fetch ./linux-6.14.tar.xz --to fetched
	slow cache-fetch-git "${git[@]}" --unsteady --skip "cache/.git*" --skip "fetched/.tmp*" --swept "*ktstr-tmp*" --swept "cache/.tmp*" --may 2 -- ktstr-cache fetch "git+$PWD/linux" --to fetched
	each cache-built "${git[@]}" --may 1 --may 2 -- ktstr-cache built probe "here/$(ktstr-cache key probe)"
	each cache-get --may 1 -- ktstr-cache get one
	each cache-vmlinux --may 1 -- ktstr-cache vmlinux one
	each cache-strip --excuse libelf --may 2 -- ktstr-cache strip built/vmlinux stripped
	each cache-push "${git[@]}" --swept "*.tmp*" --may 75 --may 2 --skip 'cache/.locks*' -- ktstr-cache push --to share two
	each cache-pull "${git[@]}" --swept "*.tmp*" --skip cache/one/metadata.json --may 75 --may 2 --skip 'cache/.locks*' -- ktstr-cache pull --from share one
	# A compiler that may not be executed is none, which the metadata tells.
	each cache-put --skip cache/three/metadata.json --excuse libelf --skip 'cache/.locks*' --swept 'cache/.tmp*' --may 75 --may 2 -- ktstr-cache put "${files[@]}" --key three
	each cache-put-again --skip cache/two/metadata.json --excuse libelf --skip 'cache/.locks*' --swept 'cache/.tmp*' --may 75 --may 2 -- ktstr-cache put "${files[@]}" --key two
	each cache-list --told '(corrupt: ' -- ktstr-cache list
	each cache-list-json --told '"unreadable"' --told '"last_use": null' --told 'is called stale' -- ktstr-cache list --json
	each cache-show --told '"unreadable"' --told '"last_use": null' --told 'is called stale' --may 1 -- ktstr-cache show one
	each cache-show-why --may 2 -- ktstr-cache show --why one two
	each cache-verify --told 'without a lock' --may 1 --may 75 --skip 'cache/.locks*' -- ktstr-cache verify one
	each cache-clean --swept 'cache/.tmp*' --may 75 --skip "cache/.locks*" -- ktstr-cache clean --force one
	# One thing in each: what of several is removed where one cannot be is not the same.
	KTSTR_CACHE_DIR=${KTSTR_CACHE_DIR%/*}/small \
		each cache-gc --excuse libc.so --swept 'small/.tmp*' --skip 'small/.locks*' --may 75 -- ktstr-cache gc --max-size 1K
	KTSTR_CACHE_DIR=${KTSTR_CACHE_DIR%/*}/medium \
		each cache-gc-templates --excuse libc.so --swept 'medium/.tmp*' --may 75 -- ktstr-cache gc --max-size 1K
	each cache-work --swept 'cache/.tmp*' --told 'temporary files are in' --may 126 -- ktstr-cache work -- printenv KTSTR_KCONFIG_DIR
	each cache-log --skip log.txt --may 126 -- ktstr-cache log --to log.txt --title T -- echo inside
	each cache-exec --may 126 -- ktstr-cache exec -- echo inside
	each cache-try --may 126 -- ktstr-cache try --to status -- false
}

commands_gauntlet() {
	BATS_TEST_TMPDIR=$PWD . "$top/tests/gauntlet.bash"
	BATS_TEST_TMPDIR=$PWD setup
	# shellcheck disable=SC2016 # of that script
	sed -i 's/^case \$out in/mkdir -p "$out"\n&/; s/^\tcase \$out in/mkdir -p "$out"\n&/' vm
	local selection=(--sched ktstr/qmap.sched --kernel 6.12=entry ktstr/swap.test ktstr/plain.test)
	local planned=(--vm-command ./vm --lock-command '' --kernel 6.12=entry --init init)
	local name=6.12/qmap/swap/own/default/virtual/s1 one=6.12/x/y/own/default/virtual/s1
	ktstr-gauntlet list "${selection[@]}" >names
	result a "$name" pass
	result a 6.12/none/plain/own/default/virtual/s1 pass
	result b "$name" fail check-failed
	result b 6.12/none/plain/own/default/virtual/s1 inconclusive host-noise
	mkdir -p v/k/qmap/verifier/own/default/virtual/s1
	printf 'a word\n' >v/k/qmap/verifier/own/default/virtual/s1/verifier.log
	printf '{"schema_version": 1, "name": "k/qmap/verifier/own/default/virtual/s1", "identity": "ab", "verdict": "pass", "class": "", "programs": [
		{"name": "a:10", "type": "struct_ops", "insns": 10, "accepted": true, "error": "", "verified_insns": 10, "insn_limit": 1000000,
		"total_states": 7, "peak_states": 5, "stack": "16+8", "stack_bytes": 24, "verification_us": 99, "log_at": 0, "log_bytes": 7,
		"log_lost": 0}]}' >v/k/qmap/verifier/own/default/virtual/s1/result.json
	printf '[test]\ndescripton = x\n[cgroup a]\nwork = cpu-spn\n' >ktstr/wrong.test

	each gauntlet-check --may 2 -- ktstr-gauntlet check --sched ktstr/qmap.sched ktstr/swap.test ktstr/plain.test
	each gauntlet-check-wrong --ends 2 --may 2 -- ktstr-gauntlet check ktstr/wrong.test
	each gauntlet-show --may 2 -- ktstr-gauntlet show --sched ktstr/qmap.sched ktstr/swap.test
	each gauntlet-list --may 2 -- ktstr-gauntlet list "${selection[@]}"
	each gauntlet-list-json --may 2 -- ktstr-gauntlet list --level pairwise --preset 'smt*' --json "${selection[@]}"
	each gauntlet-list-why --may 2 -- ktstr-gauntlet list --why '*' "${selection[@]}"
	each gauntlet-scenarios --may 2 -- ktstr-gauntlet list --scenarios "$top"/scenarios/{basic/cgroup-steady,cpuset/cgroup-cpuset-numa-swap}.test
	each gauntlet-select --may 2 --stdin names -- ktstr-gauntlet select --budget 30
	each gauntlet-shard --may 2 --stdin names -- ktstr-gauntlet shard 1/2
	each gauntlet-plan --may 2 --may 127 -- ktstr-gauntlet plan "${planned[@]}" --sched ktstr/qmap.sched ktstr/swap.test ktstr/plain.test
	each gauntlet-record --unsteady --told ERROR --mixed --skip "r/*.json" --skip "r/*/passed-*" --skip args --skip count --may 126 -- ktstr-gauntlet record --identity ab --out "r/$one" "$one" -- \
		./vm run --identity ab --out "r/$one"
	each gauntlet-try --unsteady --may 126 -- ktstr-gauntlet try -- false
	for format in table ktap tap junit json markdown github; do
		each "gauntlet-report-$format" --ends 1 --told "cannot read" --may 2 -- ktstr-gauntlet report --format $format b
	done
	each gauntlet-compare --ends 1 --told "cannot read" --may 2 -- ktstr-gauntlet compare a b
	each gauntlet-compare-json --ends 1 --told "cannot read" --may 2 -- ktstr-gauntlet compare --json a b
	each gauntlet-stats --told "cannot read" --may 2 -- ktstr-gauntlet stats b
	each gauntlet-verifier --told "cannot read" --may 2 -- ktstr-gauntlet verifier v
}

commands_vm() {
	truncate -s 4096 kernel
	printf '\125\252\0\0HdrS\017\002' | dd of=kernel bs=1 seek=510 conv=notrunc status=none
	printf '\001' | dd of=kernel bs=1 seek=529 conv=notrunc status=none
	printf '\001' | dd of=kernel bs=1 seek=566 conv=notrunc status=none
	printf '#!/bin/sh\necho QEMU emulator version 7.2.0\n' >qemu
	chmod +x qemu
	printf '[test]\ntopology = 1n2l2c1t\n[cgroup a]\nwork = cpu-spin workers=2\n' >one.test
	local machine=(--kernel kernel --accel tcg --qemu ./qemu --topology 1n2l2c1t)
	# libarchive ends the program, or follows a NULL, where it has no memory for a buffer.
	local tar=(--excuse libarchive)
	each vm-initramfs "${tar[@]}" --may 2 -- ktstr-vm initramfs --out init.cpio
	each vm-topology "${tar[@]}" --skip 'cache*' --unsteady --may 2 -- ktstr-vm topology --kernel kernel --accel tcg --qemu ./qemu --clock virtual --dry-run 2n4l4c2t
	each vm-run "${tar[@]}" --skip 'cache*' --unsteady --may 2 -- ktstr-vm run "${machine[@]}" --clock virtual --test one.test --dry-run
	each vm-exec "${tar[@]}" --skip 'cache*' --unsteady --may 2 -- ktstr-vm exec "${machine[@]}" --clock virtual --include qemu=/there --dry-run -- true
	each vm-templates --may 2 -- ktstr-vm template --list
	each vm-templates-none --may 2 -- ktstr-vm template --remove
}
