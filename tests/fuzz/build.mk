# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets: $(call fuzz-target,NAME,OBJECTS,LIBRARIES) is fuzz-NAME.c with
# these beside libktstr.a; variables of other build.mk files may be written as
# $$(NAME-objs-y). Its saved inputs are tests/fuzz/NAME/*, replayed as a unit
# test, and with SAN=fuzzer,... (make fuzz) it is a program of libFuzzer.
define fuzz-target
fuzz-targets       += $1
fuzz-$1-objs-y      = tests/fuzz/fuzz-$1.o $(if $(findstring fuzzer,$(SAN)),,tests/fuzz/replay.o) $2
fuzz-$1-libs-y      = $3 $(if $(findstring fuzzer,$(SAN)),,-larchive)
tests-y            += fuzz-$1
endef

$(eval $(call fuzz-target,amount))
$(eval $(call fuzz-target,btf,vmm/guest/btf.o))
$(eval $(call fuzz-target,channel,,-ljansson -lnettle $$(lib-lzma)))
$(eval $(call fuzz-target,console))
$(eval $(call fuzz-target,cpulist))
$(eval $(call fuzz-target,dump,$(addprefix tools/vm/,dump-line.o dump-read.o),-ljansson -lnettle $$(lib-lzma)))
$(eval $(call fuzz-target,gdb))
$(eval $(call fuzz-target,guest-job,vmm/guest/nfit.o vmm/guest/unpack.o))
$(eval $(call fuzz-target,image,,-lelf))
$(eval $(call fuzz-target,jobserver))
$(eval $(call fuzz-target,kconfig,tools/kconfig/conf.o))
$(eval $(call fuzz-target,kfile,$(addprefix tools/kconfig/,conf.o expr.o kfile.o tree.o)))
$(eval $(call fuzz-target,kernel-spec,$(addprefix tools/cache/,source/spec.o release/version.o)))
$(eval $(call fuzz-target,kmsg,$(addprefix vmm/guest/,channel.o json.o kmsg.o),-ljansson -lnettle $$(lib-lzma)))
$(eval $(call fuzz-target,locks))
$(eval $(call fuzz-target,mon,vmm/guest/devmem.o,-ljansson $$(lib-lzma)))
$(eval $(call fuzz-target,mountinfo,tools/sandbox/position.o))
$(foreach t,elf http manifest metadata releases tar,$(eval $(call fuzz-target,$t,$$(filter-out \
	%/main.o,$$(ktstr-cache-objs-y)),$$(ktstr-cache-libs-y))))
$(eval $(call fuzz-target,payload,$$(filter-out tests/%,$$(test-payload-objs-y)),$$(test-payload-libs-y)))
$(eval $(call fuzz-target,qmp,,-ljansson))
$(eval $(call fuzz-target,repro,$$(filter-out tests/%,$$(test-repro-story-objs-y)) \
	$(addprefix tools/vm/,repro-inside.o repro-report.o) $(addprefix vmm/repro/,decode.o pieces.o plan.o) \
	vmm/mon/resolve.o,-lbpf -lelf -lm -ljansson -lnettle $$(lib-lzma)))
$(eval $(call fuzz-target,repro-plan))
$(eval $(call fuzz-target,result,$$(gauntlet-parts),$$(ktstr-gauntlet-libs-y)))
$(eval $(call fuzz-target,series))
$(eval $(call fuzz-target,spec))
$(eval $(call fuzz-target,sums,tools/cache/release/sums.o,-lnettle $$(lib-lzma)))
$(eval $(call fuzz-target,trace,$$(addprefix tools/vm/,trace-out.o trace-tasks.o),-ljansson -lnettle $$(lib-lzma)))
$(eval $(call fuzz-target,ttylink))
$(eval $(call fuzz-target,variant-name))
$(eval $(call fuzz-target,verifier))

$(eval $(call fuzz-target,words))

# New inputs stay in the output folder, and make fuzz goes on from there. What
# reaches code that others do not is saved by make fuzz-save, small ones alone; one
# that is worth being cut and changed is copied into tests/fuzz/NAME by hand.
.PHONY: fuzz fuzz-save
TARGET ?= $(fuzz-targets)
TIME   ?= 60
fuzz-dir = $(abspath $(O))/fuzz
fuzz-programs: ktstr-force
	$(if $(SECS),$(error make fuzz takes TIME=, seconds for each target, not SECS=))
	$(foreach t,$(TARGET),$(if $(filter $t,$(fuzz-targets)),,$(error no fuzz target is named '$t': there are $(fuzz-targets))))
	+$(ktstr-q)$(MAKE) --no-print-directory O='$(fuzz-dir)' CC='$(CLANG)' \
		SAN=fuzzer,address,undefined $(addprefix $(fuzz-dir)/fuzz-,$(TARGET))
fuzz: fuzz-programs ## Fuzz parsers with clang: [TARGET=NAMES] [TIME=60], seconds for each
	$(ktstr-q)tests/fuzz/run.sh '$(fuzz-dir)' '$(TIME)' $(TARGET)
fuzz-save: fuzz-programs ## Keep what fuzz has found in tests/fuzz/corpus: [TARGET=NAMES]
	$(ktstr-q)tests/fuzz/save.sh '$(fuzz-dir)' $(TARGET)
