# SPDX-License-Identifier: GPL-2.0-or-later
# scheduler.mk - build sched_ext schedulers: BPF program, skeleton, loader.
#
#   KTSTR_PROGS := scx_mini     before the include: that is all
#
# builds build/scx_mini from scx_mini.bpf.c and scx_mini.c, which includes
# "scx_mini.skel.h". A name may have a folder: sched/scx_a is made from
# sched/scx_a.bpf.c and sched/scx_a.c, and becomes build/scx_a.
#
# Targets
#   ktstr-progs         all of KTSTR_PROGS
#   build/NAME          one of them; "binary =" of a .sched file names it
#
# Settings (set before the include, or on the command line)
#   KTSTR_PROG_DIR      where programs go; build
#   KTSTR_OUT           where all else goes (bpf/ in it); ktstr-out
#   KTSTR_BPF_CFLAGS    more flags for every NAME.bpf.c
#   KTSTR_CFLAGS        flags for every NAME.c; -O2 -g -Wall
#   KTSTR_SRCS_NAME     more C files of the loader NAME
#   KTSTR_LIBS_NAME     more libraries of the loader NAME
#   KTSTR_VMLINUX       a vmlinux with BTF to compile for, in place of the kernel's
#   CC CPPFLAGS CFLAGS LDFLAGS LDLIBS, CLANG, BPFTOOL    as everywhere
#
# Types of the kernel come from the first kernel of $(KTSTR_OUT)/kernels/list,
# which "make ktstr-kernel" writes. bpftool and libbpf are the kernel entry's
# own (bpf/ in it) where it has them, else the system's, from libbpf 1.3 on.
# A rule that makes the kernel in the same run names itself in
# ktstr-progs-after, before the include.
#
# From the same sources the same bytes come out, in any folder: paths of this
# machine are mapped away, and an equal vmlinux.h rebuilds nothing.
ktstr-scheduler-goal := $(.DEFAULT_GOAL)

ifndef ktstr-scheduler
ktstr-scheduler := y
include $(dir $(lastword $(MAKEFILE_LIST)))core.mk

KTSTR_OUT      ?= ktstr-out
$(ktstr-out-said)
KTSTR_PROG_DIR ?= build
KTSTR_CFLAGS   ?= -O2 -g -Wall
ktstr-bpf      := $(KTSTR_OUT)/bpf

# What follows is looked at when a recipe runs: the kernel may be made just
# before. $(realpath) asks the file system each time, $(wildcard) remembers.
ktstr-label   = $(firstword $(file <$(KTSTR_OUT)/kernels/list))
ktstr-entry   = $(if $(ktstr-label),$(realpath $(KTSTR_OUT)/kernels/$(ktstr-label)))
ktstr-vmlinux = $(if $(KTSTR_VMLINUX),$(realpath $(KTSTR_VMLINUX)),$(if \
	$(ktstr-entry),$(or $(realpath $(ktstr-entry)/vmlinux),$(realpath $(ktstr-entry)/vmlinux.btf))))
ktstr-own     = $(if $(ktstr-entry),$(realpath $(ktstr-entry)/bpf/$1))

# The three things that the entry's bpf/ offers. Debian has bpftool in a folder
# that is in root's PATH only.
ktstr-bpftool = $(or $(BPFTOOL),$(call ktstr-own,bpftool),PATH="$$PATH:/usr/sbin" bpftool)
ktstr-libbpf  = $(or $(call ktstr-own,libbpf.a),-l:libbpf.a)
ktstr-include = $(addprefix -I,$(call ktstr-own,include))

# No name of a folder of this machine may reach a program.
ktstr-map = -ffile-prefix-map=$(CURDIR)=. $(if \
	$(ktstr-include),-ffile-prefix-map=$(ktstr-include:-I%=%)=bpf)

ktstr-arch   := $(patsubst x86_64,x86,$(patsubst aarch64,arm64,$(firstword $(subst -, ,$(MAKE_HOST)))))
ktstr-clang   = $(or $(CLANG),clang)

# Every output appears whole, by a rename: $(call ktstr-whole,COMMAND); so does
# the list of headers that $(ktstr-headers) has a compiler write.
ktstr-whole   = $1 && mv -f $@.new $@
ktstr-headers = -MMD -MP -MT $@ -MF $@.d.new
ktstr-compiled = $(call ktstr-whole,$1 $(ktstr-headers) -c -o $@.new $< && mv -f $@.d.new $@.d)

# Skeletons of struct_ops with a link need libbpf 1.3, in both halves.
ktstr-tag-bpf-tools := CHECK
define ktstr-cmd-bpf-tools
v=$$($(ktstr-bpftool) version 2>&1 | sed -n 's/^using libbpf v\([0-9.]*\).*/\1/p'); \
case $$v in '') \
	echo "ktstr: cannot run bpftool: install it, or say BPFTOOL=FILE" >&2; exit 1;; \
0.*|1.[0-2]) \
	echo "ktstr: bpftool has libbpf $$v, 1.3 is needed: use a kernel entry with bpf/, or say BPFTOOL=FILE" >&2; exit 1;; \
esac; $(if $(call ktstr-own,libbpf.a),,pkg-config --atleast-version=1.3 libbpf || { \
	echo "ktstr: libbpf 1.3 or newer is needed, $$(pkg-config --modversion libbpf 2>/dev/null || echo none) is installed: use a kernel entry with bpf/" >&2; exit 1; };) \
