# ktstr-kconfig(1): what the manual page promises.
# shellcheck disable=SC2154 # bats sets stderr and lines
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	config=$KTSTR_TOP/tests/data/kconfig/linux-6.12.config
	ours=$KTSTR_TOP/kconfig
	printf '%s\n' '# a comment' CONFIG_A=y '# CONFIG_B is not set' 'CONFIG_S="a b"' >base
}

@test "kconfig: merge prints the base with the fragments applied" {
	printf 'CONFIG_B=m\nCONFIG_C=17\n' >one
	run -0 --separate-stderr ktstr-kconfig merge base one
	[ "$output" = $'CONFIG_A=y\nCONFIG_S="a b"\nCONFIG_B=m\nCONFIG_C=17' ]
	[ "$stderr" = "" ]
}

@test "kconfig: merge lets the last one win, once, and says what it overrides" {
	printf 'CONFIG_A=n\nCONFIG_C=y\n' >one
	printf '\nCONFIG_C=n\n# CONFIG_A is not set\n' >two
	run -0 --separate-stderr ktstr-kconfig merge base one two
	[ "$output" = $'# CONFIG_B is not set\nCONFIG_S="a b"\n# CONFIG_C is not set\n# CONFIG_A is not set' ]
	[ "$stderr" = "ktstr-kconfig: two:2: # CONFIG_C is not set overrides CONFIG_C=y of one:2" ]
}

@test "kconfig: merge prints an option where it was last set, for choices" {
	printf '%s\n' '# CONFIG_CC_OPTIMIZE_FOR_PERFORMANCE is not set' CONFIG_CC_OPTIMIZE_FOR_SIZE=y CONFIG_HZ_100=y >base
	printf '%s\n' CONFIG_CC_OPTIMIZE_FOR_PERFORMANCE=y CONFIG_HZ_250=y >one
	echo CONFIG_HZ_100=y >two
	run -0 ktstr-kconfig merge base one two
	[ "$output" = $'CONFIG_CC_OPTIMIZE_FOR_SIZE=y\nCONFIG_CC_OPTIMIZE_FOR_PERFORMANCE=y\nCONFIG_HZ_250=y\nCONFIG_HZ_100=y' ]
}

@test "kconfig: stale prints the lines that are missing, and exits 1" {
	printf 'CONFIG_A=y\nCONFIG_B=n\n# CONFIG_NEVER_HEARD is not set\n' >one
	run -0 ktstr-kconfig stale base one
	[ "$output" = "" ]
	printf 'CONFIG_A=m\nCONFIG_B=n\nCONFIG_NEW=y\n' >one
	run -1 --separate-stderr ktstr-kconfig stale base one
	[ "$output" = $'CONFIG_A=m\nCONFIG_NEW=y' ]
	[ "$stderr" = "" ]
}

@test "kconfig: our fragments survive in a recorded configuration of Linux 6.12" {
	run -0 ktstr-kconfig stale "$config" "$ours/ktstr.config" "$ours/x86_64.config"
	run -0 --separate-stderr ktstr-kconfig check "$config" --required "$ours/required.list" \
		--requested "$ours/ktstr.config" --requested "$ours/x86_64.config"
	[ "$output$stderr" = "" ]
}

@test "kconfig: our fragments do not contradict each other" {
	run -0 --separate-stderr ktstr-kconfig merge /dev/null "$ours/ktstr.config" "$ours/x86_64.config"
	[ "$stderr" = "" ]
}

@test "kconfig: check names every required option that is off, with its hint, and exits 1" {
	grep -v -e CONFIG_SCHED_CLASS_EXT -e CONFIG_BPF_JIT= "$config" >lost
	run -1 --separate-stderr ktstr-kconfig check lost --required "$ours/required.list"
	[ "$output" = "" ]
	[ "${stderr_lines[0]}" = "ktstr-kconfig: CONFIG_SCHED_CLASS_EXT is off: needs Linux 6.12 or newer, CONFIG_DEBUG_INFO_BTF and CONFIG_BPF_JIT" ]
	[ "${stderr_lines[1]}" = "ktstr-kconfig: CONFIG_BPF_JIT is off: sched_ext needs the JIT" ]
	[ "${#stderr_lines[@]}" = 2 ]
}

@test "kconfig: check warns of a request that was dropped, with both values, and exits 0" {
	printf 'CONFIG_NR_CPUS=8\nCONFIG_SMP=y\n' >one
	run -0 --separate-stderr ktstr-kconfig check "$config" --requested one
	[ "$stderr" = "ktstr-kconfig: one:1: CONFIG_NR_CPUS=8 was dropped: the final value is 'CONFIG_NR_CPUS=512'" ]
}

