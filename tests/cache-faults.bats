# ktstr-cache(1): many at once, full disks, failing disks, crashes.
# shellcheck disable=SC2154 # bats and the helper set stderr, lines, spawned
# shellcheck disable=SC2016 # scripts for sh -c, on purpose
# shellcheck disable=SC2030,SC2031 # bats sets status and output in each test
bats_require_minimum_version 1.5.0
load helper
load cache

# Two kernels, built/ and built2/.
two_kernels() {
	built
	cp -R built built2
	echo more >>built2/touched.c
	make -s -C built2 bzImage >/dev/null
}

put_from() {
	ktstr-cache put --image "$1/arch/x86/boot/bzImage" --vmlinux "$1/vmlinux" --config "$1/.config" --key "$2"
}

@test "cache: readers never meet a missing or half entry while it is replaced" {
	two_kernels
	put one
	cat >reader <<-'END'
		good=" $(sha256sum built/arch/x86/boot/bzImage built2/arch/x86/boot/bzImage | cut -d ' ' -f 1 | tr '\n' ' ')"
		while [ ! -e stop ]; do
			path=$(ktstr-cache get one) || echo "get: $?"
			hash=$(sha256sum "$path/bzImage") || echo "no image"
			case $good in *" ${hash%% *} "*) ;; *) echo "hash $hash" ;; esac
			[ "$(ktstr-cache -q list --json | jq -r '.entries[] | .key, .error_kind')" = "one
		null" ] || echo "list"
			ktstr-cache -q verify >/dev/null || echo "verify: $?"
			flock -s cache/.locks/one.lock sh -c 'echo "$(jq -r .files.bzImage.sha256 cache/one/metadata.json)  cache/one/bzImage" |
				sha256sum --quiet -c' || echo "metadata of another image"
			echo round >>"rounds-$1"
		done
	END
	for i in 1 2; do spawn bash reader $i >"bad-$i" 2>&1; done
	while [ ! -e rounds-1 ] || [ ! -e rounds-2 ]; do sleep 0.05; done
	replaced=0
	for ((i = 0; i < 20; i++)); do
		before=$(stat -c %i cache/one)
		from=built
		((i % 2)) || from=built2
		put_from "$from" one
		[ "$(stat -c %i cache/one)" = "$before" ] || replaced=$((replaced + 1))
	done
	touch stop
	wait "${spawned[@]}"
	echo "$replaced replaced, $(cat rounds-* | wc -l) rounds"
	[ "$replaced" = 20 ]
	cat bad-*
	[ "$(cat bad-* | grep -vc 'waiting for')" = 0 ]
	nothing_left
}

@test "cache: a reader who is overtaken by a replacement looks again" {
	two_kernels
	put one
	# It stops between opening the entry's folder and looking into it.
	spawn strace -f -qq -o log -P "$KTSTR_CACHE_DIR/one" -e trace=openat -e inject=openat:signal=STOP:when=1 \
		env ASAN_OPTIONS=detect_leaks=0 ktstr-cache get one >out 2>err
	until_true grep -q 'stopped by SIGSTOP' log
	put_from built2 one
	kill -CONT "$(sed -n 's/^\([0-9]*\) .*stopped by SIGSTOP.*/\1/p' log)"
	wait "${spawned[0]}"
	[ "$(cat out)" = "$KTSTR_CACHE_DIR/one" ]
	[ ! -s err ]
}

@test "cache: many who store at once under few keys leave whole entries" {
	two_kernels
	for i in 1 2 3 4 5 6 7 8; do
		from=built
		((i % 2)) && from=built2
		spawn bash -c "for n in 1 2 3 4; do ktstr-cache -q put --image \$1/arch/x86/boot/bzImage --vmlinux \$1/vmlinux \
			--config \$1/.config --key key\$((n % 2)) >/dev/null || echo failed; done" \
			sh "$from" >"out-$i" 2>&1
	done
	wait "${spawned[@]}"
	cat out-*
	[ "$(cat out-*)" = "" ]
	run -0 ktstr-cache verify
	[ "$(sort <<<"$output")" = $'key0\nkey1' ]
	nothing_left
}

