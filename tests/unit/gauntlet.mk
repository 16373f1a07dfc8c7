# What is compared, and how: without machines.
gauntlet-numbers := $(addprefix tools/gauntlet/,bootstrap.o compare-judge.o compare-pair.o dims.o glob.o metrics.o policy.o \
	result.o result-scan.o samples.o stats.o)
define gauntlet-test
tests-y    += $1
$1-objs-y := tests/unit/$1.o $(gauntlet-numbers)
$1-libs-y := -ljansson -lm
endef
$(foreach t,test-compare test-compare-real test-policy,$(eval $(call gauntlet-test,$t)))
