# A trace of a guest, made by hand and recorded.
tests-y            += test-trace
test-trace-objs-y  := tests/unit/test-trace.o $(addprefix tools/vm/,trace-out.o trace-tasks.o)
test-trace-libs-y  := -ljansson -lnettle $(lib-lzma)
tests-y            += test-steps
test-steps-objs-y  := tests/unit/test-steps.o tools/vm/steps.o
test-steps-libs-y  := -ljansson -lnettle -lm $(lib-lzma)
