#!/usr/bin/env bats
# ktstr-vm run --variant: how a name becomes files, and what is said when it does not.
# shellcheck disable=SC2154 # run sets stderr
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p ktstr ktstr-out/kernels
	printf '[test]\n[cgroup a]\n' >ktstr/idle.test
}

fails() { # fails SENTENCE ARGUMENT...
	local sentence=$1
	shift
	run -2 --separate-stderr ktstr-vm run "$@"
	[ "$output" = "" ]
	[ "$stderr" = "ktstr-vm: $sentence" ]
}

@test "vm: run --variant says what is not there, and what there is" {
	fails "no kernel is labelled 'k' in 'ktstr-out/kernels'; make ktstr-kernel gets those of the project, --kernel takes any" \
		--variant k/none/idle/own/default/virtual/s1
	mkdir ktstr-out/kernels/{6.12,6.13}
	echo >ktstr-out/kernels/list
	fails "no kernel is labelled 'k' in 'ktstr-out/kernels'; there is '6.12', '6.13'; make ktstr-kernel gets those of the project, --kernel takes any" \
		--variant k/none/idle/own/default/virtual/s1
	fails "there is neither 'ktstr-out/sources', which make ktstr-list writes, nor 'ktstr/other.test'" \
		--variant 6.12/none/other/own/default/virtual/s1
	fails "there is neither 'ktstr-out/sources', which make ktstr-list writes, nor 'ktstr/qmap.sched'" \
		--variant 6.12/qmap/idle/own/default/virtual/s1
	printf 'ktstr/idle.test\nfar/off/other.test\nfar/qmap.sched\n' >ktstr-out/sources
	fails "cannot read 'far/off/other.test': No such file or directory" \
		--variant 6.12/none/other/own/default/virtual/s1
	fails "cannot read 'far/qmap.sched': No such file or directory" \
		--variant 6.12/qmap/idle/own/default/virtual/s1
	fails "'ktstr-out/sources' names no the.test; make ktstr-list writes it anew" \
		--variant 6.12/none/the/own/default/virtual/s1
	run -2 --separate-stderr ktstr-vm run --variant 6.12/none/idle/tiny/default/virtual/s1
	[[ $stderr == "ktstr-vm: --variant: no preset is named 'tiny', and it is no shape that says all of a machine: "* ]]
	mv ktstr-out there
	fails "no kernel is labelled 'k' in 'there/kernels'; there is '6.12', '6.13'; make ktstr-kernel gets those of the project, --kernel takes any" \
		--project there --variant k/none/idle/own/default/virtual/s1
}

@test "vm: run --variant takes nothing that the name says, and no other command takes it" {
	local name=6.12/none/idle/own/default/virtual/s1
	fails "the name of --variant says it already: leave out --seed" --variant $name --seed 1
	fails "the name of --variant says it already: leave out --clock" --clock real --variant $name
	fails "the name of --variant says it already: leave out --kernel-label" --variant $name --kernel-label x
	fails "the name of --variant says it already: leave out --topology" --variant $name --topology 1n1l1c1t
	fails "--project says where a --variant is found" --project x --test ktstr/idle.test --kernel x
	fails "--variant: 'a/b' is no variant's name: it has 2 parts, KERNEL/SCHEDULER/TEST/PRESET/PROFILE/CLOCK/sSEED has 7" \
		--variant a/b
	fails "--variant: '6.12/none/../own/default/virtual/s1' is no variant's name: its test begins with a dot" \
		--variant 6.12/none/../own/default/virtual/s1
	run -2 --separate-stderr ktstr-vm exec --variant $name -- true
	[ "$stderr" = "ktstr-vm: exec takes no option --variant; see --help" ]
}
