# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets, replayed with their saved inputs as unit tests.
fuzz-targets := cpulist spec
tests-y += $(fuzz-targets:%=fuzz-%)
$(foreach t,$(fuzz-targets),$(eval fuzz-$t-objs-y := tests/fuzz/fuzz-$t.o tests/fuzz/replay.o))
