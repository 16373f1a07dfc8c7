# SPDX-License-Identifier: GPL-2.0-or-later
# kernel-build.mk - the steps from a kernel spec to an entry (kernel.mk runs it).
#
# It is run three times, one inside the other, and each holds what the inner
# one uses:
#
#   kernels   has a temporary folder of the cache, KTSTR_WORK
#   kernel    one word of KERNEL: resolve, look into the cache, and if it is not
#             there: lock the source, lock CPUs, enter the sandbox, build
#   build     inside all these: look again, then the steps of a build
#
# A recipe line that takes long is one program, by exec, that dies with make.
# So nothing goes on when make is killed.
.NOTPARALLEL:
.SUFFIXES:
.PHONY: kernels one-folder kernel resolve look obtain link
.PHONY: build again store commands compile tools-for-bpf configure source
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/sh

here := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
kconfig := $(abspath $(here)/../kconfig)
comma := ,
space := $(subst ,, )
q := $(if $(filter 1,$(V)),,@)
self = $(MAKE) -f '$(here)/kernel-build.mk'

out := $(abspath $(KTSTR_OUT))/kernels
work := $(KTSTR_WORK)/$(word-number)
probe := $(work)/probe.json
extra := $(abspath $(KTSTR_EXTRA_KCONFIG))
outside := $(abspath $(KTSTR_KERNEL_O))

# What the probe file says; read when a recipe needs it, since steps change it.
field = $(shell ktstr-cache key --field $1 '$(probe)')
label = $(call field,label)
read = $(strip $(file <$(work)/$1))
# Another make may do the same here, with the same names until the rename.
in-turn = exec 9<'$(out)' && flock 9 &&
resolve-to = ktstr-cache $2 --die-with-parent --kconfig-dir '$(kconfig)' resolve \
	$(if $(extra),--extra-kconfig '$(extra)') $(if $(outside),--build-dir '$(outside)') \
	--probe-file '$1' '$(spec)' >/dev/null

#### kernels: one after the other, then the list

numbers := $(shell seq $(words $(KERNEL)))
one-rule = kernel-$1: ; +$$(q)exec ktstr-cache --die-with-parent exec -- $$(self) kernel word-number=$1 spec='$$(word $1,$$(KERNEL))'

refuse = echo 'ktstr: $1' >&2; exit 2
one-folder:
	$(q)$(if $(and $(outside),$(word 2,$(numbers))),$(call refuse,KTSTR_KERNEL_O is a folder for one kernel$(comma) and KERNEL names $(words $(numbers))))
kernels: one-folder $(numbers:%=kernel-%)
	$(q)$(if $(numbers),,$(call refuse,set KERNEL to a kernel tree$(comma) a tarball or a cache key))
	$(q)$(in-turn) awk '!seen[$$0]++' $(numbers:%='$(KTSTR_WORK)/%/label') >'$(out)/list.new' && \
		mv -f '$(out)/list.new' '$(out)/list'
$(foreach n,$(numbers),$(eval $(call one-rule,$n)))

#### kernel: outside of the locks

kernel: link

resolve:
	$(q)mkdir -p '$(work)' '$(out)'
	$(q)exec $(call resolve-to,$(probe))

# A miss is exit status 1; anything else is trouble.
# One that is not kept there may be in our own folder, of the very same source.
cached = ktstr-cache get '$(call field,key)' >'$(work)/entry' || test $$? -eq 1
built = ktstr-cache built '$(probe)' '$(out)/.built/$(label)' >'$(work)/entry' || test $$? -eq 1
find = $(if $(call field,key),$(cached),$(if $(call field,identity),$(built)))
look: resolve
	$(q)$(find)

locks = $(if $(filter directory,$(call field,kind)),ktstr-lock source '$(call field,path)' --die-with-parent --) \
	ktstr-lock cpus --wait $(if $(KTSTR_CPU_CAP),--cap '$(KTSTR_CPU_CAP)') --die-with-parent -- \
	ktstr-sandbox $(if $(KTSTR_CPU_CAP),--strict) --die-with-parent --