@test "cache: an entry is on the disk before it has its name" {
	built
	run -0 strace -f -y -o trace -e trace=fsync,rename,renameat2,linkat,link,openat \
		env ASAN_OPTIONS=detect_leaks=0 ktstr-cache put --image built/arch/x86/boot/bzImage \
		--vmlinux built/vmlinux --config built/.config --key one
	sed -n '/rename.*cache\/one"/q;p' trace >before
	for file in bzImage vmlinux config metadata.json; do
		grep -q "fsync([0-9]*<.*/put\.[^/]*/one/$file>) *= 0" before
	done
	grep -q 'fsync([0-9]*<.*/put\.[^/]*/one>) *= 0' before
	# Nothing is made in the folder once it is synced.
	run ! bash -c 'sed "1,/fsync.*\/put\.[^\/]*\/one>/d" before | grep -E "O_CREAT|link"'
}

# fault CALL N WORDS...: run ktstr-cache with the Nth such call failing.
fault() {
	local call=$1 n=$2 error=$3
	shift 3
	strace -f -qq -o injected -e "trace=$call" -e "inject=$call:error=$error:when=$n" \
		env ASAN_OPTIONS=detect_leaks=0 ktstr-cache "$@"
}

# Each call of WORDS fails in turn: it works all the same, or one sentence says
# why not. Nothing that was there is lost, and nothing is half there.
each_call_fails() {
	local call n error=$1 hits=0
	shift
	for call in write fsync fchmod mkdir rename renameat2 flock ftruncate fstat pwrite64; do
		for ((n = 1; n < 80; n++)); do
			rm -rf cache
			cp -a start cache
			run --separate-stderr fault "$call" "$n" "$error" "$@"
			grep -q INJECTED injected || break
			hits=$((hits + 1))
			echo "$call $n: exit $status: $stderr"
			[ "$status" = 0 ] || [ "$status" = 125 ]
			if [ "$status" = 125 ]; then
				[[ "$(grep -v 'entries could not be removed' <<<"$stderr")" == "ktstr-cache: "* ]]
				[ "$(grep -vc 'entries could not be removed' <<<"$stderr")" = 1 ]
			fi
			run --separate-stderr ktstr-cache verify
			[ "$status" = 0 ]
			[ "$stderr" = "" ]
			whole "$output"
			ktstr-cache gc -q >/dev/null
			nothing_left
		done
	done
	echo "$hits calls failed"
	[ "$hits" -ge "$least" ]
}

@test "cache: put on a failing disk loses nothing that was there" {
	two_kernels
	put one
	put_from built2 other
	mv cache start
	whole() { [ "$(sort <<<"$1")" = $'one\nother' ]; }
	least=20
	each_call_fails EIO put --image built2/arch/x86/boot/bzImage --vmlinux built2/vmlinux \
		--config built2/.config --key one
}

@test "cache: a source file that cannot be read is a sentence with its name" {
	two_kernels
	put one
	for file in "$PWD/built2/arch/x86/boot/bzImage" "$PWD/built2/vmlinux" "$PWD/built2/.config"; do
		hits=0
		for call in openat read pread64; do
			for ((n = 1; n < 9; n++)); do
				inode=$(stat -c %i cache/one)
				run --separate-stderr strace -f -qq -o injected -P "$file" -e "trace=$call" \
					-e "inject=$call:error=EIO:when=$n" env ASAN_OPTIONS=detect_leaks=0 \
					ktstr-cache put --image "$PWD/built2/arch/x86/boot/bzImage" \
					--vmlinux "$PWD/built2/vmlinux" --config "$PWD/built2/.config" --key one
				grep -q INJECTED injected || break
				hits=$((hits + 1))
				echo "$call $n of $file: exit $status: $stderr"
				[ "$status" = 125 ]
				[[ "$stderr" == "ktstr-cache: "*"'$file'"*": Input/output error" ]]
				[ "${#stderr_lines[@]}" = 1 ]
				[ "$(stat -c %i cache/one)" = "$inode" ]
			done
		done
		[ "$hits" -ge 2 ]
	done
	run -0 ktstr-cache verify
	nothing_left
}

