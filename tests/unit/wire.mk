tests-y            += test-wire
test-wire-objs-y   := tests/unit/test-wire.o
tests-y            += test-guest-regions
test-guest-regions-objs-y := tests/unit/test-guest-regions.o $(addprefix vmm/guest/,nfit.o unpack.o)
tests-y            += test-splat
test-splat-objs-y  := tests/unit/test-splat.o
