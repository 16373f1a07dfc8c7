# SPDX-License-Identifier: GPL-2.0-or-later
# coverage.mk - which of our lines the tests reach (ours only).
#
#   coverage      build with gcov's counters in $(O)/coverage, run the tests there,
#                 and say for each folder how many lines and functions have run;
#                 what has not is in $(O)/coverage/uncovered
#   RUN=TARGET    the tests: check (default), check-unit, check-bats, check-e2e
#   T=GLOB        those whose name matches
#   KEEP=1        add to what was counted before
#
# Counters of the guest come home with its report: tests/instrument. Tests that
# fail are told and do not end it; the lines that they reached have run. gcc alone.
.PHONY: coverage coverage-report
RUN  ?= check
coverage-dir := $(abspath $(O))/coverage
coverage-counters = find '$(coverage-dir)' -name '*.gcda'

coverage: ## Lines and functions that tests reach, for each folder
	$(if $(filter check check-unit check-bats check-e2e check-full,$(RUN)),,$(error RUN is a check target, not '$(RUN)'))
	$(if $(KEEP),,$(ktstr-q)[ ! -d '$(coverage-dir)' ] || { $(coverage-counters) -delete && rm -rf '$(coverage-dir)/guest-runs'; })
	+$(ktstr-q)$(MAKE) --no-print-directory O='$(coverage-dir)' COVERAGE=1 SAN= T='$(T)' $(RUN) || \
		echo 'coverage: tests have failed; what they reached counts'
	+$(ktstr-q)$(MAKE) --no-print-directory coverage-report

coverage-report: ## The table of "make coverage" again
	$(ktstr-q)tests/instrument/coverage.sh '$(coverage-dir)'
