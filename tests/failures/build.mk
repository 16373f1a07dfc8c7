# SPDX-License-Identifier: GPL-2.0-or-later
# Calls that fail one by one: doc/quality.md.
test-preloads-y        += fail-calls.so
fail-calls.so-src-y    := $(patsubst %,tests/failures/%.c,run memory files processes)
test-progs-y           += fail-each
fail-each-objs-y       := $(patsubst %,tests/failures/%.o,fail-each judge target tree)
