# SPDX-License-Identifier: GPL-2.0-or-later
# ktstr: run "make help" for the list of targets.
all:

O ?= build
ifneq ($(words $(O))$(word 2,$(CURDIR))$(findstring :,$(O)),1)
$(error ktstr: make needs O=FOLDER, and no blanks or ':' in it or in '$(CURDIR)')
endif
MAKEFLAGS += --no-builtin-rules --no-builtin-variables
# A value from the environment or the command line wins over ours.
or-ours = $(if $(filter default undefined,$(origin $1)),$(eval $1 := $2))
$(call or-ours,CC,cc)
$(call or-ours,AR,ar)
$(call or-ours,CLANG,clang)
$(call or-ours,BPFTOOL,bpftool)
$(call or-ours,PKG_CONFIG,pkg-config)

VERSION := 0.1.0
prefix  ?= /usr/local
bindir     = $(prefix)/bin
libexecdir = $(prefix)/libexec/ktstr
datadir    = $(prefix)/share/ktstr
mandir     = $(prefix)/share/man
docdir     = $(prefix)/share/doc/ktstr
# make looks here by itself, so that "include ktstr.mk" needs no path.
includedir = $(prefix)/include

all-cppflags := -D_GNU_SOURCE -I. -I$(O)/include $(CPPFLAGS)
all-cflags   := -std=gnu17 -O2 -g -ffile-prefix-map=$(CURDIR)=. -fno-common -fstack-protector-strong \
	-Wall -Wextra -Wformat=2 -Wshadow -Wundef -Wvla -Wwrite-strings \
	-Wpointer-arith -Wimplicit-fallthrough -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition $(CFLAGS)
# A row of a table may end before its last members, which are 0: gcc does not
# mind where the row has a designator, clang does.
all-cflags   += $(if $(findstring clang,$(CC)),-Wno-missing-field-initializers)
all-ldflags  := -Wl,--as-needed -Wl,-z,now $(LDFLAGS)
ifeq ($(DEV),1)
all-cflags   += -Werror
endif

# liblzma is linked statically, its symbols hidden: the same decompression
# everywhere, also beside libarchive, which brings the shared one. LZMA=shared
# takes that of the system instead.
LZMA ?= static
lib-lzma-static := -Wl,--push-state,-Bstatic -llzma -Wl,--pop-state -Wl,--exclude-libs,liblzma.a
lib-lzma-shared := -llzma
lib-lzma := $(or $(lib-lzma-$(LZMA)),$(error ktstr: LZMA is static or shared, not '$(LZMA)'))

include mk/core.mk
include mk/instrument.mk
include $(sort $(wildcard tools/*/build.mk vmm/build.mk vmm/*/build.mk tests/*/build.mk tests/unit/*.mk))
include mk/prog.mk
include mk/check.mk
include mk/analyze.mk
include mk/coverage.mk
include mk/bench.mk
include mk/deps.mk
include mk/install.mk
include mk/demo.mk

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all clean help lint format

all: $(addprefix $(O)/,$(progs-y) $(guest-progs-y) $(preloads-y)) ## Programs and the guest's init
	@:

ktstr-tag-version := UPD
ktstr-cmd-version  = printf '\#define KTSTR_VERSION "%s"\n' '$(VERSION)'
$(O)/include/version.h: ktstr-force
	$(call ktstr-update,version)
$(all-objs): | $(O)/include/version.h

# A mark in folders that we made: only those are ever deleted.
$(O)/.ktstr-build:
	@mkdir -p $(@D) && : >$@

clean: ## Remove everything that was built
	$(if $(wildcard $(O)),$(if $(wildcard $(O)/.ktstr-build),,$(error $(O) is not one of our build folders)))
	$(ktstr-q)rm -rf -- '$(O)'

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST) | sort -u
