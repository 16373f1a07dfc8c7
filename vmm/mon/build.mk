# The monitor: a running kernel's scheduler, read through its memory.
lib-objs-y += vmm/mon/layout.o
lib-objs-y += vmm/mon/space.o
lib-objs-y += vmm/mon/reader.o
lib-objs-y += vmm/mon/direct.o
lib-objs-y += vmm/mon/reader-lists.o
lib-objs-y += vmm/mon/series.o
lib-objs-y += vmm/mon/derive.o
lib-objs-y += vmm/mon/outside.o