obtain: look
	$(if $(call read,entry),,$(q)echo 'kernel $(label): $(if $(call field,key),not in the cache$(comma) )building it')
	+$(if $(call read,entry),,$(q)exec $(locks) $(self) build)

# The link changes at once, from one kernel to the other.
link: obtain
	$(q)$(in-turn) ln -sfn '$(call read,entry)' '$(out)/.$(label).new' && mv -fT '$(out)/.$(label).new' '$(out)/$(label)'
	$(q)echo '$(label)' >'$(work)/label'
	$(q)echo 'kernel $(label): $(or $(call read,built),$(if $(call field,key),found in the cache,unchanged since it was built)) ($(or $(call field,key),not kept))'

#### build: inside of the locks; look again, for others may have built meanwhile

change = $(call read,change)
again:
	$(q)exec ktstr-cache --die-with-parent probe --since '$(probe)' >'$(work)/change'
build: again
	$(if $(filter clean dirty-before,$(change)),$(q)$(find))
	$(if $(filter clean dirty-before failed,$(change)),,$(q)exec $(call resolve-to,$(probe),--quiet))
	+$(q)test -s '$(work)/entry' || exec $(self) store

# The kernel's make gets nothing of ours but the jobserver: command-line
# variables are in MAKEFLAGS and in the environment.
flags-only = $(subst |,$(space),$(firstword $(subst |--|, ,$(subst $(space),|,$(MAKEFLAGS))|--|)))
jobserver = $(filter --jobserver-auth=%,$(flags-only))
overridden = $(filter-out PATH HOME,$(foreach w,$(MAKEOVERRIDES),$(if $(findstring =,$w),$(firstword $(subst =, ,$w)))))
drop := V O M C W KERNEL ARCH KBUILD_OUTPUT KBUILD_EXTMOD KCFLAGS KCPPFLAGS KAFLAGS \
	KCONFIG_CONFIG KCONFIG_ALLCONFIG INSTALL_PATH MFLAGS MAKELEVEL MAKEFILES \
	GNUMAKEFLAGS CFLAGS CPPFLAGS LDFLAGS
# Who built it, where and when would make two builds of one source differ.
same-image = KBUILD_BUILD_USER=ktstr KBUILD_BUILD_HOST=ktstr KBUILD_BUILD_VERSION=1 \
	KBUILD_BUILD_TIMESTAMP='Thu Jan 1 00:00:00 UTC 1970'
clean-env = env $(addprefix -u ,$(sort $(drop) $(overridden))) $(same-image) \
	MAKEFLAGS='$(if $(jobserver),$(filter -j%,$(flags-only)) $(jobserver))'

tree = $(call read,tree)
folder = $(or $(call field,build),$(tree))
kernel-make = $(clean-env) $(MAKE) -C '$(tree)' $(if $(filter-out $(tree),$(folder)),O='$(folder)')
build-args = $(if $(jobserver),,-j$(or $(KTSTR_JOBS),1)) KCFLAGS=-Wno-error
image = $(folder)/arch/x86/boot/bzImage
log = $(out)/$(label).log
logged = ktstr-cache --die-with-parent log --to '$(log)' $(if $(filter 1,$(V)),--echo) --title 'kernel $(label): $1'

source:
	$(q)date +%s >'$(work)/start'
	$(q): >'$(log)'
	$(q)exec ktstr-cache --die-with-parent fetch --probe-file '$(probe)' --to '$(work)/source' >'$(work)/tree'

# Our .config is made from the user's, or from KTSTR_KCONFIG_BASE, and the
# fragments. It is made again from the same start whenever a fragment has
# changed: what a fragment no longer says must not stay. It is made and checked
# beside the tree, and put there at once.
fragments = '$(kconfig)/ktstr.config' '$(kconfig)/$(call field,arch).config' $(if $(extra),'$(extra)')
config = $(work)/config
saved = $(folder)/.config.ktstr-saved
is-theirs = $(filter $(call field,base),$(call field,config))
configure: source
	+$(q)$(if $(call field,configured),$(call check,$(folder)/.config),exec $(self) adopt)

