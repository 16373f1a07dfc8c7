# mk/kernel.mk: builds at the same time, and builds that are killed.
# The kernels are small trees that build in a moment: tests/data/fake-kernel.
# shellcheck disable=SC2154 # bats and the helper set stderr, spawned
bats_require_minimum_version 1.5.0
load helper
load kernel

@test "kernel.mk: two makes at once publish links and list in turn" {
	run -0 kernel KERNEL=linux
	spawn flock ktstr-out/kernels sh -c ': >held && exec tail -f /dev/null'
	holder=$!
	until_true test -e held
	before=$(stat -c %Z "ktstr-out/kernels/list")
	spawn make ktstr-kernel KERNEL=linux >log 2>&1
	waits() { pgrep -s "${spawned[-1]}" -x flock >/dev/null; }
	until_true waits
	[ "$before" = "$(stat -c %Z "ktstr-out/kernels/list")" ]
	kill -- "-$holder"
	wait "${spawned[-1]}"
	grep 'found in the cache' log
	check_clean_cache
}

@test "kernel.mk: what a killed make left of a link harms nothing" {
	run -0 kernel KERNEL=linux
	ln -s "$(readlink "ktstr-out/kernels/$(label)")" "ktstr-out/kernels/.$(label).new"
	run -0 kernel KERNEL=linux
	[ ! -e "ktstr-out/kernels/.$(label).new" ]
	run -0 ktstr-cache verify
	[ "$(find cache/local-* -type l)" = "" ]
}

@test "kernel.mk: who waited for the tree looks into the cache again" {
	touch linux/slow
	spawn make ktstr-kernel KERNEL=linux >first.log 2>&1
	until_true test -e linux/waiting
	spawn make ktstr-kernel KERNEL=linux KTSTR_OUT=second >second.log 2>&1
	until_true grep -i wait second.log
	rm linux/slow
	until_true grep 'found in the cache' second.log
	until_true grep 'built in' first.log
	[ "$(builds)" = 1 ]
}

@test "kernel.mk: a tree edited during the wait is built again, and not kept" {
	touch linux/slow
	spawn make ktstr-kernel KERNEL=linux >first.log 2>&1
	until_true test -e linux/waiting
	spawn make ktstr-kernel KERNEL=linux KTSTR_OUT=second >second.log 2>&1
	until_true grep -i wait second.log
	echo '/* edited */' >>linux/touched.c
	rm linux/slow
	until_true grep 'built in' second.log
	grep "'$PWD/linux' was edited meanwhile (commit .*, then commit .*, edited)" second.log
	until_true grep 'not kept in the cache' first.log
	[ -z "$(ktstr-cache -q list)" ]
}

# Processes of this test, oldest first: they have its folder in the environment.
ours() {
	grep -lsF "KTSTR_CACHE_DIR=$KTSTR_CACHE_DIR" /proc/[0-9]*/environ |
		sed 's/[^0-9]//g' | sort -n | grep -vxF -e $$ -e "$BASHPID" -e "$PPID" || :
}

# built_by: those of them that belong to the build.
built_by() {
	local pid
	for pid in $(ours); do
		[ "$(ps -o sid= -p "$pid" | tr -d ' ')" = "${spawned[-1]}" ] && echo "$pid"
	done
	:
}

nobody() { [ -z "$(built_by)" ]; }

# check_nothing_left WHO: within 1 s nobody runs and no lock is held.
check_nothing_left() {
	local i lock
	for ((i = 0; i < 20; i++)); do
		nobody && break
		sleep 0.05
	done
	if ! nobody; then
		echo "after $1 these still run:"
		ps -o pid,ppid,args -p "$(built_by | paste -sd,)"
		return 1
	fi
	for lock in "$KTSTR_CACHE_DIR"/.locks/* "$KTSTR_LOCK_DIR"/*; do
		[ -f "$lock" ] || continue
		flock -n "$lock" true || { echo "after $1 '$lock' is held"; return 1; }
	done
	[ ! -e ktstr-out/kernels/list ]
	[ -z "$(ktstr-cache -q list)" ]
}

# start_slow_build [KERNELS]
start_slow_build() {
	touch linux/slow
	rm -f linux/waiting
	# Bash has its background jobs ignore SIGINT.
	spawn env --default-signal=INT make ktstr-kernel KERNEL="${1:-linux}" >build.log 2>&1
	until_true test -e linux/waiting
}

@test "kernel.mk: after kill -9 of any process nothing runs, holds or shows" {
	start_slow_build
	count=$(built_by | wc -l)
	[ "$count" -ge 10 ]
	for ((n = 1; n <= count; n++)); do
		pid=$(built_by | sed -n "${n}p")
		# The number of short-lived processes varies by one or two.
		[ -n "$pid" ] || break
		who="kill -9 of $n/$count $(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c 1-90)"
		kill -KILL "$pid" || continue
		# The kernel's own make and its children are not ours: it may be
		# that only the build fails. Then all of it is gone as well.
		check_nothing_left "$who"
		start_slow_build
	done
	kill -KILL -- "-${spawned[-1]}"
	check_nothing_left "kill -9 of all"
	rm linux/slow
	run -0 kernel KERNEL=linux
	[ -z "$(ls "$KTSTR_CACHE_DIR/.tmp")" ]
	check_clean_cache
}

@test "kernel.mk: Ctrl-C ends all of it, and the next command works" {
	for kernels in linux "linux linux"; do
		start_slow_build "$kernels"
		kill -INT -- "-${spawned[-1]}"
		check_nothing_left "Ctrl-C"
		[ -z "$(ls "$KTSTR_CACHE_DIR/.tmp")" ]
		code=0
		wait "${spawned[-1]}" || code=$?
		[ "$code" = 130 ]
	done
	rm linux/slow
	run -0 kernel KERNEL=linux
	check_clean_cache
}
