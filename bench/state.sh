#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# state.sh - what make ktstr-kernel costs when there is nothing to do, over git
# status on the same tree.
#
#   KTSTR_BENCH_TREE=DIR   a Linux tree under git, which is cloned; else one is
#                          made of Debian's linux-source
#   KTSTR_BENCH_BUILT=DIR  a tree that is built: its own make, with nothing to
#                          do, is compared as well
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/ratio.bash"
top=$(cd "$(dirname "$0")/.." && pwd)
tarball=$(find /usr/src -maxdepth 1 -name 'linux-source-*.tar.xz' 2>/dev/null | sort | tail -n 1)
tree=$bench_dir/linux
export KTSTR_CACHE_DIR=$bench_dir/cache KTSTR_LOCK_DIR=$bench_dir/locks
export KTSTR_KCONFIG_DIR=$top/kconfig
unset KTSTR_CACHE_DIRTY KTSTR_EXTRA_KCONFIG KTSTR_KERNEL_O KTSTR_FORCE MAKEFLAGS

if [ -n "${KTSTR_BENCH_TREE:-}" ]; then
	git clone -q --shared "$KTSTR_BENCH_TREE" "$tree"
elif [ -n "$tarball" ]; then
	mkdir "$tree"
	tar -xf "$tarball" -C "$tree" --strip-components=1
	# Debian's ignores all there is, so nothing would be left to look for.
	sed -i '/^\/\*$/d' "$tree/.gitignore"
	git -C "$tree" init -q
	git -C "$tree" add -f .
	git -C "$tree" -c user.name=t -c user.email=t@localhost commit -qm all
else
	echo "skip: needs KTSTR_BENCH_TREE, or Debian's linux-source" && exit 4
fi

# Something that was built.
cp -R "$top/tests/data/fake-kernel" "$bench_dir/built"
make -s -C "$bench_dir/built" tinyconfig bzImage >/dev/null
store() {
	ktstr-cache put --image "$bench_dir/built/arch/x86/boot/bzImage" --probe-file "$bench_dir/probe" \
		--vmlinux "$bench_dir/built/vmlinux" --config "$bench_dir/built/.config" "$@" >/dev/null 2>&1
}
resolve() { ktstr-cache -q resolve "$tree" --probe-file "$bench_dir/probe" | jq -r ".$1"; }

cd "$bench_dir"
echo "include $top/mk/kernel.mk" >Makefile
files=$(git -C "$tree" ls-files | wc -l)
ours="make ktstr-kernel KERNEL=$tree"
resolve key >/dev/null
store
# git reads again what is as young as its index.
sleep 1
git -C "$tree" status >/dev/null
$ours | grep -q 'found in the cache'
ratio "cache hit, clean tree of $files files, over git status" 1.2 "git -C $tree status" "$ours" 5

echo '/* dirty */' >>"$tree/kernel/sched/core.c"
label=$(resolve label)
store --to "$bench_dir/ktstr-out/kernels/.built/$label"
$ours 2>/dev/null | grep -q 'unchanged since it was built'
ratio "no-op, dirty tree, over git status" 1.5 "git -C $tree status" "$ours" 5

if [ -n "${KTSTR_BENCH_BUILT:-}" ]; then
	ratio "the same, over the kernel's own make" 1 "make -s -C $KTSTR_BENCH_BUILT" "$ours" 1
fi