$(call ktstr-whole,echo "$$v" >$@.new)
endef

ktstr-tag-btf := BTF
ktstr-cmd-btf  = $(call ktstr-whole,$(ktstr-bpftool) btf dump file $(ktstr-vmlinux) format c >$@.new)

ktstr-tag-vmlinux-h := GEN
ktstr-cmd-vmlinux-h  = cat $(ktstr-bpf)/vmlinux.btf

ktstr-tag-bpf := BPF
ktstr-cmd-bpf  = $(call ktstr-compiled,$(ktstr-clang) -target bpf -mcpu=v3 -D__TARGET_ARCH_$(ktstr-arch) \
	-g -O2 -Wall $(ktstr-map) -I$(ktstr-bpf) -I$(or $(patsubst %/,%,$(dir $<)),.) $(ktstr-include) \
	$(KTSTR_BPF_CFLAGS))

# libbpf's linker drops DWARF and merges BTF: what is left is what gets loaded.
ktstr-tag-skel := SKEL
ktstr-cmd-skel  = $(ktstr-bpftool) gen object $@.o $< && \
	$(call ktstr-whole,$(ktstr-bpftool) gen skeleton $@.o name $(notdir $(<:.bpf.o=)) >$@.new)

ktstr-tag-loader := CC
ktstr-cmd-loader  = $(call ktstr-compiled,$(CC) $(KTSTR_CFLAGS) $(ktstr-map) -I$(ktstr-bpf) \
	-I$(or $(patsubst %/,%,$(dir $<)),.) $(ktstr-include) $(CPPFLAGS) $(CFLAGS))

ktstr-tag-link := LD
ktstr-cmd-link  = $(call ktstr-whole,$(CC) $(KTSTR_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@.new \
	$(filter %.o,$^) $(ktstr-libbpf) $(KTSTR_LIBS_$(@F)) $(LDLIBS) -lelf -lz)

# The sentence for whoever has no kernel yet; nothing when there is one.
ktstr-no-vmlinux = $(if $(ktstr-vmlinux),,$(if $(KTSTR_VMLINUX),no such file: \
	KTSTR_VMLINUX=$(KTSTR_VMLINUX),$(if $(ktstr-label),kernel $(ktstr-label) has \
	no vmlinux in the cache: run "make ktstr-kernel" again,no kernel yet to take \
	types from: run "make ktstr-kernel KERNEL=SPEC" first$(ktstr-comma) or say KTSTR_VMLINUX=FILE)))

.PHONY: ktstr-progs ktstr-have-vmlinux
ktstr-progs:

ktstr-have-vmlinux: | $(ktstr-progs-after)
	$(ktstr-no-blanks)
	$(if $(ktstr-no-vmlinux),@echo 'ktstr: $(strip $(ktstr-no-vmlinux))' >&2; exit 1,@:)

$(ktstr-bpf)/tools: ktstr-force | ktstr-have-vmlinux
	$(call ktstr-run,bpf-tools)

$(ktstr-bpf)/vmlinux.btf: $(ktstr-vmlinux) ktstr-force | ktstr-have-vmlinux $(ktstr-bpf)/tools
	$(call ktstr-run,btf)

$(ktstr-bpf)/vmlinux.h: $(ktstr-bpf)/vmlinux.btf
	$(call ktstr-update,vmlinux-h)

# $(call ktstr-object-rule,STEM): one C file of a loader.
define ktstr-object-rule
$$(ktstr-bpf)/$1.o: $1.c ktstr-force | ktstr-have-vmlinux
	$$(call ktstr-run,loader)
endef

# $(call ktstr-prog-rule,STEM,NAME)
define ktstr-prog-rule
$$(ktstr-bpf)/$1.bpf.o: $1.bpf.c $$(ktstr-bpf)/vmlinux.h ktstr-force
	$$(call ktstr-run,bpf)
$$(ktstr-bpf)/$2.skel.h: $$(ktstr-bpf)/$1.bpf.o ktstr-force
	$$(call ktstr-run,skel)
$$(ktstr-bpf)/$1.o: $$(ktstr-bpf)/$2.skel.h
$$(KTSTR_PROG_DIR)/$2: $$(addprefix $$(ktstr-bpf)/,$1.o $$(KTSTR_SRCS_$2:.c=.o)) $(call ktstr-own,libbpf.a) ktstr-force
	$$(call ktstr-run,link)
ktstr-progs: $$(KTSTR_PROG_DIR)/$2
endef
endif # ktstr-scheduler

# Here again at a second include, for names that came since the first.
ktstr-progs-new := $(filter-out $(ktstr-progs-done),$(KTSTR_PROGS))
ktstr-progs-done += $(ktstr-progs-new)
ktstr-stems-new := $(filter-out $(ktstr-stems-done),$(sort $(ktstr-progs-new) \
	$(foreach p,$(ktstr-progs-new),$(KTSTR_SRCS_$(notdir $p):.c=))))
ktstr-stems-done += $(ktstr-stems-new)
$(foreach s,$(ktstr-stems-new),$(eval $(call ktstr-object-rule,$s)))
$(foreach p,$(ktstr-progs-new),$(eval $(call ktstr-prog-rule,$p,$(notdir $p))))
-include $(wildcard $(foreach s,$(ktstr-stems-new),$(ktstr-bpf)/$s.o.d $(ktstr-bpf)/$s.bpf.o.d))

.DEFAULT_GOAL := $(ktstr-scheduler-goal)