@test "cache: a folder that cannot be read to its end is not an entry's" {
	two_kernels
	mkdir -p bpf/more
	touch bpf/one bpf/more/two
	put one --bpf-dir bpf
	mv cache start
	for ((n = 1; ; n++)); do
		rm -rf cache
		cp -a start cache
		run --separate-stderr fault getdents64 "$n" EIO put --image built2/arch/x86/boot/bzImage \
			--vmlinux built2/vmlinux --config built2/.config --bpf-dir bpf --key one
		grep -q INJECTED injected || break
		echo "$n: exit $status: $stderr"
		[ "$status" = 0 ] || { [ "$status" = 125 ] && [[ "$stderr" == *": Input/output error" ]]; }
		[ "$(jq '.files | length' cache/one/metadata.json)" = 5 ]
	done
	[ "$n" -gt 5 ]
}

@test "cache: a compiler that cannot be started is told, one that says nothing is none" {
	built
	printf '#!/bin/sh\nexit 125\n' >silent
	printf '#!/bin/sh\nprintf "\\nsecond"\n' >empty
	chmod +x silent empty
	KTSTR_KERNEL_CC=$PWD/silent run -125 --separate-stderr strace -f -qq -o injected -P "$PWD/silent" -e trace=execve \
		-e inject=execve:error=ENOMEM env ASAN_OPTIONS=detect_leaks=0 ktstr-cache put \
		--image built/arch/x86/boot/bzImage --vmlinux built/vmlinux --config built/.config --key one
	[ "$stderr" = "ktstr-cache: cannot ask '$PWD/silent' for its version: Cannot allocate memory" ]
	for cc in ./silent ./empty ./nothing; do
		KTSTR_KERNEL_CC=$cc put one
		run -0 ktstr-cache show --field toolchain one
		[[ "$output" == "none; "* ]]
	done
}

@test "cache: what cannot be looked at is not called somebody else's" {
	built
	put bad
	rm -f cache/bad/metadata.json
	run -125 --separate-stderr strace -f -qq -o injected -P "$KTSTR_CACHE_DIR/.locks" -e trace=openat \
		-e inject=openat:error=EMFILE:when=1 env ASAN_OPTIONS=detect_leaks=0 ktstr-cache clean --force bad
	[ "$stderr" = "ktstr-cache: cannot look at entry 'bad': Too many open files" ]
	[ -d cache/bad ]
	run -0 ktstr-cache clean --force bad
	[ "$output" = bad ]
}

@test "cache: clean and gc on a failing disk leave whole entries, or none" {
	two_kernels
	put one
	put_from built2 other
	mv cache start
	whole() { [[ "$(sort <<<"$1")" == ?(one)?($'\n')?(other) ]]; }
	least=5
	each_call_fails EIO clean --force
	each_call_fails EIO -q gc --max-size 0
}

@test "cache: a full disk loses nothing, and leaves room to remove" {
	unshare -m mount -t tmpfs none /mnt 2>/dev/null || skip "may not mount a small tmpfs"
	built
	mkdir small
	cat >full <<-'END'
		set -e
		mount -t tmpfs -o size=400k,nr_inodes=40 none small
		export KTSTR_CACHE_DIR=$PWD/small
		put() { ktstr-cache put --image built/arch/x86/boot/bzImage --vmlinux built/vmlinux --config built/.config --key "$1"; }
		put one
		put two
		head -c 500K /dev/urandom >>built/arch/x86/boot/bzImage
		for key in three one; do
			put $key 2>stderr && exit 1
			grep -c . stderr
			grep 'No space left on device$' stderr >&2
		done
		ktstr-cache verify
		ls -A small/.tmp
		while mkdir small/fill-$((n = n + 1)) 2>/dev/null; do :; done
		put four 2>stderr && exit 1
		grep -c . stderr
		ktstr-cache clean --force one two
		ls -A small/.tmp
	END
	run -0 --separate-stderr unshare -m bash full
	[ "${lines[*]}" = "$PWD/small/one $PWD/small/two 1 1 two one 1 two one" ] ||
		[ "${lines[*]}" = "$PWD/small/one $PWD/small/two 1 1 one two 1 one two" ]
	[ "${#stderr_lines[@]}" = 2 ]
}
