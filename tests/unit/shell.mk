# Unit tests of the way from a terminal to a shell in the guest.
tests-y             += test-ttylink
test-ttylink-objs-y := tests/unit/test-ttylink.o tools/vm/carrier.o
