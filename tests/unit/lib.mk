tests-y             += test-cpulist
test-cpulist-objs-y := tests/unit/test-cpulist.o
tests-y             += test-frame
test-frame-objs-y   := tests/unit/test-frame.o
test-frame-libs-y   := $(lib-lzma)
tests-y             += test-words
test-words-objs-y   := tests/unit/test-words.o
tests-y             += test-walk
test-walk-objs-y    := tests/unit/test-walk.o
tests-y             += test-why
test-why-objs-y     := tests/unit/test-why.o
tests-y             += test-num
test-num-objs-y     := tests/unit/test-num.o
tests-y             += test-file
test-file-objs-y    := tests/unit/test-file.o
tests-y             += test-program
test-program-objs-y := tests/unit/test-program.o
tests-y             += test-verifier-log
test-verifier-log-objs-y := tests/unit/test-verifier-log.o
tests-y             += test-utf8
test-utf8-objs-y    := tests/unit/test-utf8.o
# Memory runs out in it.
tests-y               += test-no-memory
test-no-memory-objs-y := tests/unit/test-no-memory.o
test-no-memory-libs-y := $(addprefix -Wl$(ktstr-comma)--wrap=,malloc calloc realloc reallocarray strdup strndup \
	asprintf __asprintf_chk free)
