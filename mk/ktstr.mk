# SPDX-License-Identifier: GPL-2.0-or-later
# ktstr.mk - what a scheduler project includes. "make ktstr-help" lists targets
# and settings; doc/mk.md explains them.
#
#   include ktstr.mk                      once ktstr is installed
#   include path/to/ktstr/mk/ktstr.mk     from a checkout
#
# Nothing of the including Makefile is changed: its default goal, its MAKEFLAGS,
# its variables. All names here begin with ktstr- or KTSTR_, but for the words
# that people say on the command line: KERNEL, TEST, PRESET, TOPOLOGY, RERUN, V.
ktstr-includer-goal := $(.DEFAULT_GOAL)

ifndef ktstr-mk
ktstr-mk := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
include $(ktstr-mk)/core.mk

KTSTR_OUT ?= ktstr-out
$(ktstr-out-said)
$(if $(word 2,$(KTSTR_OUT))$(findstring :,$(KTSTR_OUT))$(findstring %,$(KTSTR_OUT)),$(error \
	ktstr: make cannot have targets in KTSTR_OUT='$(KTSTR_OUT)': no blanks, no ':', no '%'))

# From a checkout the tools are built first, into the project's output folder,
# unless KTSTR_TOOLS names a folder of built ones; an installed ktstr.mk says
# where they are.
ifneq ($(KTSTR_TOOLS),)
ktstr-tools-dir := $(abspath $(KTSTR_TOOLS))
ktstr-init      := $(ktstr-tools-dir)/ktstr-init
ktstr-tools     :=
$(if $(filter ktstr-%,$(MAKECMDGOALS)),$(if $(wildcard $(ktstr-tools-dir)/ktstr-gauntlet),,$(error \
	ktstr: no programs of ours are in KTSTR_TOOLS='$(KTSTR_TOOLS)')))
else ifneq ($(wildcard $(ktstr-mk)/prog.mk),)
ktstr-tools-dir := $(abspath $(KTSTR_OUT))/tools
ktstr-init      := $(ktstr-tools-dir)/ktstr-init
ktstr-tools     := ktstr-tools
else
ktstr-init      := $(KTSTR_LIBEXEC)/ktstr-init
ktstr-tools-dir := $(KTSTR_BINDIR)
ktstr-tools     :=
endif

# The project's own settings for compilers are not for our tools. The first time
# takes long enough to be told. Of two makes the second waits for the first.
.PHONY: ktstr-tools
ktstr-tools:
	$(ktstr-no-blanks)
	$(ktstr-new-out)
	$(if $(wildcard $(ktstr-tools-dir)/ktstr-gauntlet)$(findstring s,$(firstword -$(MAKEFLAGS))),,@echo '  TOOLS   $(KTSTR_OUT)/tools' >&2)
	$(ktstr-deep)$(ktstr-q)exec env -u CFLAGS -u CPPFLAGS -u LDFLAGS -u MAKEFLAGS -u MAKEOVERRIDES \
	flock --no-fork '$(KTSTR_OUT)' $(ktstr-make) -s --no-print-directory $(filter -j%,$(MAKEFLAGS)) \
	-C $(ktstr-mk)/.. O=$(ktstr-tools-dir) all

# A recipe that hands the jobserver on, and is only shown by "make -n".
ktstr-make = $(MAKE)
ktstr-deep = $(if $(findstring n,$(firstword -$(MAKEFLAGS))),,+)
# With it printed commands find programs that are not installed.
ktstr-path = PATH='$(ktstr-tools-dir):'"$$PATH"$(if $(filter-out $(KTSTR_BINDIR),$(ktstr-tools-dir)), \
	KTSTR_RERUN_PATH='$(ktstr-tools-dir)')

# Without KERNEL the kernels of the last time are meant.
ktstr-kernel-first := $(if $(KERNEL)$(if $(wildcard $(KTSTR_OUT)/kernels/list),,none),ktstr-kernel)
ktstr-progs-after  := $(ktstr-kernel-first)
include $(ktstr-mk)/kernel.mk
include $(ktstr-mk)/scheduler.mk
include $(ktstr-mk)/test.mk
include $(ktstr-mk)/verifier.mk
include $(ktstr-mk)/vm.mk

.PHONY: ktstr-doctor ktstr-clean ktstr-help
ktstr-doctor: $(ktstr-tools)
	$(ktstr-q)$(ktstr-path) ktstr-vm doctor

# What we made. The cache of kernels is shared and stays, but for templates of
# machines: those that nobody uses just now are made again when they are needed.
ktstr-clean:
	$(if $(filter / $(abspath $(KTSTR_OUT))/%,$(abspath $(KTSTR_OUT)) $(CURDIR)/),$(error ktstr: KTSTR_OUT='$(KTSTR_OUT)' holds more than \
		ktstr made; remove that by hand))
	$(ktstr-q)$(ktstr-path) sh -c '! command -v ktstr-vm || ktstr-vm --quiet template --remove' >/dev/null || :
	$(ktstr-q)rm -rf -- $(addprefix '$(KTSTR_OUT)'/,bpf kernels results tools plan.mk variants sources progress verifier lock)
	$(ktstr-q)! grep -qs ktstr '$(KTSTR_OUT)/CACHEDIR.TAG' || rm -f -- '$(KTSTR_OUT)/CACHEDIR.TAG' '$(KTSTR_OUT)/.gitignore'
	$(ktstr-q)rmdir '$(KTSTR_OUT)' 2>/dev/null || :

ktstr-help:
	@sed -n 's/^#:\( \|$$\)//p' $(ktstr-mk)/test.mk
endif # ktstr-mk

.DEFAULT_GOAL := $(ktstr-includer-goal)
