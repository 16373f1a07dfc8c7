# Kernel configurations: merge fragments, check the result.
progs-y              += ktstr-kconfig
ktstr-kconfig-objs-y := tools/kconfig/main.o tools/kconfig/conf.o \
	tools/kconfig/check.o tools/kconfig/tree.o tools/kconfig/kfile.o tools/kconfig/expr.o
