tests-y                       += test-sandbox-cgroup
test-sandbox-cgroup-objs-y    := tests/unit/test-sandbox-cgroup.o \
	$(patsubst %,tools/sandbox/%.o,place position remove sweep timed)
