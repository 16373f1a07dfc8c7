# Auto-repro: what is watched in a run that fails again.
lib-objs-y += vmm/repro/plan-text.o
lib-objs-y += vmm/repro/records.o
