# The language of .sched and .test files.
spec-tests := test-spec-amount test-spec-conf test-spec-cpuset test-spec-diag test-spec-own-machine \
	test-spec-sched test-spec-test test-spec-topology test-spec-topology-detail test-spec-flow test-spec-keys
tests-y += $(spec-tests)
$(foreach t,$(spec-tests),$(eval $t-objs-y := tests/unit/$t.o))
