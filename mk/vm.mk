# SPDX-License-Identifier: GPL-2.0-or-later
# vm.mk - a shell in a machine with the project's things, and gdb on one that fails
# (ktstr.mk includes it).
ifndef ktstr-vm-mk
ktstr-vm-mk := y

# One kernel, and one machine. Read when the recipe runs, see ktstr-labels.
ktstr-shell-kernel = $(if $(word 2,$(ktstr-labels)),$(error ktstr: a shell has one kernel, and these \
	are several: $(strip $(ktstr-labels)); name one with KERNEL=))$(KTSTR_OUT)/kernels/$(strip $(ktstr-labels))
ktstr-shell-args = --kernel '$(ktstr-shell-kernel)' --init '$(ktstr-init)' \
	$(if $(PRESET),--preset '$(PRESET)') $(if $(TOPOLOGY),--topology '$(TOPOLOGY)')
# Declarations and tests.
ktstr-shell-folder = $(if $(wildcard $(KTSTR_DIR)),--include '$(KTSTR_DIR)=/ktstr')

# The programs that declarations name: those that are built are in PATH there.
.PHONY: ktstr-shell
ktstr-shell: $(ktstr-tools) $(ktstr-kernel-first) ktstr-progs
	$(ktstr-no-blanks)
	$(ktstr-deep)$(ktstr-q)export $(ktstr-path); set --; \
	for binary in $$(sed -n 's/^[[:blank:]]*binary[[:blank:]]*=[[:blank:]]*//p' /dev/null $(filter-out none,$(ktstr-sched))); do \
		! [ -x "$$binary" ] || set -- "$$@" --include "$$binary=/bin/$${binary##*/}"; \
	done; exec ktstr-vm shell $(ktstr-shell-args) $(ktstr-shell-folder) "$$@" $(KTSTR_SHELL_ARGS)

.PHONY: ktstr-debug
ktstr-debug: $(ktstr-tools)
	$(if $(VARIANT),,$(error ktstr: ktstr-debug needs VARIANT=NAME, as ktstr-list prints it))
	$(ktstr-no-blanks)
	$(ktstr-q)exec env $(ktstr-path) ktstr-vm debug --variant $(call ktstr-quoted,$(VARIANT)) \
		--project '$(KTSTR_OUT)' --init '$(ktstr-init)' $(if $(BREAK),--break $(call ktstr-quoted,$(BREAK)))
endif # ktstr-vm-mk
