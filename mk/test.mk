# SPDX-License-Identifier: GPL-2.0-or-later
# test.mk - from tests to verdicts (ktstr.mk includes it).
#
#: Targets
#:   ktstr-test      run every test on its own machine, print the verdicts
#:   ktstr-gauntlet  the same on all machines that it fits, with all sets of flags
#:   ktstr-test-host play every test on this machine itself, without a virtual one; as root
#:   ktstr-list      the variants that ktstr-test would run, one a line
#:   ktstr-report    the verdicts again, without running anything
#:   ktstr-compare   what got worse since the results in BASE=DIR
#:   ktstr-shrink    make VARIANT=NAME, which failed, smaller while it fails
#:   ktstr-verifier  what the kernel's verifier says of the schedulers' programs
#:   ktstr-verifier-baseline
#:                   keep that, to compare with later
#:   ktstr-scenarios the tests that come with ktstr: KTSTR_TESTS += $(call ktstr-scenarios,basic)
#:   ktstr-debug     gdb in VARIANT=NAME where its scheduler fails, or at BREAK=FUNCTION
#:   ktstr-shell     a shell in a machine that has schedulers and tests
#:   ktstr-kernel    get or build the kernels that KERNEL names
#:   ktstr-progs     build the schedulers that KTSTR_PROGS names
#:   ktstr-doctor    what this machine has and lacks
#:   ktstr-clean     remove what ktstr made here, and templates; kernels stay
#:   ktstr-help      this text
#:
#: Settings (make NAME=VALUE, or in the Makefile before the include)
#:   KERNEL=...            kernel trees, tarballs or cache keys, several words
#:   TEST=GLOB             only tests of these names
#:   PRESET=GLOB           machines by name, see doc/files.md; or TOPOLOGY=2n4l4c2t
#:   PROFILE=GLOB          sets of flags by name, as llc+steal
#:   TRACE=1               write who runs where and when, as trace.json, see doc/trace.md
#:   REPRO=0               failures are not run again and watched, see doc/repro.md
#:   TRACE_BUFFER=KIB      memory of each CPU for that
#:   KTSTR_SHELL_ARGS=...  ktstr-shell: more options of ktstr-vm shell
#:   RERUN=all             run also what passed and has not changed; RERUN=failed:
#:                         only what did not pass the last time
#:   KTSTR_DIR=ktstr       folder of .sched and .test files
#:   KTSTR_SCHED=...       declarations by name, or none for the kernel's own
#:   KTSTR_TESTS=...       .test files
#:   KTSTR_CLOCK=virtual   or real
#:   KTSTR_RETRIES=1       runs again of what the host's noise made inconclusive
#:   KTSTR_SEEDS=1..50     numbers and ranges: as many interleavings
#:   KTSTR_LEVEL=pairwise  or smoke, three-way: variants that cover much, not all
#:   KTSTR_BUDGET_SECS=N   variants that cover most in so many seconds of machines
#:   KTSTR_SHARD=2/4       the second of four parts, one for each of four computers
#:   KTSTR_LAUNCH=...      what starts each variant, such as srun -n1
#:   KTSTR_FORMAT=table    or tap, ktap, json, jsonl, junit, markdown, github
#:   BASE=DIR              ktstr-compare: earlier results, such as a copy of KTSTR_OUT/results
#:   KTSTR_COMPARE_ARGS=.. ktstr-compare: more options of ktstr-gauntlet compare
#:   KTSTR_VERIFIER_BASELINE=F ktstr-verifier: compare with this
#:   KTSTR_VERIFIER_BOUND=10% ktstr-verifier: how much may grow
#:   KTSTR_VERIFIER_LOG=1  ktstr-verifier: logs too, without what repeats; or raw
#:   KTSTR_OUT=ktstr-out   folder of all output
#:   KTSTR_TOOLS=DIR       from a checkout: programs that are built already
#:   KTSTR_CACHE_DIR=...   folder of the kernel cache
#:   KTSTR_EXTRA_KCONFIG=F your own kernel configuration fragment
#:   KTSTR_KERNEL_O=DIR    build a kernel tree in this folder, not in the tree
#:   KTSTR_CPU_CAP=N       CPUs that a kernel build may reserve
#:   V=1                   show every command; V=2: why each variant runs
#:
#: Exit status: 0 all passed; 2 (make's) something did not, see the last lines.
ifndef ktstr-test-mk
ktstr-test-mk := y

