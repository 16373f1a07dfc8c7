#!/usr/bin/env bats
# mk/core.mk: quiet commands that run again when they must, and only then.
# shellcheck disable=SC2016,SC2154 # $ for make, on purpose; the helper sets spawned
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cat >Makefile <<-END
		include $KTSTR_TOP/mk/core.mk
		ktstr-tag-copy := COPY
		ktstr-cmd-copy  = cp \$< \$@ \$(FLAGS)
		ktstr-tag-word := WORD
		ktstr-cmd-word  = cat \$<
		out/c: out/b ktstr-force ; \$(call ktstr-run,copy)
		out/b: out/a ; \$(call ktstr-update,word)
		out/a: a ktstr-force ; \$(call ktstr-run,copy)
	END
	echo 1 >a
}

# age: make a newer than what was made of it, whatever the clock's grain.
age() { find out -type f -exec touch -d '1 minute ago' {} +; }

@test "core.mk: what is up to date is not made, what a change reaches is" {
	run -0 make out/c
	[ "$output" = $'  COPY    out/a\n  WORD    out/b\n  COPY    out/c' ]
	run -0 make out/c
	[ -z "$output" ]
	age
	run -0 make out/c
	[ "$output" = "  COPY    out/a" ]
	run -0 make out/c FLAGS=-f
	[ "$output" = $'  COPY    out/a\n  COPY    out/c' ]
}

@test "core.mk: a command that failed is run again" {
	run -2 make out/c FLAGS=--no-such-option
	run -0 make out/c
	[ -f out/c ]
}

@test "core.mk: a command that was killed is run again, whatever it left" {
	echo 'out/k: a ktstr-force ; $(call ktstr-run,copy)' >>Makefile
	run -0 make out/k
	run -137 make out/k FLAGS='; echo other >out/k; kill -9 $$PPID $$$$'
	[ "$(cat out/k)" = other ]
	run -0 make out/k
	[ "$(cat out/k)" = 1 ]
}

@test "core.mk: of two makes that make one thing the second waits, and none fails" {
	cat >>Makefile <<-'END'
		ktstr-tag-slow := SLOW
		ktstr-cmd-slow  = { : >began-$(WHO); while ! test -e go; do sleep 0.05; done; echo $(WHO); } >$@.new && mv $@.new $@
		out/s: ktstr-force ; $(call ktstr-run,slow)
		ktstr-cmd-shown = : >began-$(WHO); while ! test -e go; do sleep 0.05; done; echo shown
		out/u: a ; $(call ktstr-update,shown)
	END
	for what in s u; do
		rm -f go began-*
		spawn make out/$what WHO=1 >first 2>&1
		until_true test -e began-1
		spawn make out/$what WHO=2 >second 2>&1
		waits() { pgrep -s "${spawned[-1]}" -x flock >/dev/null; }
		until_true waits
		[ ! -e began-2 ]
		: >go
		wait "${spawned[-2]}"
		wait "${spawned[-1]}"
		[[ "$(cat out/$what)" == [2s]* ]]
		[ -z "$(find . -name '*.new')" ]
	done
	run -0 make out/s WHO=2
	[ -z "$output" ]
}

@test "core.mk: make -n shows what would be made, and makes nothing" {
	run -0 make -n out/c
	[[ $output == *"cp a out/a"*"cat out/a"*"cp out/b out/c"* ]]
	[ ! -e out ]
	run -0 make out/c
	run -0 make -n out/c
	[[ $output != *"cp "* && $output != *"cat "* ]]
	run -0 make -n out/c FLAGS=-f
	[[ $output == *"cp a out/a"*"cp out/b out/c -f"* ]]
	run -0 find . -name '*.new'
	[ -z "$output" ]
	age
	run -0 make -n out/c
	[[ $output == *"cp a out/a"* ]]
}

@test "core.mk: make -s prints nothing, V=1 the commands" {
	run -0 make -s out/c
	[ -z "$output" ]
	rm -r out
	run -0 make V=1 out/c
	[[ $output == *"cp a out/a"* ]]
	[[ $output != *COPY* ]]
}

@test "Makefile: an output folder that make cannot use, or that is not ours, is refused" {
	for bad in '' 'a b' a:b; do
		run -2 make -C "$KTSTR_TOP" clean "O=$bad"
		[[ $output == *"ktstr: make needs O=FOLDER, and no blanks or ':' in it"* ]]
	done
	mkdir theirs
	run -2 make -C "$KTSTR_TOP" clean "O=$BATS_TEST_TMPDIR/theirs"
	[[ $output == *"theirs is not one of our build folders"* ]]
	[ -d theirs ]
}

@test "Makefile: check builds by as many jobs as there are CPUs, unless make was told" {
	unset MAKEFLAGS
	built() { make -C "$KTSTR_TOP" --no-print-directory O="$PWD/out" MAKE='echo made' "$@" check-built; }
	run -0 --separate-stderr built
	[ "$output" = "made --no-print-directory -j$(nproc) check-build" ]
	for jobs in -j1 -j2 -j; do
		run -0 --separate-stderr built "$jobs"
		[ "$output" = "made --no-print-directory check-build" ]
		[ "$stderr" = "" ]
	done
	# Below another make its jobserver is the one.
	printf 'all:\n\t+@$(MAKE) -C %s --no-print-directory O=%s MAKE="echo made" check-built\n' \
		"$KTSTR_TOP" "$PWD/out" >outer.mk
	run -0 --separate-stderr make -j2 -f outer.mk
	[[ $output == *"made --no-print-directory check-build"* ]]
	[ "$stderr" = "" ]
}

@test "ktstr.mk: whoever ends make ends the build of the tools as well" {
	# A checkout whose build takes for ever.
	mkdir checkout
	cp -r "$KTSTR_TOP/mk" checkout
	printf 'all:\n\techo $$$$ >%s/pid; exec sleep 1000\n' "$PWD" >checkout/Makefile
	echo 'include checkout/mk/ktstr.mk' >Makefile
	spawn make KTSTR_TOOLS= ktstr-tools
	until_true test -s pid
	kill "${spawned[0]}"
	until_true bash -c '! kill -0 "$(cat pid)" 2>/dev/null'
	# Nobody else waits for it, either.
	until_true flock -n ktstr-out true
}
