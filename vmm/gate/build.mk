# What QEMU is started with under the virtual clock.
preloads-y         += ktstr-gate.so
ktstr-gate.so-src-y := vmm/gate/gate.c
# Who builds just this program has what it needs beside it.
$(O)/ktstr-vm: | $(O)/ktstr-gate.so
