# world.bash - where a soak happens: a project, a cache, locks and temporary files in
# file systems of their own, which nobody else sees and the kernel removes.
# shellcheck shell=bash disable=SC2154,SC2034 # soak.sh has world; project.bash reads an entry
# SPDX-License-Identifier: GPL-2.0-or-later

# new_world: all of it anew, also after a round that left it in disorder.
new_world() {
	local folder
	cd / || exit 125
	for folder in p/ktstr-out k/ktstr-out cache small; do
		umount -l "$world/$folder" 2>/dev/null
	done
	rm -rf "${world:?}"/* || exit 125
	mkdir -p "$world"/{cache,small,own/want,own/home} || exit 125
	mount -t tmpfs -o size=1G,mode=700 none "$world/cache" &&
		mount -t tmpfs -o size=16M,mode=700 none "$world/small" || exit 125
	mkdir "$world"/small/{tmp,locks}
	give_kernel
	new_tests
	new_tree
}

# The cache's kernel, at the first time and after somebody has removed it.
give_kernel() {
	[ -e "$entry/bzImage" ] && [ -e "$entry/metadata.json" ] && return
	chmod -R u+w "$entry" 2>/dev/null
	rm -rf "$entry"
	cp -R "$kernel" "$entry" || exit 125
}

# put_test NAME TOPOLOGY LINE...
put_test() {
	local file=ktstr/$1.test
	printf '%s\n' '[test]' 'duration = 100ms' 'settle = 20ms' "topology = $2" >"$file"
	shift 2
	printf '%s\n' "$@" '[check]' 'max-spread = none' >>"$file"
}

# Short ones; one of them fails, so that a wrong pass would be seen as well.
new_tests() {
	(
		KTSTR_TEST_KERNEL_ENTRY=$entry
		new_project "$world/p" || exit
		rm ktstr/*.test
		put_test spin 1n1l2c1t '[cgroup a]' 'work = cpu-spin workers=3'
		put_test wake 1n1l2c1t '[cgroup a]' 'work = bursty workers=3 burst=2ms sleep=3ms' '[cgroup b]' 'work = pipe-io workers=2'
		put_test swap 1n2l2c1t '[cgroup a]' 'cpuset = disjoint 0/2' '[cgroup b]' 'cpuset = disjoint 1/2' \
			'[step s]' 'swap-cpusets = a b' 'hold = 50%'
		put_test late 1n1l2c1t '[cgroup a]' 'work = cpu-spin workers=3'
		echo 'max-gap = 1us' >>ktstr/late.test
		mv ktstr-out "$world/own/out"
		mkdir ktstr-out
		mount -t tmpfs -o size=64M,mode=700 none ktstr-out && cp -R "$world/own/out/." ktstr-out
	) || exit 125
}

# A kernel's tree whose build takes a moment.
new_tree() {
	mkdir -p "$world/k/ktstr-out"
	mount -t tmpfs -o size=16M,mode=700 none "$world/k/ktstr-out" || exit 125
	cp -R "$KTSTR_TOP/tests/data/fake-kernel" "$world/k/linux" || exit 125
	printf 'all:\n\t@:\ninclude %s/mk/kernel.mk\n' "$KTSTR_TOP" >"$world/k/Makefile"
	git config --global user.name t
	git config --global user.email t@localhost
	git -C "$world/k/linux" init -q && git -C "$world/k/linux" add -A && git -C "$world/k/linux" commit -qm start || exit 125
}
