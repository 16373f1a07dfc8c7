# SPDX-License-Identifier: GPL-2.0-or-later
# check.mk - our own tests (ours only).
#
#   check-unit   C unit tests and the replay of saved fuzz inputs
#   check-bats   tests/*.bats: tools, make rules, documents
#   check-e2e    tests/e2e/*.bats: kernels are built and machines boot
#   check-diagnostics  what authors of .sched and .test files are told;
#                UPDATE=1 writes tests/diagnostics/*.stderr anew
#   check        all of these; the last line is the tally
#   check-zoo    which faults of schedulers are caught: tests/zoo/README.md;
#                ZOO=smoke or ZOO=full alone
#   T=GLOB       only unit tests and .bats files whose name matches
#   SAN=, CC=, O= as for the build: what a sanitizer finds, in whichever
#                process, is a failure
#   KTSTR_TEST_KERNEL=   tree or tarball of the kernel that machines boot in
#                tests; Debian's linux-source-6.12 where it is installed
#   KTSTR_TEST_DISTRO_KERNEL=  check-full: a folder with boot/vmlinuz-* and
#                lib/modules of a distribution's kernel, for nested KVM; /
#   check-failures  each call of many commands fails in turn: doc/quality.md;
#                T=GLOB chooses commands, as cache-put
#   soak         rounds of random jobs with random faults of the host; last line
#                "rounds N, faults N (by kind), violations N"
#   DURATION=3600  soak: seconds
#   SEED=N ROUND=N soak: the rounds of an earlier one, or one of them
#   JOBS= FAULTS=  soak: only these kinds, see tests/soak/
.PHONY: check check-build check-diagnostics check-unit check-bats check-e2e check-failures check-full check-headers check-zoo soak
T   ?= *
ZOO ?= smoke full

# A pattern of make's own has one "*" at most.
unit-named := $(sort $(tests-y))
ifneq ($(T),*)
unit-named := $(shell for t in $(unit-named); do case $$t in ($(T)) echo $$t ;; esac; done)
endif
unit-tests := $(addprefix $(O)/,$(unit-named))
bats-files := $(wildcard tests/$(T).bats)
e2e-files  := $(wildcard tests/e2e/$(T).bats)
full-files := $(wildcard tests/full/$(T).bats)
fail-tools := $(addprefix $(O)/,$(test-progs-y) $(test-preloads-y))

# Tests see our programs first in PATH and none of make's own variables.
test-env = env -u MAKEFLAGS -u MAKEOVERRIDES -u MAKELEVEL -u MFLAGS -u O -u V -u T -u SAN -u COVERAGE -u RUN -u KEEP \
	PATH='$(abspath $(O)):$(PATH)' KTSTR_TOP='$(CURDIR)' KTSTR_BUILD='$(abspath $(O))' \
	CC='$(CC)' KTSTR_SAN='$(SAN)' KTSTR_COVERAGE='$(COVERAGE)' $(test-kernel-env)
test-run = $(ktstr-q)$(test-env) tests/run

# The kernel that machines boot in tests: found in the user's cache or built.
test-kernel-spec := $(firstword $(KTSTR_TEST_KERNEL) $(wildcard /usr/src/linux-source-6.12.tar.xz))
test-kernel-dir  := $(abspath $(O))/test-kernel
test-kernel-env   = $(if $(file <$(test-kernel-dir)/kernels/list),\
	KTSTR_TEST_KERNEL_ENTRY='$(realpath $(test-kernel-dir)/kernels/$(firstword $(file <$(test-kernel-dir)/kernels/list)))' \
	KTSTR_TEST_KERNEL_SOURCE='$(abspath $(test-kernel-spec))')
.PHONY: test-kernel
test-kernel: all ## The kernel that machines boot in tests
ifneq ($(test-kernel-spec),)
	+$(ktstr-q)mkdir -p '$(test-kernel-dir)' && exec env -u MAKEFLAGS -u MAKEOVERRIDES -u O $(MAKE) --no-print-directory \
		-C '$(test-kernel-dir)' -f '$(CURDIR)/mk/kernel.mk' ktstr-kernel KTSTR_OUT=. \
		ktstr-tools-dir='$(abspath $(O))' KERNEL='$(abspath $(test-kernel-spec))'
