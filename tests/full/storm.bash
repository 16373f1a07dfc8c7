# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the storms share: a round's processes are a session of their own.

runs() { pgrep -s "$1" >/dev/null; }

# See session $1 end, which ran the command of the other words.
see_end() {
	local session=$1
	shift
	for ((i = 0; i < 100; i++)); do
		runs "$session" || return 0
		sleep 0.05
	done
	echo "still there 5 s after a kill of '$*':" >&2
	pgrep -a -s "$session" >&2
	exit 1
}
