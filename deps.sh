#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# deps.sh - install what deps.list names and this machine lacks.
#
# Exit status: 0 all is there; 1 something is missing and was not installed.
set -eu
list=$(dirname "$0")/deps.list

if command -v apt-get >/dev/null 2>&1; then
	column=1
	have() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
	install='apt-get install -y --no-install-recommends'
	refresh='apt-get update'
elif command -v dnf >/dev/null 2>&1; then
	column=2
	have() { rpm -q "$1" >/dev/null 2>&1; }
	install='dnf install -y'
	refresh=true
else
	echo "deps.sh: neither apt-get nor dnf is here; install by hand what $list names" >&2
	exit 1
fi

missing=
# shellcheck disable=SC2013 # words, one a line
for package in $(awk -v c="$column" '!/^#/ && NF && $c != "-" { print $c }' "$list"); do
	have "$package" || missing="$missing $package"
done
if [ -z "$missing" ]; then
	exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
	echo "deps.sh: missing:$missing" >&2
	echo "deps.sh: only root can install them; run: sudo $install$missing" >&2
	exit 1
fi
echo "deps.sh: installing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # words
if ! { $refresh && $install $missing; } >"$log" 2>&1 </dev/null; then
	tail -n 20 "$log" >&2
	echo "deps.sh: could not install:$missing" >&2
	exit 1
fi
