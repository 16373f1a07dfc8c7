# A trace of the guest's kernel, taken apart.
lib-objs-y += vmm/trace/format.o
lib-objs-y += vmm/trace/ring.o
lib-objs-y += vmm/trace/sched.o
