# SPDX-License-Identifier: GPL-2.0-or-later
# kernel-bpf.mk - BPF tools that fit a kernel (kernel-build.mk runs it).
#
#   TREE   the kernel's source
#   WORK   a folder to work in; $(WORK)/out appears only when it is needed
#
# sched_ext's schedulers are in sections called .struct_ops.link, which old
# versions of libbpf and bpftool skip without a word. Where the system's do,
# those of the kernel's tree are built: out/bpftool, out/libbpf.a, out/include/.
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/sh
BPFTOOL ?= bpftool
CLANG ?= clang
CC := cc
.PHONY: all fits tools
.DELETE_ON_ERROR:

all:
	@mkdir -p '$(WORK)'
	+@if $(MAKE) -f '$(firstword $(MAKEFILE_LIST))' fits; \
	then echo 'the BPF tools of this system fit'; \
	else exec $(MAKE) -f '$(firstword $(MAKEFILE_LIST))' tools; fi

# Both must find the map of this program.
define program
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct probe_ops { int (*probe)(void); };
SEC("struct_ops/probe") int probe(void) { return 0; }
SEC(".struct_ops.link") struct probe_ops probe_map = { .probe = (void *)probe };
char LICENSE[] SEC("license") = "GPL";
endef
define loader
#include <bpf/libbpf.h>
int main(int argc, char **argv)
{
	struct bpf_object *o = argc > 1 ? bpf_object__open_file(argv[1], 0) : 0;
	return !o || !bpf_object__find_map_by_name(o, "probe_map");
}
endef

$(WORK)/probe.o:
	$(file >$(WORK)/probe.bpf.c,$(program))
	$(CLANG) -g -O2 -target bpf -I/usr/include/$$($(CC) -print-multiarch 2>/dev/null) -c -o '$@' '$(WORK)/probe.bpf.c'
$(WORK)/loader: $(WORK)/probe.o
	$(file >$(WORK)/loader.c,$(loader))
	$(CC) -o '$@' '$(WORK)/loader.c' -lbpf
fits: $(WORK)/fits
$(WORK)/fits: $(WORK)/loader $(WORK)/probe.o
	'$(WORK)/loader' '$(WORK)/probe.o'
	$(BPFTOOL) gen skeleton '$(WORK)/probe.o' | grep probe_map
	: >'$@'

build := $(WORK)/build
tools:
	mkdir -p '$(build)/libbpf' '$(build)/bpftool' '$(WORK)/new/include'
	+$(MAKE) -C '$(TREE)/tools/lib/bpf' OUTPUT='$(build)/libbpf/' DESTDIR='$(build)/installed' \
		prefix= '$(build)/libbpf/libbpf.a' install_headers
	+$(MAKE) -C '$(TREE)/tools/bpf/bpftool' OUTPUT='$(build)/bpftool/' bootstrap
	cp -R '$(build)/installed/include/bpf' '$(WORK)/new/include/bpf'
	cp '$(build)/libbpf/libbpf.a' '$(WORK)/new/'
	cp '$(build)/bpftool/bootstrap/bpftool' '$(WORK)/new/'
	mv -T '$(WORK)/new' '$(WORK)/out'
