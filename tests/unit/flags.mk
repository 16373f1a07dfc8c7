# Flags, profiles and the patterns that choose among them.
tests-y            += test-flags
test-flags-objs-y  := tests/unit/test-flags.o \
	$(patsubst %,tools/gauntlet/%.o,flag-cover flag-triples glob pattern profile-search profiles)