KTSTR_DIR    ?= ktstr
KTSTR_TESTS  ?= $(sort $(wildcard $(KTSTR_DIR)/*.test))
KTSTR_SCHED  ?= $(or $(sort $(wildcard $(KTSTR_DIR)/*.sched)),none)
KTSTR_CLOCK  ?=
KTSTR_RETRIES ?= 1
KTSTR_SEEDS  ?=
KTSTR_FORMAT ?= table

ktstr-results   = $(KTSTR_OUT)/results
# A declaration is a file, a name in KTSTR_DIR, or "none".
ktstr-sched     = $(foreach s,$(KTSTR_SCHED),$(or $(filter none,$s),$(firstword \
	$(wildcard $s $(KTSTR_DIR)/$s.sched)),$(error ktstr: no scheduler '$s': there is neither \
	such a file nor $(KTSTR_DIR)/$s.sched)))
# TEST=GLOB... among them; the shell's globs, in each folder that has tests.
ktstr-tests     = $(if $(TEST),$(foreach g,$(TEST),$(filter $(wildcard \
	$(addsuffix $g.test,$(sort $(dir $(KTSTR_TESTS))))),$(KTSTR_TESTS:./%=%))),$(KTSTR_TESTS))
ktstr-chosen    = $(or $(sort $(ktstr-tests)),$(error ktstr: $(if \
	$(KTSTR_TESTS),no test is named '$(TEST)',no test: there is no $(KTSTR_DIR)/*.test)))
# The scenarios that come with us: of these categories, or of these names; all
# without an argument, but for canned/, which are other names of the same.
#
#   KTSTR_TESTS += $(call ktstr-scenarios,basic cpuset)
ktstr-scenario-dir = $(abspath $(ktstr-mk)/../scenarios)
ktstr-scenarios    = $(sort $(if $(strip $1),$(foreach s,$1,$(or $(wildcard \
	$(ktstr-scenario-dir)/$s/*.test $(ktstr-scenario-dir)/*/$s.test),$(error ktstr: no scenario and no \
	category of scenarios is named '$s'; make ktstr-scenarios lists them))),$(filter-out \
	$(ktstr-scenario-dir)/canned/%,$(wildcard $(ktstr-scenario-dir)/*/*.test))))
# Read when a recipe runs: the kernels may be made just before.
ktstr-labels    = $(file <$(KTSTR_OUT)/kernels/list)
ktstr-kernels   = $(foreach k,$(ktstr-labels),--kernel $k=$(KTSTR_OUT)/kernels/$k)
# Without being told, ktstr-gauntlet means all machines, and all sets of flags.
ktstr-all       = $(if $(filter ktstr-gauntlet,$@),*)
# $(call ktstr-each,OPTION,WORDS): each word as a value of the option; no word is
# the shell's.
ktstr-each      = $(foreach w,$2,$1 $(call ktstr-quoted,$w))
ktstr-select    = $(call ktstr-each,--clock,$(KTSTR_CLOCK)) $(call ktstr-each,--seed,$(KTSTR_SEEDS)) \
	$(call ktstr-each,--preset,$(or $(PRESET),$(if $(TOPOLOGY),,$(ktstr-all)))) $(call ktstr-each,--topology,$(TOPOLOGY)) \
	$(call ktstr-each,--profile,$(or $(PROFILE),$(ktstr-all)))
ktstr-files     = $(addprefix --sched ,$(ktstr-sched)) $(ktstr-chosen)
# Who leaves out some of them.
ktstr-fewer     = $(addprefix --budget ,$(KTSTR_BUDGET_SECS))

# Said before machines run, not after.
ktstr-formats   = table tap ktap json jsonl junit markdown github
ktstr-bad-words = $(if $(filter-out $(ktstr-formats),$(KTSTR_FORMAT)),$(error \
	ktstr: KTSTR_FORMAT knows $(ktstr-formats), not '$(KTSTR_FORMAT)'))$(ktstr-bad-rerun)$(ktstr-bad-trace)
ktstr-bad-rerun = $(if $(filter-out all failed,$(RERUN))$(word 2,$(RERUN)),$(error ktstr: RERUN knows 'all' and \
	'failed', not '$(RERUN)'))

.PHONY: ktstr-test ktstr-gauntlet ktstr-test-host ktstr-list ktstr-report ktstr-compare ktstr-scenarios ktstr-shrink

# Under a lock of the output folder, so that a second make here waits: it may
# have another TEST, and a variant has one folder.
ktstr-lock-file = '$(KTSTR_OUT)/lock'
# Mistakes in words are told before a kernel is built, not after.
.PHONY: ktstr-words
ktstr-words:
	$(ktstr-no-blanks)$(if $(ktstr-chosen)$(ktstr-sched),)$(ktstr-bad-words)@:

# A run with a trace is another one, so its results are apart.
ktstr-test-out  = $(KTSTR_OUT)$(if $(ktstr-trace),/traced)
ktstr-trace     = $(if $(filter-out 0,$(TRACE)),$(or $(strip $(TRACE_BUFFER)),yes))
ktstr-bad-trace = $(if $(filter-out 0 1,$(TRACE))$(word 2,$(TRACE)),$(error ktstr: TRACE knows 0 and 1, not '$(TRACE)'))$(if \
	$(TRACE_BUFFER),$(if $(ktstr-trace),,$(error ktstr: TRACE_BUFFER is of TRACE=1, which is missing)))
ktstr-repro     = $(if $(filter-out 0 1,$(REPRO))$(word 2,$(REPRO)),$(error ktstr: REPRO knows 0 and 1, not '$(REPRO)'))$(if $(filter 0,$(REPRO)),no)
ktstr-run-args  = out='$(ktstr-test-out)' trace=$(call ktstr-quoted,$(ktstr-trace)) repro='$(ktstr-repro)' make='$(ktstr-make)' init='$(ktstr-init)' format='$(KTSTR_FORMAT)' \
	rerun='$(RERUN)' verbose=$(call ktstr-quoted,$(V)) launch=$(call ktstr-quoted,$(KTSTR_LAUNCH)) dry='$(ktstr-dry)' $(ktstr-choice) \
	-- $(ktstr-select) $(ktstr-kernels)
ktstr-choice    = level=$(call ktstr-quoted,$(strip $(KTSTR_LEVEL))) select=$(call ktstr-quoted,$(strip $(ktstr-fewer))) shard=$(call ktstr-quoted,$(strip $(KTSTR_SHARD))) \
	files=$(call ktstr-quoted,$(ktstr-files)) sources=$(call ktstr-quoted,$(filter-out none,$(ktstr-sched)) $(KTSTR_TESTS))
ktstr-test ktstr-gauntlet: ktstr-words $(ktstr-tools) $(ktstr-kernel-first) ktstr-progs
	$(if $(ktstr-dry),$(ktstr-run-dry),$(ktstr-run-it))

define ktstr-run-it
$(if $(ktstr-trace),$(ktstr-q)mkdir -p '$(ktstr-test-out)')
$(ktstr-q)flock -n -E 75 $(ktstr-lock-file) true 2>/dev/null || [ $$? -ne 75 ] || \
	echo "ktstr: another make runs tests in '$(KTSTR_OUT)'; waiting for it" >&2
+$(ktstr-q)exec env $(ktstr-path) KTSTR_RETRIES=$(call ktstr-quoted,$(KTSTR_RETRIES)) ktstr-cache --die-with-parent exec -- flock --no-fork $(ktstr-lock-file) \
	'$(ktstr-mk)/test-run.sh' $(ktstr-run-args)
endef

# "make -n" shows what each variant would run, as far as that is known before
# kernels and schedulers are built.
ktstr-run-known = $(and $(ktstr-labels),$(if $(ktstr-tools),$(wildcard $(ktstr-tools-dir)/ktstr-gauntlet),y))
ktstr-run-dry   = $(if $(ktstr-run-known),+@$(ktstr-path) '$(ktstr-mk)/test-run.sh' $(ktstr-run-args),\
	'$(ktstr-mk)/test-run.sh' $(ktstr-run-args))

# One after the other: each has the machine for itself.
ktstr-test-host: $(ktstr-tools)
	$(ktstr-q)export $(ktstr-path); exec '$(ktstr-mk)/test-host.sh' '$(KTSTR_OUT)/host' '$(ktstr-init)' \
		$(call ktstr-quoted,$(firstword $(KTSTR_SEEDS) 1)) $(ktstr-chosen)

# Kernels that KERNEL names need not be built to be listed.
ktstr-list: $(ktstr-tools)
	$(ktstr-bad-words)
	$(ktstr-q)export $(ktstr-path); set -- $(if $(KERNEL),,$(ktstr-kernels)); \
	for kernel in $(foreach k,$(KERNEL),'$k'); do \
		json=$$(ktstr-cache --kconfig-dir '$(ktstr-mk)/../kconfig' resolve "$$kernel") || exit; \
		set -- "$$@" --kernel "$$(printf '%s\n' "$$json" | sed -n 's/.*"label":"\([^"]*\)".*/\1/p')"; \
	done; exec '$(ktstr-mk)/test-run.sh' out='$(KTSTR_OUT)' rerun='$(RERUN)' list=y $(ktstr-choice) -- $(ktstr-select) "$$@"

ktstr-scenarios: $(ktstr-tools)
	$(ktstr-q)$(ktstr-path) ktstr-gauntlet list --scenarios $(call ktstr-scenarios,$(TEST))

ktstr-report: $(ktstr-tools)
	$(ktstr-q)[ -s '$(KTSTR_OUT)/variants' ] || { echo "ktstr: nothing has run yet; make ktstr-test" >&2; exit 2; }
	$(ktstr-q)$(ktstr-path) ktstr-gauntlet report --format $(KTSTR_FORMAT) \
		--variants '$(KTSTR_OUT)/variants' '$(ktstr-results)'

ktstr-compare: $(ktstr-tools)
	$(if $(BASE),,$(error ktstr: ktstr-compare needs BASE=DIR, a folder of other results))
	$(ktstr-q)$(ktstr-path) ktstr-gauntlet compare $(KTSTR_COMPARE_ARGS) $(call ktstr-quoted,$(BASE)) '$(ktstr-results)'

ktstr-shrink: $(ktstr-tools)
	$(if $(VARIANT),,$(error ktstr: ktstr-shrink needs VARIANT=NAME, a variant that failed))
	$(ktstr-q)exec env $(ktstr-path) ktstr-gauntlet shrink --out $(call ktstr-quoted,$(KTSTR_OUT)/shrunk/$(VARIANT)) $(call ktstr-quoted,$(ktstr-results)/$(VARIANT))
endif # ktstr-test-mk
