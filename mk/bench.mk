# SPDX-License-Identifier: GPL-2.0-or-later
# bench.mk - what our programs cost, one script for each subject (ours only).
#
#   make bench               all of bench/*.sh
#   make bench T='lock*'     those whose name matches
#
# They print and judge nothing: a figure over its promise is marked OVER. A
# script that lacks a program says "skip" and ends with 4.
.PHONY: bench
bench: all ## Figures: bench/*.sh (T=GLOB selects)
	$(ktstr-q)for script in $(or $(wildcard bench/$(T).sh),$(error no bench/$(T).sh)); do \
		echo "== $$script"; \
		env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u O -u V -u T PATH='$(abspath $(O))':"$$PATH" \
			KTSTR_TOP='$(CURDIR)' KTSTR_BUILD='$(abspath $(O))' "$$script" || \
			[ $$? -eq 4 ] || exit; \
	done
