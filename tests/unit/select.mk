# Names of variants, and which of many are chosen.
tests-y += test-variant-name
test-variant-name-objs-y := tests/unit/test-variant-name.o
tests-y += test-flag-cover
test-flag-cover-objs-y := tests/unit/test-flag-cover.o \
	$(patsubst %,tools/gauntlet/%.o,flag-cover flag-triples)