.PHONY: base merge check adopt
base:
	+$(q)$(if $(call field,base),$(copy-base),exec $(call logged,configuring) --append -- $(kernel-make) KCONFIG_CONFIG='$(config)' $(call field,kconfig_base)config)
copy-base = cp '$(if $(is-theirs),$(folder)/.config,$(saved))' '$(config)' || { \
	echo "ktstr: '$(folder)/.config' was made from a file that is gone; remove '$(folder)/.config.ktstr' to begin with it as it is" >&2; exit 2; }
merge: base
	$(q)ktstr-kconfig merge '$(config)' $(fragments) >'$(config).merged'
	$(q)mv -f '$(config).merged' '$(config)'
	+$(q)exec $(call logged,configuring) --append -- $(kernel-make) KCONFIG_CONFIG='$(config)' olddefconfig
check: merge
	$(q)$(call check,$(config))
adopt: check
	$(q)$(if $(is-theirs),$(keep-it))
	$(q)$(if $(filter directory,$(call field,kind)),ktstr-cache adopt '$(probe)' '$(config)',cp '$(config)' '$(tree)/.config')

check = ktstr-kconfig check '$1' --required '$(kconfig)/required.list' \
	$(addprefix --requested ,$(fragments)) --tree '$(tree)' || { \
	echo 'ktstr: no test can run on this kernel$(if $(extra), (is it because of $(extra)?))' >&2; exit 1; }
define keep-it
if ! cmp -s '$(folder)/.config' '$(saved)'; then \
	if test -e '$(saved)'; then mv -f '$(saved)' '$(saved).old'; fi; \
	cp -p '$(folder)/.config' '$(saved).new' && mv -f '$(saved).new' '$(saved)' || exit 1; \
	echo "kernel $(label): '$(folder)/.config' is going to change; it is kept as '$(saved)'"; \
fi
endef

# Before the kernel, because they fail sooner.
tools-for-bpf: configure
	+$(q)exec $(call logged,BPF tools) --append -- $(clean-env) $(MAKE) $(if $(jobserver),,-j$(or $(KTSTR_JOBS),1)) \
		-f '$(here)/kernel-bpf.mk' TREE='$(tree)' WORK='$(work)/bpf'

compile: tools-for-bpf
	+$(q)exec $(call logged,building) --append -- $(kernel-make) $(build-args) bzImage vmlinux

# For editors; with other arguments the kernel would compile everything again.
commands: compile
	+$(if $(filter directory,$(call field,kind)),$(q)$(make-commands))
make-commands = $(call logged,compile_commands.json) --append -- $(kernel-make) $(build-args) compile_commands.json || \
	echo 'ktstr: no compile_commands.json for $(tree), ignoring it' >&2

# Kept in the cache only if what the key names is still what was built.
is-same = $(filter clean dirty-before failed,$(call read,after))
is-kept = $(and $(call field,key),$(is-same))
store: commands
	$(q)exec ktstr-cache --die-with-parent probe --since '$(probe)' >'$(work)/after'
	+$(q)exec $(self) put

.PHONY: put
put:
	$(if $(is-kept),,$(q)mkdir -p '$(out)/.built')
	$(q)exec ktstr-cache --die-with-parent put --probe-file '$(probe)' $(if $(is-kept),,--to '$(out)/.built/$(label)' $(if $(filter clean dirty-before,$(call read,after)),,--edited)) \
		--image '$(image)' --vmlinux '$(folder)/vmlinux' --config '$(folder)/.config' \
		$(if $(wildcard $(work)/bpf/out),--bpf-dir '$(work)/bpf/out') >'$(work)/entry'
	$(q)echo "built in $$(($$(date +%s) - $(call read,start))) s" >'$(work)/built'
	$(if $(is-kept),,$(if $(call field,key),$(q)$(say-not-kept)))
say-not-kept = echo 'kernel $(label): what was built is not what the key says, so it is not kept in the cache' >&2
