# Unit tests of what bounds a machine: its rights, its time, its output.
tests-y             += test-confine
test-confine-objs-y := tests/unit/test-confine.o
test-confine-libs-y := -lpthread
tests-y             += test-limits
test-limits-objs-y  := tests/unit/test-limits.o
tests-y             += test-console
test-console-objs-y := tests/unit/test-console.o
tests-y             += test-phases
test-phases-objs-y  := tests/unit/test-phases.o tools/vm/phases.o
test-phases-libs-y  := -ljansson -lnettle $(lib-lzma)
