# SPDX-License-Identifier: GPL-2.0-or-later
# analyze.mk - what machines find by reading our code (ours only).
#
#   analyze       all of these; each file anew only when it has changed
#   analyze-gcc   gcc -fanalyzer
#   analyze-tidy  clang-tidy, by .clang-tidy
#   analyze-cppcheck  cppcheck; "make lint" does it too, since it is quick
#   T=GLOB        files whose path matches, such as T='vmm/*'
#
# A finding is mended. What is none is told away where it is told to the compiler,
# too (a check, an initial value), or by one line with the reason: .clang-tidy for
# a kind, tests/analyze/cppcheck.list for cppcheck, a comment beside the line. What files
# may believe of each other is in tests/analyze/facts.h.
.PHONY: analyze analyze-gcc analyze-tidy analyze-cppcheck
GCC ?= gcc
analyzed := $(sort $(wildcard $(foreach f,tools/* tools/*/* vmm vmm/*,$f/*.c)))
# Those that have what facts.h tells; and programs of BPF are in another C.
analyzed := $(filter-out tools/lib/why.c tools/lib/file.c %.bpf.c,$(analyzed))
analyzed := $(filter $(subst *,%,$(T)),$(analyzed))
analyze-flags = $(filter-out -D_FORTIFY_SOURCE%,$(all-cppflags)) -std=gnu17 -include tests/analyze/facts.h

ktstr-tag-tidy := TIDY
ktstr-cmd-tidy  = clang-tidy --quiet $< -- $(analyze-flags) -Wall -Wextra >$@.new 2>/dev/null || \
	{ cat $@.new; rm -f $@.new; exit 1; } && mv -f $@.new $@
ktstr-tag-gcc-analyze := ANALYZE
ktstr-cmd-gcc-analyze  = $(GCC) $(analyze-flags) -O0 -fanalyzer $(analyze-gcc-off) -Werror -S -o $@ $<

# gcc 12 loses what take_ptr() hands on; LeakSanitizer does not. Behind the
# optimizer it takes variables for unset that are set where they are declared.
analyze-gcc-off := -Wno-analyzer-malloc-leak

# The object's rule knows which headers a file has.
$(O)/analyze/%.tidy: %.c .clang-tidy tests/analyze/facts.h $(O)/%.o ktstr-force
	$(call ktstr-run,tidy)
$(O)/analyze/%.s: %.c tests/analyze/facts.h $(O)/%.o ktstr-force
	$(call ktstr-run,gcc-analyze)
# What others load has no object of its own.
define analyze-preload
$$(O)/analyze/$$($1-src-y:%.c=%.tidy): $$($1-src-y) .clang-tidy tests/analyze/facts.h $$(O)/$1 ktstr-force
	$$(call ktstr-run,tidy)
$$(O)/analyze/$$($1-src-y:%.c=%.s): $$($1-src-y) tests/analyze/facts.h $$(O)/$1 ktstr-force
	$$(call ktstr-run,gcc-analyze)
endef
$(foreach p,$(preloads-y),$(eval $(call analyze-preload,$p)))

analyze: analyze-cppcheck analyze-gcc analyze-tidy ## What analysers find (slow; T=GLOB)
analyze-tidy: $(analyzed:%.c=$(O)/analyze/%.tidy) ## What clang-tidy finds
analyze-gcc: $(analyzed:%.c=$(O)/analyze/%.s) ## What gcc -fanalyzer finds
analyze-cppcheck: $(O)/include/version.h ## What cppcheck finds
	$(ktstr-q)mkdir -p '$(O)/analyze/cppcheck'
	$(ktstr-q)cppcheck --quiet --std=c11 --library=posix,gnu,tests/analyze/cppcheck.cfg \
		--enable=warning,portability,performance --inline-suppr --suppressions-list=tests/analyze/cppcheck.list \
		--cppcheck-build-dir='$(O)/analyze/cppcheck' --template=gcc --error-exitcode=1 \
		-D_GNU_SOURCE -D__x86_64__ -D__linux__ -I. -I'$(O)/include' $(analyzed)
