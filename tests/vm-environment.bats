#!/usr/bin/env bats
# What ktstr-vm(1) says of its environment, without a machine.
# shellcheck disable=SC2154 # bats sets stderr
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	boot_image kernel
	printf '[test]\nduration = 1s\n[cgroup a]\nwork = cpu-spin\n' >one.test
	unset KTSTR_CPUS KTSTR_TEMPLATES_MAX KTSTR_ATTEMPT
	exec </dev/null
}

@test "vm: a wrong variable is named before anything starts, an empty one is none" {
	local words value
	for words in "exec -- true" "run --test one.test" "template" "topology"; do
		read -ra words <<<"$words"
		words=("${words[0]}" --kernel kernel --clock virtual "${words[@]:1}")
		for value in x 0-x 3-1 ',' 1,,2; do
			KTSTR_CPUS=$value run -2 --separate-stderr ktstr-vm "${words[@]}"
			[ "$stderr" = "ktstr-vm: KTSTR_CPUS '$value' is no list of CPUs such as 0-3,7" ]
		done
		KTSTR_CPUS=1000 run -2 --separate-stderr ktstr-vm "${words[@]}"
		[ "$stderr" = "ktstr-vm: KTSTR_CPUS '1000' has no CPU that may be used here" ]
		KTSTR_TEMPLATES_MAX=4 run -2 --separate-stderr ktstr-vm "${words[@]}"
		[ "$stderr" = "ktstr-vm: KTSTR_TEMPLATES_MAX '4' is no size such as 500M or 20G" ]
	done
	KTSTR_ATTEMPT=0 run -2 --separate-stderr ktstr-vm run --kernel kernel --test one.test
	[ "$stderr" = "ktstr-vm: KTSTR_ATTEMPT '0' is not a number from 1 to 1000" ]
	KTSTR_CPUS='' KTSTR_TEMPLATES_MAX='' KTSTR_ATTEMPT='' run -0 --separate-stderr \
		ktstr-vm run --kernel kernel --test one.test --clock virtual --dry-run
	[ "$stderr" = "" ]
}

@test "vm: --dry-run says what is wrong with files, programs and memory" {
	local command
	for command in "exec -- true" "run --test one.test" "template" "topology"; do
		read -ra words <<<"$command"
		run -2 --separate-stderr ktstr-vm "${words[0]}" --dry-run --kernel kernel --clock virtual \
			--topology "1n1l1c1t memory=100M" "${words[@]:1}"
		[[ $stderr == "ktstr-vm: the topology gives the machine 100 MiB of memory, it needs 2"[0-9][0-9]": "* ]]
		run -2 --separate-stderr ktstr-vm "${words[0]}" --dry-run --kernel kernel --clock virtual \
			--init nowhere "${words[@]:1}"
		[ "$stderr" = "ktstr-vm: cannot read the init 'nowhere': No such file or directory" ]
	done
	exec_dry() { ktstr-vm exec --dry-run --kernel kernel --clock virtual "$@"; }
	run -2 --separate-stderr exec_dry --include nowhere/file -- true
	[ "$stderr" = "ktstr-vm: --include 'nowhere/file': there is no such file" ]
	run -127 --separate-stderr exec_dry -- ./nothing
	[ "$stderr" = "ktstr-vm: cannot run './nothing': No such file or directory" ]
	truncate -s 1025M huge
	run -2 --separate-stderr exec_dry --include huge=/huge -- true
	[ "$stderr" = "ktstr-vm: the files for the machine take more than 1024 MiB" ]
	# The memory that files need is in the command that is shown.
	truncate -s 400M huge
	run -0 --separate-stderr exec_dry --include huge=/huge -- true
	[[ $output =~ " -m 8"[0-9][0-9], ]]
}

@test "vm: --kernel that is no boot image is refused before anything starts" {
	local words command
	mkdir tree
	cp /etc/passwd tree/bzImage
	cp "$(command -v ktstr-vm)" program
	for command in "exec -- true" "run --test one.test" "template" "topology" "shell"; do
		read -ra words <<<"$command"
		run -2 --separate-stderr ktstr-vm "${words[0]}" --kernel /etc/passwd "${words[@]:1}"
		[ "$stderr" = "ktstr-vm: --kernel: '/etc/passwd' is no boot image (bzImage)" ]
	done
	run -2 --separate-stderr ktstr-vm exec --kernel tree -- true
	[ "$stderr" = "ktstr-vm: --kernel: 'tree/bzImage' is no boot image (bzImage)" ]
	run -2 --separate-stderr ktstr-vm exec --kernel program -- true
	[[ $stderr == "ktstr-vm: --kernel: 'program' is an ELF file and no boot image; "* ]]
}

@test "vm: where templates cannot be kept it is said which folder, and why" {
	unshare -m mount --bind . . 2>/dev/null || skip "may not mount"
	mkdir cache
	for folder in cache cache/.templates; do
		mkdir -p "$folder"
		KTSTR_CACHE_DIR=$PWD/cache run -125 --separate-stderr read_only ktstr-vm template \
			--kernel kernel --topology 1n1l1c1t --clock virtual
		[ "$stderr" = "ktstr-vm: templates of machines cannot be kept in the cache '$PWD/cache': Read-only file system; KTSTR_CACHE_DIR names another one" ]
	done
}

@test "vm: another user who holds a template's lock is named, and not waited for" {
	[ "$(id -u)" = 0 ] && setpriv --reuid=61001 --clear-groups true 2>/dev/null || skip "may not become other users"
	export KTSTR_CACHE_DIR=$PWD/cache
	template() { ktstr-vm template --kernel kernel --topology 1n1l1c1t --clock virtual "$@"; }
	mkdir -m 1777 cache
	# The name of its lock, which is there while one is made: QEMU soon refuses this kernel.
	local lock='' maker
	for _ in {1..100}; do
		[ -z "$lock" ] || break
		template -q 2>/dev/null 3>&- &
		maker=$!
		while kill -0 "$maker" 2>/dev/null && ! lock=$(compgen -G 'cache/.templates/*.lock'); do :; done
		wait "$maker" || :
	done
	[ -n "$lock" ]
	: >>"$lock"
	chmod 666 "$lock"
	spawn setpriv --reuid=61001 --clear-groups flock "$lock" sleep 100
	until_true busy "$lock"
	run -125 --separate-stderr template
	[[ ${stderr_lines[0]} == "ktstr-vm: waiting for template "*", which is being made by pid "*" (flock "*" sleep 100)" ]]
	[[ ${stderr_lines[1]} == "ktstr-vm: the lock of template "*" is held by pid "*" (flock "*" sleep 100), of another user" ]]
}

@test "vm: a NUL byte in a file is a complaint, and does not end it" {
	printf '[check]\n\0max-gap = 1ms\n' >>one.test
	run -2 --separate-stderr ktstr-vm run --kernel kernel --test one.test --clock virtual --dry-run
	[ "$stderr" = "one.test:6:1: a NUL byte: this is no text file" ]
	printf '[scheduler]\nbinary = /bin/true\n\0args = -x\n' >a.sched
	run -2 --separate-stderr ktstr-vm shell --kernel kernel --sched a.sched --dry-run
	[ "$stderr" = "a.sched:3:1: a NUL byte: this is no text file" ]
}
