# mk/kernel.mk: several kernels in one KERNEL, KTSTR_FORCE and KTSTR_CLEAN.
# shellcheck disable=SC2154,SC2016,SC2086 # bats sets stderr; scripts for sh; patterns
bats_require_minimum_version 1.5.0
load helper
load kernel

# other_tree DIR: one with another content.
other_tree() {
	make_tree "$1"
	echo "int in_$1;" >>"$1/touched.c"
	git -C "$1" commit -qam other
}

@test "kernels: several are had one after the other, each with its number" {
	other_tree other
	run -0 kernel KERNEL="linux other"
	[[ "$output" == *"kernel 1/2 linux_"*": built in "*"kernel 2/2 other_"*": built in "* ]]
	[ "$(cut -d _ -f 1 ktstr-out/kernels/list | paste -sd ' ')" = "linux other" ]
	run -0 kernel KERNEL=linux
	[[ "$output" != *"kernel 1/1"* ]]
}

@test "kernels: words with commas are lists, as ktstr-cache expand has them" {
	other_tree other
	run -0 kernel KERNEL="linux,other ./linux"
	[ "$(wc -l <ktstr-out/kernels/list)" = 2 ]
	[ "$(builds)" = 1 ]
	run -2 --separate-stderr kernel KERNEL="linux 6.2..6.1"
	[[ "$stderr" == "ktstr-cache: "*"6.2..6.1"* ]]
	[[ "$stderr" != *"cannot be had"* ]]
}

@test "kernels: one that fails hides no other one, and the last line names it" {
	other_tree other
	touch linux/fail
	run -2 --separate-stderr kernel KERNEL="./nowhere linux other"
	[[ "$stderr" == *"ktstr: 2 of 3 kernels cannot be had: ./nowhere linux"* ]]
	[[ "$output" == *"kernel 3/3 other_"*": built in "* ]]
	# what tests would take is still what was asked for the last time
	[ ! -e ktstr-out/kernels/list ]
	rm linux/fail
	run -0 kernel KERNEL="linux other"
	[[ "$output" == *"kernel 2/2 other_"*": found in the cache"* ]]
}

@test "kernels: after a signal no other one is tried" {
	other_tree other
	touch linux/slow
	spawn make ktstr-kernel KERNEL="linux other" >log 2>&1
	until_true test -e linux/waiting
	kill -KILL "$(pgrep -s "${spawned[-1]}" -x -f 'make .*kernel-build.mk kernel .*')"
	wait "${spawned[-1]}" || :
	run ! grep -e 'kernel 2/2' -e 'cannot be had' log
	[ ! -e other/builds ]
}

@test "kernels: two of one name are refused, for one would hide the other" {
	run -0 kernel KERNEL=linux
	key=$(ktstr-cache -q list | cut -d ' ' -f 1)
	run -0 kernel KERNEL="linux $key"
	[ "$(wc -l <ktstr-out/kernels/list)" = 1 ]
	echo '/* more */' >>linux/touched.c
	commit more
	run -2 --separate-stderr kernel KERNEL="linux $key"
	[[ "$stderr" == *"ktstr: kernel $key would have the same name as another one of KERNEL, $(label): give each a KTSTR_OUT of its own"* ]]
	[[ "$(readlink "ktstr-out/kernels/$(label)")" != *"/$key" ]]
}

@test "kernels: two of one source, one with a fragment of the user's, are beside each other" {
	echo CONFIG_FAKE_EXTRA=y >extra
	run -0 kernel KERNEL=linux
	run -0 kernel KERNEL=linux KTSTR_EXTRA_KCONFIG=extra
	mapfile -t keys < <(ktstr-cache -q list | cut -d ' ' -f 1)
	[ "${#keys[@]}" = 2 ]
	run -0 kernel KERNEL="${keys[*]}"
	run -0 sort ktstr-out/kernels/list
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[1]} == "${lines[0]}_xkc"???????? && ${keys[*]} == *-"${lines[1]##*_}"* ]]
}

@test "kernels: KTSTR_FORCE=1 builds what is in the cache, and what is equal stays" {
	run -0 kernel KERNEL=linux
	inode=$(stat -c %i "ktstr-out/kernels/$(label)/bzImage")
	run -0 kernel KERNEL=linux KTSTR_FORCE=1
	[[ "$output" == *": building it"*"built in"* ]]
	[[ "$output" != *"not in the cache"* ]]
	[ "$(builds)" = 2 ]
	[ "$(stat -c %i "ktstr-out/kernels/$(label)/bzImage")" = "$inode" ]
	run -0 kernel KERNEL=linux KTSTR_FORCE=0
	[ "$(builds)" = 2 ]
	run -2 --separate-stderr kernel KERNEL="$(ktstr-cache -q list | cut -d ' ' -f 1)" KTSTR_FORCE=1
	[[ "$stderr" == "ktstr: KTSTR_FORCE builds anew, and local-"*" is a cache entry: name its source"* ]]
	run -2 --separate-stderr kernel KERNEL=linux KTSTR_FORCE=yes
	[[ "$stderr" == "ktstr: KTSTR_FORCE is 0 or 1, not yes"* ]]
}

