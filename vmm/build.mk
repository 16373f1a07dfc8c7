lib-objs-y += vmm/frame.o