@test "kconfig: check tells an option that the tree does not know from one it dropped" {
	printf 'CONFIG_NUMA_BALANCING=y\nCONFIG_NOT_KNOWN=y\nCONFIG_SMP_X=y\n' >one
	mkdir -p tree/mm tree/.git
	printf 'config SMP\n\tbool "smp"\nconfig NUMA_BALANCING\n\tbool "x"\n\tdepends on NUMA && SMP\n\tdepends on !PREEMPT_RT\n\nconfig OTHER\n\tdepends on NOTHING\n' >tree/mm/Kconfig.more
	echo 'config NOT_KNOWN' >tree/.git/Kconfig
	echo '# CONFIG_NUMA_BALANCING is not set' >>base
	run -0 --separate-stderr ktstr-kconfig check base --requested one --tree tree
	[ "${stderr_lines[0]}" = "ktstr-kconfig: one:1: CONFIG_NUMA_BALANCING=y was dropped: the final value is '# CONFIG_NUMA_BALANCING is not set'; it depends on NUMA && SMP, which is not so" ]
	[ "${stderr_lines[1]}" = "ktstr-kconfig: one:2: CONFIG_NOT_KNOWN=y was dropped: this kernel tree has no such option" ]
	[ "${stderr_lines[2]}" = "ktstr-kconfig: one:3: CONFIG_SMP_X=y was dropped: this kernel tree has no such option" ]
}