# builder NAME ARG...: a make in the background, with an output folder of its own.
builder() {
	spawn sh -c 'out=$1; shift; make ktstr-kernel KTSTR_OUT="$out" "$@" >"$out.log" 2>&1; echo $? >"$out.status"' sh "$@"
}

# one_build SPEC SPEC TREE: two makes that want one key compile it once. TREE is
# where the first builds.
one_build() {
	builder one KERNEL="$1"
	until_true eval "ls $3/waiting"
	builder two KERNEL="$2"
	until_true grep -q "the build of '.*' .* is held by pid .*; waiting" two.log
	rm $3/slow
	for name in one two; do
		for _ in 1 2 3 4 5 6; do until_true test -e $name.status && break; done
	done
	[ "$(cat one.status two.status)" = $'0\n0' ]
	grep 'built in' one.log
	grep 'found in the cache' two.log
	[ "$(readlink one/kernels/*_??????)" = "$(readlink two/kernels/*_??????)" ]
	check_clean_cache
}

@test "kernels: two makes at once build one tree once" {
	touch linux/slow
	echo slow >linux/.git/info/exclude
	one_build linux linux linux
	[ "$(builds)" = 1 ]
}

@test "kernels: two makes at once build one key once, wherever the source is" {
	cp -R linux copy
	touch linux/slow
	echo slow >linux/.git/info/exclude
	one_build linux copy linux
	[ ! -e copy/builds ]
	rm -rf cache one* two* linux/.git
	touch linux/slow
	tar -cf l.tar linux
	cp l.tar m.tar
	one_build l.tar m.tar 'cache/.tmp/work.*/1/source/linux'
}

@test "kernels: KTSTR_CLEAN=1 cleans a tree before it is built, but for its .config" {
	echo CONFIG_MINE=y >linux/.config
	run -0 kernel KERNEL=linux
	cp linux/.config before
	touch linux/arch/x86/boot/left
	run -0 kernel KERNEL=linux KTSTR_FORCE=1 KTSTR_CLEAN=1
	[ "$(grep -c mrproper linux/builds)" = 1 ]
	[ ! -e linux/arch/x86/boot/left ]
	[ -e linux/vmlinux ]
	cmp before linux/.config
	[ "$(cat linux/.config.ktstr-saved)" = CONFIG_MINE=y ]
	[ ! -e linux/.config.ktstr-kept ]
	# what is in the cache is not built, so there is nothing to clean
	run -0 kernel KERNEL=linux KTSTR_CLEAN=1
	[[ "$output" == *"found in the cache"* ]]
	[ "$(grep -c mrproper linux/builds)" = 1 ]
}

@test "kernels: a .config survives kill -9 in the middle of KTSTR_CLEAN=1" {
	echo CONFIG_MINE=y >linux/.config
	touch linux/slow-clean
	spawn make ktstr-kernel KERNEL=linux KTSTR_CLEAN=1 >log 2>&1
	until_true test -e linux/waiting
	kill -KILL -- "-${spawned[-1]}"
	rm linux/slow-clean linux/.config # as mrproper does
	run -0 kernel KERNEL=linux
	[[ "$output" == *"-cfg"* ]]
	[ "$(cat linux/.config.ktstr-saved)" = CONFIG_MINE=y ]
	grep -x CONFIG_MINE=y linux/.config
	[ ! -e linux/.config.ktstr-kept ]
}

@test "kernels: KTSTR_CLEAN=1 has nothing to do for what was just unpacked" {
	rm -rf linux/.git
	tar -cf linux.tar linux
	run -0 kernel KERNEL=linux.tar KTSTR_CLEAN=1
	[[ "$output" == *"there is nothing to clean, its source was just unpacked"* ]]
}

@test "kernels: a quote in a setting is refused, not run" {
	run -2 --separate-stderr kernel KERNEL="x'\$\$(touch made)'"
	[[ "$stderr" == *"ktstr: KERNEL may not have a quote in it: x'"* ]]
	run -2 --separate-stderr kernel KERNEL=linux KTSTR_EXTRA_KCONFIG="it's"
	[[ "$stderr" == *"ktstr: KTSTR_EXTRA_KCONFIG may not have a quote in it: it's"* ]]
	[ ! -e made ]
}
