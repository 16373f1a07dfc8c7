# SPDX-License-Identifier: GPL-2.0-or-later
# core.mk - quiet commands, change detection and output folders.
#
# Included by our own Makefile and by every public .mk, so each name starts with
# ktstr- and no flag or special target of the includer is changed.
ifndef ktstr-core
ktstr-core := y

ifeq ($(filter grouped-target,$(.FEATURES)),)
$(error ktstr needs GNU make 4.3 or newer, this is $(MAKE_VERSION))
endif

# make's lists end at blanks. A recipe says so before anything breaks by it.
ktstr-no-blanks = $(if $(word 2,$(CURDIR)),$(error ktstr: make cannot work \
	in a folder with blanks in its name, '$(CURDIR)'))

# Whose value is empty would have our folders in "/".
ktstr-out-said = $(if $(strip $(KTSTR_OUT)),,$(error ktstr: KTSTR_OUT is empty; name a folder, or leave it unset))$(if \
	$(findstring ',$(KTSTR_OUT)),$(error ktstr: KTSTR_OUT may not have a quote in it: $(KTSTR_OUT)))

# A folder of output that we make is nothing to git, in whose tree it may be, and
# to backups.
ktstr-new-out = $(if $(wildcard $(KTSTR_OUT)/.),,@mkdir -p '$(KTSTR_OUT)' && echo '*' >'$(KTSTR_OUT)/.gitignore' && \
	printf 'Signature: %s\n# Made by ktstr.\n' 8a477f597d28d172789f06886806bc55 >'$(KTSTR_OUT)/CACHEDIR.TAG' || \
	{ rm -f '$(KTSTR_OUT)/.gitignore' '$(KTSTR_OUT)/CACHEDIR.TAG'; rmdir '$(KTSTR_OUT)'; \
	echo "ktstr: cannot write KTSTR_OUT, '$(KTSTR_OUT)'" >&2; exit 2; })

# A prerequisite that is always newer; only our own rules use it.
.PHONY: ktstr-force
ktstr-force:

ktstr-comma := ,

# V=1 prints every command; make -s prints nothing.
ktstr-q   := $(if $(filter 1,$(V)),,@)
ktstr-say  = $(if $(filter 1,$(V))$(findstring s,$(firstword -$(MAKEFLAGS))),:,\
	printf '  %-7s %s\n' '$(ktstr-tag-$1)' '$(patsubst $(CURDIR)/%,%,$@)')

# $(call ktstr-run,NAME): run $(ktstr-cmd-NAME) if the target is missing, a real
# prerequisite is newer, or the command text differs from the one that built it.
# The rule must list ktstr-force. The record is emptied before and written after, so
# that what was begun and not ended counts as never made.
ktstr-run = $(if $(ktstr-stale),$(ktstr-exec),$(ktstr-fresh))

# "make -n" takes a target for made whose recipe has anything in it, and then
# shows all that depends on it. So it keeps a list of those that were not stale.
ktstr-dry   = $(findstring n,$(firstword -$(MAKEFLAGS)))
ktstr-fresh = $(if $(ktstr-dry),$(eval ktstr-fresh-list += $@),@:)
ktstr-newer = $(filter-out ktstr-force $(if $(ktstr-dry),$(ktstr-fresh-list)),$?)

ktstr-stale = $(if $(filter ktstr-force,$^),,$(error $@: rule lacks ktstr-force))$(strip \
	$(if $(wildcard $@),,missing) $(ktstr-newer) \
	$(if $(call ktstr-same,$(file <$@.cmd),$(ktstr-cmd-$1)),,changed))

ktstr-same = $(and $(findstring x$(strip $1)x,x$(strip $2)x),\
	$(findstring x$(strip $2)x,x$(strip $1)x))

# The record is also the lock: of two makes in one folder the second waits, so that
# their temporary files may have one name, and a rename publishes what is whole. A
# command does not have the lock, for it may start something that stays.
ktstr-in-turn = exec 9>>$@.cmd && flock 9 && : >$@.cmd &&
ktstr-quoted  = '$(subst ','\'',$1)'
ktstr-show    = $(if $(filter 1,$(V)),@printf '%s\n' $(call ktstr-quoted,$(ktstr-cmd-$1)),@$(call ktstr-say,$1))

define ktstr-exec
$(if $(ktstr-dry),$(ktstr-cmd-$1),$(if $(wildcard $(@D)/.),,$(shell mkdir -p $(@D)))$(ktstr-show))
$(if $(ktstr-dry),,@$(ktstr-in-turn) { $(ktstr-cmd-$1); } 9>&- && printf '%s\n' $(call ktstr-quoted,$(ktstr-cmd-$1)) >&9)
endef

# $(call ktstr-update,NAME): like a shell > $@, but an equal file keeps its time.
# "make -n" cannot know what would be printed, and takes it to be equal.
ktstr-update = $(if $(and $(ktstr-dry),$(wildcard $@),$(if $(ktstr-newer),,y)),$(ktstr-fresh),$(ktstr-write))
define ktstr-write
@mkdir -p $(@D)
@$(ktstr-in-turn) { $(ktstr-cmd-$1); } >$@.new 9>&- && \
	if cmp -s $@.new $@; then rm -f $@.new; else $(call ktstr-say,$1); mv -f $@.new $@; fi
endef

endif # ktstr-core
