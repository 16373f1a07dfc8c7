# Names of variants, and which of many are chosen.
tests-y += test-variant-name
test-variant-name-objs-y := tests/unit/test-variant-name.o