# dropped REQUEST: what check says of it, behind the final value. The tree has
# the Kconfig file "kfile", the configuration is "base".
dropped() {
	mkdir -p tree/arch/x86 tree/arch/arm64 tree/scripts/kconfig/tests
	cp kfile tree/Kconfig
	echo "$1" >one
	run -0 --separate-stderr ktstr-kconfig check base --requested one --tree tree
	said=${stderr##*was dropped: }
	said=${said#*"'; "}
}

@test "kconfig: check tells why a request was dropped, when it can be told" {
	printf '%s\n' 'if A' 'config B' $'\tbool "b"' $'\tdepends on A && (S = "x" || C > 5)' endif \
		'config HIDDEN' $'\tdef_bool A' 'choice' $'\tprompt "one"' 'config ONE' $'\tbool "1"' endchoice \
		'config A' $'\tbool "a"' $'\tselect HIDDEN if S = "a b"' 'config S' $'\tstring "s"' \
		'config MOD' $'\ttristate "m"' >kfile
	echo CONFIG_HIDDEN=y >>base
	dropped CONFIG_B=y
	[ "$said" = 'it depends on (S = "x" || C > 5), which is not so' ]
	dropped CONFIG_HIDDEN=n
	[ "$said" = "it is selected by CONFIG_A" ]
	sed -i 's/"a b"/"c"/' kfile
	dropped CONFIG_HIDDEN=n
	[ "$said" = "it cannot be set, only other options do that" ]
	dropped CONFIG_ONE=y
	[ "$said" = "another option of its choice is on" ]
	dropped CONFIG_S=word
	[ "$said" = "the value of this option is a string, which needs quotes" ]
	dropped CONFIG_MOD=m
	[ "$said" = "CONFIG_MODULES is off" ]
}

@test "kconfig: check reads all of a tree, or says what it cannot read" {
	printf 'config NAMED\n\tbool "n"\n' >kfile
	echo 'CONFIG_NAMED=y' >one
	dropped CONFIG_NAMED=m
	mv tree linux-6.12
	ln -s linux-6.12 tree # as /usr/src has it
	run -0 --separate-stderr ktstr-kconfig check base --requested one --tree tree
	[[ $stderr != *"no such option"* ]]
	truncate -s 5M linux-6.12/arch/Kconfig
	run -2 --separate-stderr ktstr-kconfig check base --requested one --tree tree
	[ "$stderr" = "ktstr-kconfig: cannot read 'tree/arch/Kconfig': File too large" ]
}

@test "kconfig: check refuses a tree that is none" {
	printf 'config NAMED\n\tbool "n"\n' >kfile
	echo 'CONFIG_NAMED=y' >one
	dropped CONFIG_NAMED=m
	mkdir -p other/src
	run -2 --separate-stderr ktstr-kconfig check base --requested one --tree other
	[ "$stderr" = "ktstr-kconfig: 'other' is no kernel tree: it has no Kconfig file" ]
}

@test "kconfig: check knows which architecture a configuration is for" {
	: >kfile
	dropped CONFIG_FOREIGN=y
	[ "$said" = "this kernel tree has no such option" ]
	printf 'config FOREIGN\n\tbool "f"\n' >tree/arch/arm64/Kconfig
	cp tree/arch/arm64/Kconfig tree/scripts/kconfig/tests/Kconfig
	dropped CONFIG_FOREIGN=y
	[ "$said" = "only another architecture has this option" ]
	printf 'config FOREIGN\n\tbool "f"\n\tdepends on NOTHING\n' >tree/arch/x86/Kconfig
	echo CONFIG_X86=y >>base
	dropped CONFIG_FOREIGN=y
	[ "$said" = "it depends on NOTHING, which is not so" ]
}

@test "kconfig: values of all kinds are compared as kconfig writes them" {
	printf '%s\n' CONFIG_HEX=0x1000 CONFIG_INT=-5 'CONFIG_S="a # \"b\""' >base
	printf '%s\r\n' CONFIG_HEX=1000 CONFIG_INT=-5 'CONFIG_S="a # \"b\""' '# CONFIG_NONE is not set' '' >one
	run -0 --separate-stderr ktstr-kconfig check base --requested one
	[ "$stderr" = "" ]
	run -0 ktstr-kconfig stale base one
	echo CONFIG_HEX=0x2000 >one
	run -1 ktstr-kconfig stale base one
	{ printf 'CONFIG_S="' && head -c 1000000 /dev/zero | tr '\0' x && echo '"'; } >long
	run -0 ktstr-kconfig merge base long
	[ "${#lines[2]}" = 1000011 ]
}

@test "kconfig: merge says when one fragment contradicts itself" {
	printf 'CONFIG_A=y\nCONFIG_B=y\n# CONFIG_A is not set\nCONFIG_B=y\n' >one
	run -0 --separate-stderr ktstr-kconfig merge base one
	[ "$stderr" = "ktstr-kconfig: one:3: # CONFIG_A is not set overrides CONFIG_A=y of one:1" ]
}

@test "kconfig: a line that is no option is named with its place" {
	printf 'CONFIG_A=y\n  CONFIG_B y\n' >bad
	run -2 --separate-stderr ktstr-kconfig merge base bad
	[ "$output" = "" ]
	[ "$stderr" = "ktstr-kconfig: bad:2:11: expected CONFIG_NAME=value or '# CONFIG_NAME is not set':   CONFIG_B y" ]
	echo 'A=y' >bad
	run -2 --separate-stderr ktstr-kconfig stale base bad
	[[ "$stderr" == "ktstr-kconfig: bad:1:1: "* ]]
	echo 'CONFIG_A no bar' >bad
	run -2 --separate-stderr ktstr-kconfig check base --required bad
	[ "$stderr" = "ktstr-kconfig: bad:1:1: expected 'CONFIG_NAME | hint'" ]
}

@test "kconfig: a file that cannot be read is a sentence" {
	run -2 --separate-stderr ktstr-kconfig merge nowhere base
	[ "$stderr" = "ktstr-kconfig: cannot read 'nowhere': No such file or directory" ]
	run -2 --separate-stderr ktstr-kconfig stale base "$BATS_TEST_TMPDIR"
	[ "$stderr" = "ktstr-kconfig: cannot read '$BATS_TEST_TMPDIR': Is a directory" ]
	run -2 --separate-stderr ktstr-kconfig check base --requested one --tree nowhere
	# also where nothing was dropped, and the tree need not be looked at
	run -2 --separate-stderr ktstr-kconfig check base --requested base --tree nowhere
	[ "$stderr" = "ktstr-kconfig: cannot read 'nowhere': No such file or directory" ]
	run -2 --separate-stderr ktstr-kconfig check base --requested base --tree base
	[ "$stderr" = "ktstr-kconfig: cannot read 'base': Not a directory" ]
	head -c 4096 /dev/zero >zeros
	run -2 --separate-stderr ktstr-kconfig stale base zeros
	[[ "$stderr" == *"NUL byte"* ]]
}

@test "kconfig: a wrong command line exits 2" {
	run -2 ktstr-kconfig
	run -2 ktstr-kconfig frobnicate base base
	run -2 ktstr-kconfig merge base
	run -2 ktstr-kconfig check base
	run -2 ktstr-kconfig check base base --required x
	run -2 ktstr-kconfig merge base base --required x
	run -2 ktstr-kconfig --frob
}

@test "kconfig: a full disk is not success" {
	run -125 --separate-stderr bash -c "ktstr-kconfig merge '$config' base >/dev/full"
	[[ "$stderr" == "ktstr-kconfig: cannot write to standard output"* ]]
}

@test "kconfig: --help and the manual list the same options" {
	diff <(ktstr-kconfig --help | grep -o -- '--[a-z-]*' | sort -u) \
		<(grep '^\.It' "$KTSTR_TOP/doc/ktstr-kconfig.1" | grep -o 'Fl -[a-z-]*' | sed 's/Fl -/--/' | sort -u)
	run -0 groff -mdoc -Tutf8 -ww -z "$KTSTR_TOP/doc/ktstr-kconfig.1"
	[ "$output" = "" ]
	run -0 ktstr-kconfig --version
	[[ "$output" == "ktstr-kconfig "[0-9]* ]]
}
