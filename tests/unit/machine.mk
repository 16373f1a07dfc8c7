# Unit tests of how machines are started and spoken to.
tests-y           += test-qmp
test-qmp-objs-y   := tests/unit/test-qmp.o
test-qmp-libs-y   := -ljansson
