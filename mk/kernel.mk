# SPDX-License-Identifier: GPL-2.0-or-later
# kernel.mk - kernels, found in the cache or built (ktstr.mk includes it).
#
# Target:
#   ktstr-kernel   every kernel that KERNEL names; then there are
#                  $(KTSTR_OUT)/kernels/LABEL      link to the kernel's entry
#                  $(KTSTR_OUT)/kernels/LABEL.log  the last build's output
#                  $(KTSTR_OUT)/kernels/list       the labels, one a line
#
# Settings:
#   KERNEL               kernel specs, see ktstr-cache(1); several words, lists, ranges
#   KTSTR_OUT            folder of our output (ktstr-out)
#   KTSTR_EXTRA_KCONFIG  your own configuration fragment; it wins over ours
#   KTSTR_KCONFIG_BASE   what the fragments are put upon where a tree has no .config:
#                        tinyconfig, built in minutes, or defconfig
#   KTSTR_CPU_CAP        how many CPUs a build may reserve
#   KTSTR_CACHE_DIR      the cache; else see ktstr-cache(1)
#   KTSTR_CACHE_DIRTY    1: keep kernels of trees with changes in the cache, too
#   KTSTR_KERNEL_O       build a kernel tree in this folder, not in the tree
#   KTSTR_FORCE          1: build also what is in the cache
#   KTSTR_CLEAN          1: make mrproper before a tree is built; its .config stays
#   LLVM, LLVM_IAS, CROSS_COMPILE
#                        go to the kernel's make, as variables and as environment
#   CC, HOSTCC           on make's command line alone, as the kernel's make has it;
#                        KTSTR_KERNEL_CC and KTSTR_KERNEL_HOSTCC win over them
#   V=1                  show the commands and the kernel's build
#
# For ktstr.mk: ktstr-tools-dir is the folder of our programs, when they are not
# in PATH; ktstr-tools is what must be made before they can run.
ifndef ktstr-kernel-dir
ktstr-kernel-dir := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
ktstr-kernel-goal := $(.DEFAULT_GOAL)
include $(ktstr-kernel-dir)/core.mk

KTSTR_OUT ?= ktstr-out
$(ktstr-out-said)

# Not spelt as make's own variable, which would make "make -n" run the line;
# the "+" hands the jobserver on when it does run.
ktstr-kernel-make = $(MAKE)
ktstr-kernel-run = $(if $(findstring n,$(firstword -$(MAKEFLAGS))),,+)
ktstr-kernel-set = $(if $($1),$1='$($1)')

# As for the kernel's own make, what the environment calls CC is not meant.
ktstr-kernel-said = $(if $(findstring command,$(origin $1)),$($1))
KTSTR_KERNEL_CC     ?= $(call ktstr-kernel-said,CC)
KTSTR_KERNEL_HOSTCC ?= $(call ktstr-kernel-said,HOSTCC)

# The shell gets them between quotes, so none may have one.
ktstr-kernel-settings = KTSTR_EXTRA_KCONFIG KTSTR_KCONFIG_BASE KTSTR_CPU_CAP KTSTR_CACHE_DIR \
	KTSTR_CACHE_DIRTY KTSTR_KERNEL_O KTSTR_FORCE KTSTR_CLEAN KTSTR_KERNEL_CC \
	KTSTR_KERNEL_HOSTCC LLVM LLVM_IAS CROSS_COMPILE V
ktstr-kernel-no-quotes = $(foreach v,KERNEL KTSTR_OUT $(ktstr-kernel-settings),\
	$(if $(findstring ',$($v)),$(error ktstr: $v may not have a quote in it: $($v))))

# make and the kernel's make cannot have these in a path, whatever is around it.
ktstr-kernel-has = $(if $(word 2,$1),blanks,$(strip $(foreach c,: # $$ " \ ;,$(findstring $c,$1))))
ktstr-kernel-no-odd = $(foreach v,CURDIR KTSTR_OUT KTSTR_EXTRA_KCONFIG KTSTR_CACHE_DIR KTSTR_KERNEL_O,\
	$(if $(call ktstr-kernel-has,$($v)),$(error ktstr: $v may not have \
	'$(firstword $(call ktstr-kernel-has,$($v)))' in it: '$($v)')))

# With -i a step that failed would be followed by those that keep its kernel; with
# -e the environment wins over what one step tells the next.
ktstr-kernel-blind = $(strip $(foreach o,i e,$(findstring $o,$(firstword -$(MAKEFLAGS)))))
ktstr-kernel-no-blind = $(if $(ktstr-kernel-blind),$(error ktstr: make \
	-$(firstword $(ktstr-kernel-blind)) would take a failed build for a kernel))

# A password would be in the list of processes, in logs, and in what is kept.
# What is before "@" in the host's part of git+https://USER@HOST/PATH; ssh needs a
# name there.
ktstr-kernel-host = $(if $(findstring ://,$1),$(word 2,$(subst /, ,$1)))
ktstr-kernel-user = $(if $(findstring @,$1),$(firstword $(subst @, ,$1)))
ktstr-kernel-secret = $(if $(filter git+ssh:%,$1),$(findstring :,$2),$2)
ktstr-kernel-no-user = $(if $(strip $(foreach w,$(subst $(ktstr-comma), ,$(KERNEL)),\
	$(call ktstr-kernel-secret,$w,$(call ktstr-kernel-user,$(call ktstr-kernel-host,$w))))),$(error \
	ktstr: a URL in KERNEL has a user$(ktstr-comma) a password or a token in it$(ktstr-comma) which others \
	could read; let git's credential.helper keep it))

# One process, so that it has make for its parent, and ends when make does.
.PHONY: ktstr-kernel
ktstr-kernel: $(ktstr-tools)
	$(ktstr-no-blanks)$(ktstr-kernel-no-quotes)$(ktstr-kernel-no-odd)$(ktstr-kernel-no-user)$(ktstr-kernel-no-blind)
	$(ktstr-new-out)
	$(ktstr-kernel-run)$(ktstr-q)exec env \
	$(if $(ktstr-tools-dir),PATH='$(abspath $(ktstr-tools-dir)):'"$$PATH") \
	$(foreach v,$(ktstr-kernel-settings),$(call ktstr-kernel-set,$v)) \
	ktstr-cache work --die-with-parent -- \
	$(ktstr-kernel-make) --no-print-directory -f '$(ktstr-kernel-dir)/kernel-build.mk' \
	kernels KERNEL='$(KERNEL)' KTSTR_OUT='$(KTSTR_OUT)'

.DEFAULT_GOAL := $(ktstr-kernel-goal)
endif # ktstr-kernel-dir
