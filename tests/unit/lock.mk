tests-y                      += test-lock-cacheroot
test-lock-cacheroot-objs-y   := tests/unit/test-lock-cacheroot.o
tests-y                      += test-lock-holders
test-lock-holders-objs-y     := tests/unit/test-lock-holders.o
tests-y                      += test-lock-plan
test-lock-plan-objs-y        := tests/unit/test-lock-plan.o $(patsubst %,tools/lock/%.o,plan plan-cpus plan-guest)
