# Parts of the guest's init that need no guest.
define guest-test
tests-y            += $1
$1-objs-y := tests/unit/$1.o $2
$1-libs-y := $(lib-lzma)
endef
$(eval $(call guest-test,test-guest-text,$(addprefix vmm/guest/,json.o channel.o textlog.o)))
$(eval $(call guest-test,test-guest-kmsg,$(addprefix vmm/guest/,json.o channel.o kmsg.o)))
$(eval $(call guest-test,test-guest-count,$(addprefix vmm/guest/,histogram.o segment.o)))
$(eval $(call guest-test,test-guest-machine,$(addprefix vmm/guest/,machine.o machine-caches.o \
	machine-domains.o machine-memory.o sysfs.o json.o scx.o)))
$(eval $(call guest-test,test-guest-job,vmm/guest/job.o))
$(eval $(call guest-test,test-guest-devmem,vmm/guest/devmem.o))
$(eval $(call guest-test,test-guest-btf,vmm/guest/btf.o))
$(eval $(call guest-test,test-guest-field,$(addprefix vmm/guest/,field.o field-value.o)))
test-guest-field-libs-y += -lbpf -lelf -lz
$(eval $(call guest-test,test-guest-inject,vmm/guest/inject.o))
crew-test-objs := $(addprefix vmm/guest/,crew.o ftrace.o windows.o windows-idle.o windows-sums.o windows-cores.o short-waits.o shared-cores.o crew-again.o crew-fork.o crew-memory.o crew-stop.o worker.o worker-account.o worker-pages.o \
	work-spin.o work-sleep.o work-pipe.o work-futex.o work-cache.o work-churn.o work-memory.o \
	work-fork.o work-exec.o \
	histogram.o segment.o watch.o child.o kmsg.o textlog.o channel.o json.o spawn.o group.o cgroup.o scx.o \
	input.o regions.o nfit.o)
$(eval $(call guest-test,test-guest-crew,$(crew-test-objs)))
$(eval $(call guest-test,test-guest-works,$(crew-test-objs)))
$(eval $(call guest-test,test-guest-windows,$(crew-test-objs)))
$(eval $(call guest-test,test-guest-windows-idle,$(crew-test-objs)))
$(eval $(call guest-test,test-guest-windows-cores,$(crew-test-objs)))
$(eval $(call guest-test,test-guest-short-waits,vmm/guest/short-waits.o))
$(eval $(call guest-test,test-guest-shared-cores,vmm/guest/shared-cores.o))
