# SPDX-License-Identifier: GPL-2.0-or-later
progs-y               += ktstr-gauntlet
ktstr-gauntlet-objs-y := $(patsubst %,tools/gauntlet/%.o,check child choices cover expect flag-cover flag-triples glob identity left-out level list list-why \
	machines main markdown name-table option-values options pair pattern plan profile-search profiles project record report result \
	result-file result-scan retries scenarios select select-features select-flags select-options settings shard show shrink shrink-run \
	shrink-search shrink-text tap variant walk xml)
# Plans, and what their rules call.
ktstr-gauntlet-objs-y += $(patsubst %,tools/gauntlet/%.o,chosen fresh inputs launch plan-rule plan-words progress stamp)
# Reports of all kinds, and numbers of results.
ktstr-gauntlet-objs-y += $(patsubst %,tools/gauntlet/%.o,bootstrap compare compare-host compare-judge compare-json compare-pair \
	compare-print dims group json metrics own-options policy samples stats stats-print summary table)
# The kernel's verifier.
ktstr-gauntlet-objs-y += tools/gauntlet/verifier.o $(patsubst %,tools/gauntlet/verifier-%.o,judge print read)
ktstr-gauntlet-libs-y := -ljansson -lnettle -lelf -lm
