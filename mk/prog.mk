# SPDX-License-Identifier: GPL-2.0-or-later
# prog.mk - compile and link what the build.mk files list (ours only).
#
#   progs-y            += ktstr-lock          a program of the host
#   guest-progs-y      += ktstr-init          a static program of the guest
#   preloads-y         += ktstr-gate.so       a shared object for a program of others,
#                         ktstr-gate.so-src-y is its only source
#   tests-y            += test-cpulist        a unit test
#   ktstr-lock-objs-y  := tools/lock/main.o   its own objects; libktstr.a comes by itself
#   ktstr-lock-libs-y  := -lelf               libraries beyond libc
#   lib-objs-y         += tools/lib/str.o     members of libktstr.a
lib-objs := $(addprefix $(O)/,$(lib-objs-y))
all-progs := $(progs-y) $(guest-progs-y) $(tests-y)
all-objs := $(sort $(lib-objs) $(foreach p,$(all-progs),$(addprefix $(O)/,$($p-objs-y))))

# The same sources give the same bytes in any folder: a guest program is an input
# of every result under the virtual clock.
guest-ldflags := -static -s -Wl,--build-id=none

ktstr-tag-cc := CC
ktstr-cmd-cc  = $(CC) $(all-cppflags) $(all-cflags) -MMD -MP -MF $@.d -c -o $@ $<
ktstr-tag-ld := LD
ktstr-cmd-ld  = $(CC) $(all-cflags) $(all-ldflags) $(if $(filter $(@F),$(guest-progs-y)),$(guest-ldflags)) \
	-o $@ $(filter %.o %.a,$^) $($(@F)-libs-y) $(LDLIBS)
ktstr-tag-ar := AR
ktstr-cmd-ar  = rm -f $@ && $(AR) rcsD $@ $(filter %.o,$^)

# That program has no sanitizer of ours, and the headers' checks define inline what
# it is there to replace.
preload-cflags := $(filter-out -fsanitize% -fno-sanitize%,$(all-cflags)) -U_FORTIFY_SOURCE \
	-fPIC -shared -fvisibility=hidden -ftls-model=initial-exec
ktstr-tag-so := SO
ktstr-cmd-so  = $(CC) $(all-cppflags) $(preload-cflags) $(all-ldflags) -MMD -MP -MF $@.d -o $@ $(filter %.c,$^)

$(all-objs): $(O)/%.o: %.c ktstr-force | $(O)/.ktstr-build
	$(call ktstr-run,cc)

$(O)/libktstr.a: $(lib-objs) ktstr-force
	$(call ktstr-run,ar)

define prog-rule
$$(O)/$1: $$(addprefix $$(O)/,$$($1-objs-y)) $$(O)/libktstr.a ktstr-force
	$$(call ktstr-run,ld)
endef
$(foreach p,$(all-progs),$(eval $(call prog-rule,$p)))

define preload-rule
$$(O)/$1: $$($1-src-y) ktstr-force | $$(O)/.ktstr-build
	$$(call ktstr-run,so)
endef
$(foreach p,$(preloads-y),$(eval $(call preload-rule,$p)))

-include $(wildcard $(addsuffix .d,$(all-objs) $(addprefix $(O)/,$(preloads-y))))