else
	@echo 'no kernel to test with: install linux-source-6.12, or say KTSTR_TEST_KERNEL=TREE_OR_TARBALL'
endif

# All that is built for the tests, by as many jobs as there are CPUs, unless make
# was told how many: "make deps check" would do it one by one. After deps, which
# brings the compilers.
check-build: all check-headers test-kernel $(unit-tests) $(fail-tools) ## What all tests need
check-jobs = $(if $(filter -j%,$(MAKEFLAGS)),,-j"$$(nproc)")
check-built: ktstr-force | $(filter deps,$(MAKECMDGOALS))
	+$(ktstr-q)$(MAKE) --no-print-directory $(check-jobs) check-build

# The longest files first, so that none of them is left alone at the end.
check: check-built ## All tests that a push runs
	$(test-run) $(e2e-files) $(bats-files) $(unit-tests)
check-unit: $(unit-tests) ## Unit tests in C (T=GLOB selects)
	$(test-run) $(unit-tests)
check-bats: all $(fail-tools) ## Tests of tools, rules and documents
	$(test-run) $(bats-files)
check-e2e: test-kernel ## Tests that build kernels and boot machines
	$(test-run) $(e2e-files)
check-full: check-built ## Everything, long runs included
	$(test-run) $(full-files) $(e2e-files) $(bats-files) $(unit-tests)

check-failures: all $(fail-tools) ## Each call of many commands fails in turn (T=GLOB)
	$(ktstr-q)mkdir -p '$(O)/failures' && exec $(test-env) tests/failures/failures.sh '$(abspath $(O))/failures' -- '$(T)'

soak: test-kernel ## An hour of random faults (DURATION=, SEED=, ROUND=)
	$(ktstr-q)exec $(test-env) KTSTR_SOAK_SECS='$(or $(DURATION),3600)' KTSTR_SOAK_SEED='$(SEED)' KTSTR_SOAK_ROUND='$(ROUND)' \
		KTSTR_SOAK_JOBS='$(JOBS)' KTSTR_SOAK_FAULTS='$(FAULTS)' tests/soak/soak.sh '$(abspath $(O))/soak'

check-zoo: test-kernel ## Which faults of schedulers are caught (ZOO='smoke full')
	$(ktstr-q)status=0; for level in $(ZOO); do \
		$(test-env) ZOO_JOBS="$$(nproc)" tests/zoo/zoo.sh $$level '$(abspath $(O))/zoo' || status=1; done; exit $$status

check-diagnostics: all ## Messages about users' files (UPDATE=1 saves them)
ifeq ($(UPDATE),1)
	$(ktstr-q)cd tests/diagnostics && for name in $$(ls | sed 's/\.[a-z]*$$//' | sort -u); do \
		'$(abspath $(O))/ktstr-gauntlet' check $$(ls "$$name.sched" "$$name.test" 2>/dev/null) 2>"$$name.stderr" || :; done
endif
	$(test-run) tests/diagnostics.bats

# Every header compiles alone.
headers := $(wildcard tools/*/*.h tools/*/*/*.h vmm/*.h vmm/guest/*.h vmm/mon/*.h vmm/gdb/*.h vmm/repro/*.h)
check-headers: $(headers:%=$(O)/%.ok) ## Every header compiles alone
ktstr-tag-header := HDR
ktstr-cmd-header  = $(CC) $(all-cppflags) $(all-cflags) -Wno-unused-function -fsyntax-only -include $< -x c /dev/null && : >$@
$(O)/%.h.ok: %.h ktstr-force | $(O)/include/version.h
	$(call ktstr-run,header)

lint: all analyze-cppcheck ## Formatting, shell scripts, white space, cppcheck
	$(ktstr-q)clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h' | grep -v '^templates/.*vmlinux')
	$(ktstr-q)shellcheck -x -P tests $$(git ls-files '*.sh' '*.bash' tests/run .ci/run)
	$(ktstr-q)shellcheck -x -P tests -s bats $$(git ls-files 'tests/*.bats')
	$(ktstr-q)git diff --check $$(git hash-object -t tree /dev/null)

format: ## Format the C files
	$(ktstr-q)clang-format -i $$(git ls-files -co --exclude-standard '*.c' '*.h')
