# The guest's init: static, PID 1 of every machine we boot.
guest-lib-objs := $(addprefix vmm/guest/,json.o channel.o ports.o histogram.o \
	machine.o machine-caches.o machine-domains.o machine-memory.o sysfs.o nfit.o \
	unpack.o job.o kmsg.o scx.o child.o textlog.o segment.o btf.o bpf.o inject.o)

# The types of work.
guest-work-objs := $(addprefix work-,spin.o sleep.o pipe.o futex.o cache.o churn.o memory.o fork.o \
	exec.o)

guest-progs-y       += ktstr-init
ktstr-init-objs-y   := $(guest-lib-objs) $(addprefix vmm/guest/,main.o run.o here.o \
	mounts.o regions.o input.o feeder.o watch.o scheduler.o afterwards.o exec.o spawn.o shell.o relay.o steal.o turns.o cgroup.o group.o \
	worker.o worker-account.o worker-pages.o $(guest-work-objs) crew.o windows.o windows-idle.o windows-sums.o windows-cores.o short-waits.o shared-cores.o report.o engine.o \
	crew-again.o crew-fork.o crew-memory.o crew-stop.o calibrate.o clocksource.o scenario.o scenario-crew.o scenario-setup.o \
	ops.o ops-cpus.o ops-groups.o ops-limits.o levers.o dumps.o maps.o maps-find.o maps-value.o field.o field-value.o payload.o born.o switch.o trace.o scx-timeout.o verify.o verify-send.o monitor.o devmem.o ftrace.o \
	repro.o repro-attach.o repro-ops.o repro-send.o)
# libbpf knows the types of BPF maps; of the other two it needs some.
guest-lib-bpf       := $(shell $(PKG_CONFIG) --static --libs libbpf libelf)
ktstr-init-libs-y   := $(guest-lib-bpf) $(lib-lzma)

# What watches functions in the guest is a BPF program inside of init, as the
# skeleton that bpftool makes; Debian has bpftool in a folder that is in root's
# PATH only. It wants no types of any kernel.
ktstr-tag-guest-bpf := BPF
ktstr-cmd-guest-bpf  = $(CLANG) -target bpf -mcpu=v3 -g -O2 -Wall -Wextra $(if $(filter 1,$(DEV)),-Werror) \
	-ffile-prefix-map=$(CURDIR)=. -I. -MMD -MP -MF $@.d -c -o $@ $<
$(O)/vmm/guest/repro.bpf.o: vmm/guest/repro.bpf.c ktstr-force | $(O)/.ktstr-build
	$(call ktstr-run,guest-bpf)

# Its linker drops what is for debuggers.
ktstr-tag-guest-skel := SKEL
ktstr-cmd-guest-skel  = PATH="$$PATH:/usr/sbin"; $(BPFTOOL) gen object $@.o $< && \
	$(BPFTOOL) gen skeleton $@.o name repro_bpf >$@.new && mv -f $@.new $@
$(O)/include/repro.skel.h: $(O)/vmm/guest/repro.bpf.o ktstr-force
	$(call ktstr-run,guest-skel)
$(foreach o,repro repro-ops repro-send,$(O)/vmm/guest/$o.o $(O)/guest/vmm/guest/$o.o): | $(O)/include/repro.skel.h
-include $(wildcard $(O)/vmm/guest/repro.bpf.o.d)
