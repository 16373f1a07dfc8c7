# SPDX-License-Identifier: GPL-2.0-or-later
# verifier.mk - what the kernel's verifier says of schedulers (ktstr.mk includes
# it). Targets and settings are listed in test.mk.
ifndef ktstr-verifier-mk
ktstr-verifier-mk := y

KTSTR_VERIFIER_BASELINE ?= $(wildcard $(KTSTR_DIR)/verifier.json)
KTSTR_VERIFIER_BOUND    ?=
KTSTR_VERIFIER_LOG      ?=

ktstr-verifier-out    = $(KTSTR_OUT)/verifier
ktstr-verifier-scheds = $(or $(filter-out none,$(ktstr-sched)),$(error \
	ktstr: no scheduler to verify: there is no $(KTSTR_DIR)/*.sched; KTSTR_SCHED names one))
ktstr-verifier-logs   = $(if $(filter-out 1 raw,$(KTSTR_VERIFIER_LOG))$(word 2,$(KTSTR_VERIFIER_LOG)),$(error \
	ktstr: KTSTR_VERIFIER_LOG knows 1 and 'raw'$(ktstr-comma) not '$(KTSTR_VERIFIER_LOG)'))$(KTSTR_VERIFIER_LOG)
ktstr-verifier-test   = $(ktstr-mk)/verifier$(if $(ktstr-verifier-logs),-log).test

# What ktstr-gauntlet verifier prints, and compares or keeps.
ktstr-verifier-keeps   = $(filter ktstr-verifier-baseline,$@)
ktstr-verifier-compare = $(addprefix --baseline ,$(KTSTR_VERIFIER_BASELINE)) $(addprefix --bound ,$(KTSTR_VERIFIER_BOUND))
ktstr-verifier-save    = --save $(or $(KTSTR_VERIFIER_BASELINE),$(KTSTR_DIR)/verifier.json)
ktstr-verifier-report  = verifier $(if $(ktstr-verifier-keeps),$(ktstr-verifier-save),$(ktstr-verifier-compare)) \
	$(if $(ktstr-verifier-logs),$(if $(filter raw,$(KTSTR_VERIFIER_LOG)),--raw,--log))

ktstr-verifier-select = $(addprefix --clock ,$(KTSTR_CLOCK)) $(foreach p,$(PRESET),--preset '$p') \
	$(foreach t,$(TOPOLOGY),--topology '$t') $(foreach p,$(PROFILE),--profile '$p')
ktstr-verifier-args   = out='$(ktstr-verifier-out)' make='$(ktstr-make)' init='$(ktstr-init)' \
	report='$(ktstr-verifier-report)' rerun='$(RERUN)' verbose='$(V)' launch=$(call ktstr-quoted,$(KTSTR_LAUNCH)) \
	dry='$(ktstr-dry)' level=$(call ktstr-quoted,$(strip $(KTSTR_LEVEL))) \
	files=$(call ktstr-quoted,$(addprefix --sched ,$(ktstr-verifier-scheds)) $(ktstr-verifier-test)) \
	sources=$(call ktstr-quoted,$(ktstr-verifier-scheds) $(ktstr-verifier-test)) -- $(ktstr-verifier-select) $(ktstr-kernels)

.PHONY: ktstr-verifier ktstr-verifier-baseline ktstr-verifier-words
ktstr-verifier-words:
	$(ktstr-no-blanks)$(if $(ktstr-verifier-scheds)$(ktstr-verifier-logs),)$(ktstr-bad-rerun)@:

# Under the lock of the output folder, as tests are.
ktstr-verifier ktstr-verifier-baseline: ktstr-verifier-words $(ktstr-tools) $(ktstr-kernel-first) ktstr-progs
	$(if $(ktstr-dry),$(ktstr-verifier-dry),$(ktstr-verifier-run))

define ktstr-verifier-run
$(ktstr-q)mkdir -p '$(ktstr-verifier-out)'
+$(ktstr-q)exec env $(ktstr-path) KTSTR_RETRIES='$(KTSTR_RETRIES)' ktstr-cache --die-with-parent exec -- flock --no-fork $(ktstr-lock-file) \
	'$(ktstr-mk)/test-run.sh' $(ktstr-verifier-args)
endef
ktstr-verifier-dry = $(if $(ktstr-run-known),+@$(ktstr-path) '$(ktstr-mk)/test-run.sh' $(ktstr-verifier-args),\
	'$(ktstr-mk)/test-run.sh' $(ktstr-verifier-args))
endif # ktstr-verifier-mk
