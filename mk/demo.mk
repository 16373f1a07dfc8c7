# SPDX-License-Identifier: GPL-2.0-or-later
# demo.mk - the main job on real input, as a newcomer would do it (ours only).
#
#   make demo                   with Debian's kernel source
#   make demo KERNEL=../linux   with another kernel tree or tarball
.PHONY: demo
demo-dir    := $(O)/demo
demo-kernel := $(or $(KERNEL),/usr/src/linux-source-6.12.tar.xz)

# The copy's own ktstr-out stays from run to run, so that nothing is compiled
# twice; the tests run each time.
demo: ## Build a kernel, boot machines, judge the template scheduler
	$(if $(wildcard $(demo-kernel)),,$(error no kernel at $(demo-kernel): say KERNEL=, a tree or a tarball))
	$(ktstr-q)mkdir -p '$(demo-dir)' && : >>'$(O)/.ktstr-build'
	$(ktstr-q)cp -R templates/scheduler/. '$(demo-dir)'
	@echo '  DEMO    $(demo-dir): make ktstr-test KERNEL=$(demo-kernel)'
	+$(ktstr-q)env -u MAKEFLAGS -u MAKEOVERRIDES -u O $(MAKE) --no-print-directory \
		$(filter -j%,$(MAKEFLAGS)) -C '$(demo-dir)' KTSTR='$(CURDIR)' \
		ktstr-test KERNEL='$(abspath $(demo-kernel))' RERUN=all $(if $(V),V='$(V)'); \
		status=$$?; echo 'results: $(demo-dir)/ktstr-out/results'; exit $$status
