# Verdicts: one program for each topic, all of the same parts.
define judge-test
tests-y            += $1
$1-objs-y := tests/unit/$1.o $(addprefix tools/vm/,judge.o dump-line.o dump-read.o judge-maps.o judge-payloads.o payload.o judge-machine.o judge-checks.o judge-monitor.o judge-expect.o judge-workers.o judge-kernel.o judge-noise.o \
	judge-turns.o judge-measure.o judge-sched.o judge-exit.o stats.o stats-places.o stats-rates.o stats-wakes.o stats-weights.o stats-windows.o)
$1-libs-y := -ljansson -lnettle -lm $(lib-lzma)
endef
$(foreach t,test-judge test-judge-monitor test-judge-exit test-judge-expect test-judge-invariants test-judge-places test-judge-rates test-judge-sched test-judge-timing test-judge-machine test-payload,$(eval $(call judge-test,$t)))
$(eval $(call judge-test,test-repro-story))
test-repro-story-objs-y += tools/vm/repro-story.o
$(eval $(call judge-test,test-repro-way))
test-repro-way-objs-y += tools/vm/repro-story.o tools/vm/repro-lines.o vmm/repro/lines.o vmm/symbols.o
test-repro-way-libs-y += -ldw -lelf
tests-y            += test-dump
test-dump-objs-y   := tests/unit/test-dump.o tools/vm/dump-line.o tools/vm/dump-read.o
test-dump-libs-y   := -ljansson -lnettle $(lib-lzma)
tests-y            += test-argv
test-argv-objs-y   := tests/unit/test-argv.o
tests-y            += test-attest
test-attest-objs-y := tests/unit/test-attest.o
test-attest-libs-y := -ljansson -lnettle $(lib-lzma)
tests-y            += test-facts
test-facts-objs-y  := tests/unit/test-facts.o
test-facts-libs-y  := -ljansson -lnettle $(lib-lzma)
tests-y            += test-archive
test-archive-objs-y := tests/unit/test-archive.o
test-archive-libs-y := -larchive -lelf
tests-y            += test-memory
test-memory-objs-y := tests/unit/test-memory.o
tests-y            += test-argv-topology
test-argv-topology-objs-y := tests/unit/test-argv-topology.o
tests-y            += test-perf
test-perf-objs-y   := tests/unit/test-perf.o
test-perf-libs-y   := -ljansson
tests-y            += test-accel
test-accel-objs-y  := tests/unit/test-accel.o
tests-y            += test-kvm-stats
test-kvm-stats-objs-y := tests/unit/test-kvm-stats.o tools/vm/kvm-stats.o
test-kvm-stats-libs-y := -ljansson -lnettle $(lib-lzma)
tests-y            += test-context
test-context-objs-y := tests/unit/test-context.o tools/vm/context.o
test-context-libs-y := -ljansson
tests-y            += test-pump
test-pump-objs-y   := tests/unit/test-pump.o tools/vm/pump.o tools/vm/input.o
test-pump-libs-y   := -ljansson -lpthread $(lib-lzma)
tests-y            += test-repro-records
test-repro-records-objs-y := tests/unit/test-repro-records.o
test-repro-records-libs-y := -ljansson -lnettle $(lib-lzma)
tests-y            += test-repro-inside
test-repro-inside-objs-y := tests/unit/test-repro-inside.o tools/vm/repro-inside.o vmm/repro/plan.o vmm/repro/pieces.o vmm/mon/resolve.o
test-repro-inside-libs-y := -lbpf -lelf -ljansson -lnettle $(lib-lzma)
