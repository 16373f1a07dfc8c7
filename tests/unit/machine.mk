# Unit tests of how machines are started and spoken to.
tests-y           += test-qmp
test-qmp-objs-y   := tests/unit/test-qmp.o
test-qmp-libs-y   := -ljansson
tests-y           += test-gdb
test-gdb-objs-y   := tests/unit/test-gdb.o
tests-y            += test-symbols
test-symbols-objs-y := tests/unit/test-symbols.o vmm/symbols.o
test-symbols-libs-y := -lelf
tests-y              += test-template
test-template-objs-y := tests/unit/test-template.o tools/vm/template-store.o
test-template-objs-y += tools/vm/template-files.o tools/vm/template-list.o tools/vm/template-check.o tools/cache/store/temp.o
test-template-libs-y := -ljansson -lnettle
