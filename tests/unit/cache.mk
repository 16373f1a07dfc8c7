# Unit tests of tools/cache and tools/kconfig. Those of the cache get all of the
# program but its main(); its lists are read after this file, hence "=".
cache-test-objs = $(filter-out %/main.o,$(ktstr-cache-objs-y))
define cache-test
tests-y   += $1
$1-objs-y  = tests/unit/$1.o $$(cache-test-objs)
$1-libs-y  = $$(ktstr-cache-libs-y)
endef
$(foreach t,git http lock object releases spec state tarball temp version,$(eval $(call cache-test,test-cache-$t)))

tests-y                   += test-kconfig-conf
test-kconfig-conf-objs-y  := tests/unit/test-kconfig-conf.o tools/kconfig/conf.o
tests-y                   += test-kconfig-tree
test-kconfig-tree-objs-y  := tests/unit/test-kconfig-tree.o \
	$(addprefix tools/kconfig/,conf.o expr.o kfile.o tree.o)
tests-y                   += test-kconfig-check
test-kconfig-check-objs-y := tests/unit/test-kconfig-check.o tools/kconfig/conf.o \
	tools/kconfig/check.o tools/kconfig/tree.o tools/kconfig/kfile.o tools/kconfig/expr.o
