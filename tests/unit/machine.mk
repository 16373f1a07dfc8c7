# Unit tests of how machines are started and spoken to.
tests-y           += test-qmp
test-qmp-objs-y   := tests/unit/test-qmp.o
test-qmp-libs-y   := -ljansson
tests-y           += test-gdb
test-gdb-objs-y   := tests/unit/test-gdb.o
tests-y                 += test-repro-text
test-repro-text-objs-y  := tests/unit/test-repro-text.o
tests-y                 += test-repro-plan
test-repro-plan-objs-y  := tests/unit/test-repro-plan.o vmm/repro/plan.o vmm/repro/pieces.o vmm/mon/resolve.o
test-repro-plan-libs-y  := -lbpf -lelf
tests-y                 += test-repro-chain
test-repro-chain-objs-y := tests/unit/test-repro-chain.o \
	$(addprefix vmm/,repro/chain.o repro/plan.o repro/pieces.o mon/resolve.o symbols.o)
test-repro-chain-libs-y := -lbpf -lelf
tests-y                  += test-repro-decode
test-repro-decode-objs-y := tests/unit/test-repro-decode.o \
	$(addprefix vmm/,repro/decode.o repro/plan.o repro/pieces.o mon/resolve.o)
test-repro-decode-libs-y := -lbpf -lelf
tests-y                 += test-repro-places
test-repro-places-objs-y := tests/unit/test-repro-places.o vmm/repro/places.o vmm/symbols.o vmm/mon/resolve.o
test-repro-places-libs-y := -lbpf -lelf
tests-y                 += test-repro-lines
test-repro-lines-objs-y := tests/unit/test-repro-lines.o vmm/repro/lines.o vmm/symbols.o
test-repro-lines-libs-y := -ldw -lelf
tests-y            += test-symbols
test-symbols-objs-y := tests/unit/test-symbols.o vmm/symbols.o
test-symbols-libs-y := -lelf
tests-y              += test-template
test-template-objs-y := tests/unit/test-template.o tools/vm/template-store.o
test-template-objs-y += tools/vm/template-files.o tools/vm/template-list.o tools/vm/template-check.o tools/cache/store/temp.o
test-template-libs-y := -ljansson -lnettle
