# SPDX-License-Identifier: GPL-2.0-or-later
# deps.mk - install what is missing, from the one list, deps.list.
.PHONY: deps
deps: ## Install what ktstr needs (apt or dnf), or say how
	$(ktstr-q)./deps.sh
