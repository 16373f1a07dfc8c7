# What is compared, and how: without machines.
# All of the program but its command line, which is listed later: hence "=".
gauntlet-parts = $(filter-out %/main.o %/options.o,$(ktstr-gauntlet-objs-y))
define gauntlet-test
tests-y    += $1
$1-objs-y = tests/unit/$1.o $$(gauntlet-parts)
$1-libs-y = $$(ktstr-gauntlet-libs-y)
endef
$(foreach t,test-compare test-compare-real test-policy,$(eval $(call gauntlet-test,$t)))
