# SPDX-License-Identifier: GPL-2.0-or-later
# prog.mk - compile and link what the build.mk files list (ours only).
#
#   progs-y            += ktstr-lock          a program of the host
#   guest-progs-y      += ktstr-init          a static program of the guest
#   preloads-y         += ktstr-gate.so       a shared object for a program of others,
#                         ktstr-gate.so-src-y is its only source
#   tests-y            += test-cpulist        a unit test
#   test-progs-y       += fail-each           a program that tests run; not installed
#   test-preloads-y    += fail-calls.so       a shared object that tests preload
#   ktstr-lock-objs-y  := tools/lock/main.o   its own objects; libktstr.a comes by itself
#   ktstr-lock-libs-y  := -lelf               libraries beyond libc
#   lib-objs-y         += tools/lib/str.o     members of libktstr.a
#   ktstr-vm-watch-y, ktstr-vm-watch-libs-y   what instrument.mk adds to it
#
# What a guest runs is apart in $(O)/guest if its flags differ: instrument.mk.
host-progs := $(progs-y) $(tests-y) $(test-progs-y)
objs-of    = $(foreach p,$1,$($p-objs-y) $($p-watch-y))
host-objs  := $(addprefix $(O)/,$(sort $(lib-objs-y) $(watch-objs-y) $(call objs-of,$(host-progs))))
guest-o    := $(O)/$(guest-in)
guest-objs := $(addprefix $(guest-o),$(sort $(lib-objs-y) $(guest-watch-objs-y) $(call objs-of,$(guest-progs-y))))
all-objs   := $(sort $(host-objs) $(guest-objs))

# The same sources give the same bytes in any folder: a guest program is an input
# of every result under the virtual clock.
guest-ldflags := -static -s -Wl,--build-id=none

ktstr-tag-cc := CC
ktstr-cmd-cc  = $(CC) $(all-cppflags) $(all-cflags) $(watch-cppflags) $(watch-cflags) -MMD -MP -MF $@.d -c -o $@ $<
ktstr-tag-ld := LD
ktstr-cmd-ld  = $(CC) $(all-cflags) $(watch-cflags) $(all-ldflags) $(watch-ldflags) $($(@F)-watch-libs-y) \
	$(if $(filter $(@F),$(guest-progs-y)),$(guest-ldflags)) \
	-o $@ $(filter %.o %.a,$^) $($(@F)-libs-y) $(LDLIBS)
ktstr-tag-ar := AR
ktstr-cmd-ar  = rm -f $@ && $(AR) rcsD $@ $(filter %.o,$^)

# That program has no sanitizer of ours and no counters, and the headers' checks
# define inline what it is there to replace.
preload-cflags := $(filter-out -fsanitize% -fno-sanitize%,$(all-cflags)) -U_FORTIFY_SOURCE \
	-fPIC -shared -fvisibility=hidden -ftls-model=initial-exec
ktstr-tag-so := SO
ktstr-cmd-so  = $(CC) $(all-cppflags) $(preload-cflags) $(all-ldflags) -MMD -MP -MF $@.d -o $@ $(filter %.c,$^)

$(if $(guest-in),$(host-objs),$(all-objs)): $(O)/%.o: %.c ktstr-force | $(O)/.ktstr-build
	$(call ktstr-run,cc)

# $(call lib-rule,FOLDER/), $(call prog-rule,PROGRAM,FOLDER/,OBJECTS OF ALL)
define lib-rule
$1libktstr.a: $(addprefix $1,$(lib-objs-y)) ktstr-force
	$$(call ktstr-run,ar)
endef
define prog-rule
$$(O)/$1: $$(addprefix $2,$$($1-objs-y) $$($1-watch-y) $3) $2libktstr.a ktstr-force
	$$(call ktstr-run,ld)
endef
$(eval $(call lib-rule,$(O)/))
$(foreach p,$(host-progs),$(eval $(call prog-rule,$p,$(O)/,$(watch-objs-y))))
$(foreach p,$(guest-progs-y),$(eval $(call prog-rule,$p,$(guest-o),$(guest-watch-objs-y))))

ifneq ($(guest-in),)
$(guest-objs): private watch-cflags := $(guest-watch-cflags)
$(guest-objs): $(guest-o)%.o: %.c ktstr-force | $(O)/.ktstr-build
	$(call ktstr-run,cc)
$(eval $(call lib-rule,$(guest-o)))
guest-linked := $(addprefix $(O)/,$(guest-progs-y))
$(guest-linked): private watch-cflags := $(guest-watch-cflags)
$(guest-linked): private watch-ldflags := $(guest-watch-ldflags)
endif

define preload-rule
$$(O)/$1: $$($1-src-y) ktstr-force | $$(O)/.ktstr-build
	$$(call ktstr-run,so)
endef
$(foreach p,$(preloads-y) $(test-preloads-y),$(eval $(call preload-rule,$p)))

-include $(wildcard $(addsuffix .d,$(all-objs) $(addprefix $(O)/,$(preloads-y) $(test-preloads-y))))
