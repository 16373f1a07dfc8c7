# SPDX-License-Identifier: GPL-2.0-or-later
# install.mk - DESTDIR and prefix, as usual (ours only).
.PHONY: install uninstall
# What builds and checks ktstr itself is not for users.
own-mk := analyze bench check coverage demo deps install instrument prog soak zoo
user-mk := $(filter-out $(own-mk:%=mk/%.mk),$(wildcard mk/*.mk))
own-docs := check-full coverage quality
# What somebody built in them is not for others.
template-files = $(shell find templates -name build -prune -o -name ktstr-out -prune -o -type f -print)

install: all ## Install below $(DESTDIR)$(prefix)
	$(ktstr-q)install -d '$(DESTDIR)$(bindir)' '$(DESTDIR)$(libexecdir)' '$(DESTDIR)$(includedir)' \
		'$(DESTDIR)$(datadir)/mk' '$(DESTDIR)$(datadir)/kconfig' '$(DESTDIR)$(mandir)/man1' '$(DESTDIR)$(mandir)/man7' \
		'$(DESTDIR)$(docdir)'
	$(ktstr-q)install -m 755 $(addprefix $(O)/,$(progs-y)) '$(DESTDIR)$(bindir)'
	$(ktstr-q)install -m 755 $(addprefix $(O)/,$(guest-progs-y) $(preloads-y)) '$(DESTDIR)$(libexecdir)'
	$(ktstr-q)install -m 644 $(user-mk) $(wildcard mk/*.test) '$(DESTDIR)$(datadir)/mk'
	$(ktstr-q)install -m 755 $(wildcard mk/*.sh) '$(DESTDIR)$(datadir)/mk'
	$(ktstr-q)install -m 644 $(wildcard kconfig/*) '$(DESTDIR)$(datadir)/kconfig'
	$(ktstr-q)install -m 644 $(wildcard doc/*.1) '$(DESTDIR)$(mandir)/man1'
	$(ktstr-q)install -m 644 $(wildcard doc/*.7) '$(DESTDIR)$(mandir)/man7'
	$(ktstr-q)install -m 644 $(filter-out $(own-docs:%=doc/%.md),$(wildcard doc/*.md doc/*.png)) '$(DESTDIR)$(docdir)'
	$(ktstr-q)for file in $(template-files); do \
		install -D -m "$$(test -x "$$file" && echo 755 || echo 644)" "$$file" '$(DESTDIR)$(datadir)'/"$$file" || exit; done
	$(ktstr-q)rm -rf '$(DESTDIR)$(datadir)/scenarios' && cp -RP scenarios '$(DESTDIR)$(datadir)/scenarios' && \
		chmod -R u=rwX,go=rX '$(DESTDIR)$(datadir)/scenarios'
	$(ktstr-q)printf '%s\n' 'KTSTR_BINDIR := $(bindir)' 'KTSTR_LIBEXEC := $(libexecdir)' \
		'include $(datadir)/mk/ktstr.mk' | install -m 644 /dev/stdin '$(DESTDIR)$(includedir)/ktstr.mk'

uninstall: ## Remove what install put there
	$(ktstr-q)rm -f $(addprefix '$(DESTDIR)$(bindir)'/,$(progs-y)) '$(DESTDIR)$(includedir)/ktstr.mk' \
		$(patsubst doc/%,'$(DESTDIR)$(mandir)/man1'/%,$(wildcard doc/*.1)) \
		$(patsubst doc/%,'$(DESTDIR)$(mandir)/man7'/%,$(wildcard doc/*.7))
	$(ktstr-q)rm -rf '$(DESTDIR)$(libexecdir)' '$(DESTDIR)$(datadir)' '$(DESTDIR)$(docdir)'
