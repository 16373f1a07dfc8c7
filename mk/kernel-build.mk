# SPDX-License-Identifier: GPL-2.0-or-later
# kernel-build.mk - the steps from a kernel spec to an entry (kernel.mk runs it).
#
# It is run three times, one inside the other, and each holds what the inner
# one uses:
#
#   kernels   has a temporary folder of the cache, KTSTR_WORK
#   kernel    one word of KERNEL: resolve, look into the cache, and if it is not
#             there: lock key, source and CPUs, enter the sandbox, build
#   build     inside all these: look again, then the steps of a build
#
# A recipe line that takes long is one program, by exec, that dies with make.
# So nothing goes on when make is killed.
.NOTPARALLEL:
.SUFFIXES:
.PHONY: kernels settings kernel resolve look obtain link
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
field = $(subst |,$(space),$(patsubst $1=%,%,$(filter $1=%,$(subst $(space),|,$(file <$(probe).lines)))))
label = $(call field,label)
read = $(strip $(file <$(work)/$1))
# Another make may do the same here, with the same names until the rename.
in-turn = exec 9<'$(out)' && flock 9 &&
resolve-to = ktstr-cache $2 --die-with-parent --kconfig-dir '$(kconfig)' resolve \
	$(if $(extra),--extra-kconfig '$(extra)') $(if $(outside),--build-dir '$(outside)') \
	--probe-file '$1' --lines '$(spec)' >'$1.lines'

#### kernels: one after the other, then the list

# Lists and ranges become single specs; a word that is one costs no process.
ifndef word-number
is-many := $(or $(findstring ..,$(KERNEL)),$(findstring $(comma),$(KERNEL)))
specs := $(if $(is-many),$(shell exec ktstr-cache --die-with-parent expand $(KERNEL:%='%')),$(KERNEL))
expanded := $(if $(is-many),$(.SHELLSTATUS),0)
numbers := $(shell seq $(words $(specs)))
several := $(if $(word 2,$(numbers)),$(words $(numbers)))
endif

# A kernel that cannot be had hides no other one; a signal ends all.
tried = '$(KTSTR_WORK)/$1/status'
one-rule = kernel-$1: settings ; +$$(q)mkdir '$(KTSTR_WORK)/$1' && exec ktstr-cache --die-with-parent try --to $(call tried,$1) -- \
	$$(self) kernel word-number=$1 several=$(several) spec='$$(word $1,$$(specs))'
$(foreach n,$(numbers),$(eval $(call one-rule,$n)))

refuse = printf '%s\n' 'ktstr: $1' | tr '\000-\011\013-\037\177' '?' >&2; exit 2
switches := KTSTR_FORCE KTSTR_CLEAN
not-switched = $(strip $(foreach v,$(switches),$(if $(filter-out 0 1,$($v))$(word 2,$($v)),$v)))
settings:
	$(q)$(if $(filter-out 0,$(expanded)),exit 2)
	$(q)$(if $(numbers),,$(call refuse,set KERNEL to a kernel tree$(comma) a tarball$(comma) a version or a cache key))
	$(q)$(if $(not-switched),$(call refuse,$(firstword $(not-switched)) is 0 or 1$(comma) not $($(firstword $(not-switched)))))
	$(if $(KTSTR_CPU_CAP),$(q)exec ktstr-lock plan >/dev/null)
	$(q)$(if $(and $(outside),$(several)),$(call refuse,KTSTR_KERNEL_O is a folder for one kernel$(comma) and KERNEL names $(several)))

failed = $(strip $(foreach n,$(numbers),$(if $(filter-out 0,$(file <$(KTSTR_WORK)/$n/status)),$n)))
say-failed = $(call refuse,$(words $(failed)) of $(several) kernels cannot be had: $(foreach n,$(failed),$(word $n,$(specs))))
kernels: settings $(numbers:%=kernel-%)
	$(q)$(if $(failed),$(if $(several),$(say-failed),exit 2))
	$(q)$(in-turn) awk '!seen[$$0]++' $(numbers:%='$(KTSTR_WORK)/%/label') >'$(out)/list.new' && \
		mv -f '$(out)/list.new' '$(out)/list'

#### kernel: outside of the locks

kernel: link

name = kernel $(if $(several),$(word-number)/$(several) )$(label)
resolve:
	$(q)mkdir -p '$(out)'
	$(if $(wildcard $(or $(outside),$(spec))/.config.ktstr-kept),$(q)$(call put-back,$(or $(outside),$(spec))))
	$(q)exec $(call resolve-to,$(probe))

# A miss is exit status 1; anything else is trouble.
# One that is not kept there, or could not be, may be in our own folder, of the very
# same source.
cached = ktstr-cache get '$(call field,key)' >'$(work)/entry'
built = ktstr-cache built '$(probe)' '$(out)/.built/$(label)' >'$(work)/entry'
ours = $(if $(call field,identity),$(if $(wildcard $(out)/.built/$(label)),$(built)))
look-for = $(if $1,$1 || { test $$? -eq 1$(if $2, && { $2 || test $$? -eq 1; }); })
find = $(if $(is-forced),,$(if $(call field,key),$(call look-for,$(cached),$(ours)),$(call look-for,$(ours))))
is-forced = $(filter 1,$(KTSTR_FORCE))
look: resolve
	$(if $(is-forced),$(q)$(if $(filter key,$(call field,kind)),$(call refuse,KTSTR_FORCE builds anew$(comma) and $(spec) is a cache entry: name its source)))
	$(q)$(find)

# Two of several may have one label: the same kernel twice, or two that would
# get in each other's way in KTSTR_OUT.
mine = $(label)|$(or $(call field,key),$(call field,path))
others = $(foreach n,$(filter-out $(word-number),$(shell seq $(several))),$(file <$(KTSTR_WORK)/$n/name))
namesake = $(filter $(label)|%,$(others))
.PHONY: distinct
distinct: resolve
	$(if $(several),$(q)$(if $(filter-out $(mine),$(namesake)),$(call refuse,kernel $(spec) would have the same name as another one of KERNEL$(comma) $(label): give each a KTSTR_OUT of its own)))
	$(if $(several),$(q)echo '$(mine)' >'$(work)/name')

locks = $(if $(call field,key),ktstr-lock build '$(call field,key)' --die-with-parent --) \
	$(if $(filter directory,$(call field,kind)),ktstr-lock source '$(call field,path)' --die-with-parent --) \
	ktstr-lock cpus --wait --die-with-parent -- \
	ktstr-sandbox $(if $(KTSTR_CPU_CAP),--strict) --die-with-parent --
obtain: distinct look
	$(if $(filter 1,$(KTSTR_CLEAN)),$(if $(filter key host image,$(call field,kind)),$(q)echo '$(name): there is nothing to clean$(comma) it is built already'))
	$(if $(call read,entry),,$(q)echo '$(name): $(if $(is-forced),,$(if $(call field,key),not in the cache$(comma) ))$(if $(is-host),taking,building) it')
	+$(if $(call read,entry),,$(q)$(if $(is-host),$(take),exec $(locks) $(self) build))
# The kernel that runs, or a boot image, is there already.
is-host = $(filter host image,$(call field,kind))
take = mkdir -p '$(out)/.built' && ktstr-cache --die-with-parent --kconfig-dir '$(kconfig)' put --probe-file '$(probe)' \
	--spare '$(out)/.built/$(label)' >'$(work)/entry' && \
	echo 'taken from this machine' >'$(work)/built'

# What the cache could not have, or cannot name, is in our own folder.
is-spare = $(filter $(out)/.built/%,$(call read,entry))
# The link changes at once, from one kernel to the other.
link: obtain
	$(q)$(in-turn) ln -sfn '$(call read,entry)' '$(out)/.$(label).new' && mv -fT '$(out)/.$(label).new' '$(out)/$(label)'
	$(q)echo '$(label)' >'$(work)/label'
	$(q)echo '$(name): $(or $(call read,built),$(if $(is-spare),unchanged since it was built,found in the cache)) ($(or $(call field,key),not kept)$(if $(and $(is-spare),$(call field,key)),$(comma) not in the cache))'

#### build: inside of the locks; look again, for others may have built meanwhile

change = $(call read,change)
again:
	$(q)exec ktstr-cache --die-with-parent probe --since '$(probe)' >'$(work)/change'
build: again
	$(if $(filter clean dirty-before,$(change)),$(q)$(find))
	$(if $(filter clean dirty-before failed,$(change)),,$(q)exec $(call resolve-to,$(probe),--quiet))
	+$(q)test -s '$(work)/entry' || exec $(self) store

# The kernel's make gets nothing of ours but the jobserver, and the compilers
# that are asked for: command-line variables are in MAKEFLAGS and in the
# environment.
flags-only = $(subst |,$(space),$(firstword $(subst |--|, ,$(subst $(space),|,$(MAKEFLAGS))|--|)))
jobserver = $(filter --jobserver-auth=%,$(flags-only))
# By name: a value may be anything. A name may have nearly anything in it, too.
overridden = $(filter-out PATH HOME LLVM LLVM_IAS CROSS_COMPILE,$(foreach v,$(.VARIABLES),$(if $(findstring command,$(origin $v)),$v)))
drop := V O M C W KERNEL ARCH KBUILD_OUTPUT KBUILD_EXTMOD KCFLAGS KCPPFLAGS KAFLAGS \
	KCONFIG_CONFIG KCONFIG_ALLCONFIG INSTALL_PATH MFLAGS MAKELEVEL MAKEFILES \
	GNUMAKEFLAGS CFLAGS CPPFLAGS LDFLAGS CC HOSTCC
# Who built it, where and when would make two builds of one source differ. So
# would LOCALVERSION, unless it is set: kbuild then adds "+" where git knows of no
# tag; what the tree and .config say of the version stays. A time that is set
# also has pahole write BTF in one order.
same-image = KBUILD_BUILD_USER=ktstr KBUILD_BUILD_HOST=ktstr KBUILD_BUILD_VERSION=1 \
	KBUILD_BUILD_TIMESTAMP='Thu Jan 1 00:00:00 UTC 1970' LOCALVERSION=
quoted = '$(subst ','\'',$1)'
clean-env = env $(foreach v,$(sort $(drop) $(overridden)),-u $(call quoted,$v)) $(same-image) \
	MAKEFLAGS='$(if $(jobserver),$(filter -j%,$(flags-only)) $(jobserver))'

tree = $(call read,tree)
folder = $(or $(call field,build),$(tree))
kernel-make = $(clean-env) $(MAKE) -C '$(tree)' $(if $(filter-out $(tree),$(folder)),O='$(folder)') $(compilers)
compilers = $(if $(KTSTR_KERNEL_CC),CC='$(KTSTR_KERNEL_CC)') $(if $(KTSTR_KERNEL_HOSTCC),HOSTCC='$(KTSTR_KERNEL_HOSTCC)')
# Paths are in the DWARF, whose hash is the build id, which is in the image.
no-paths = $(patsubst %,-fdebug-prefix-map=%=.,$(sort $(folder) $(tree)))
build-args = $(if $(jobserver),,-j$(or $(KTSTR_JOBS),1)) KCFLAGS='-Wno-error $(no-paths)' KAFLAGS='$(no-paths)'
image = $(folder)/arch/x86/boot/bzImage
log = $(out)/$(label).log
logged = ktstr-cache --die-with-parent log --to '$(log)' $(if $(filter 1,$(V)),--echo) --title '$(name): $1'

# Said before the build, which would fail somewhere with words of its own.
where = $(or $(call field,build),$(if $(filter directory,$(call field,kind)),$(call field,path)))
check-write = if test -e '$(where)' && ! test -w '$(where)'; then \
	echo "ktstr: '$(where)' cannot be written; KTSTR_KERNEL_O=DIR builds it in another folder" >&2; exit 2; fi
source:
	$(if $(where),$(q)$(check-write))
	$(q)date +%s >'$(work)/start'
	$(q): >'$(log)'
	$(q)exec ktstr-cache --die-with-parent fetch --probe-file '$(probe)' --to '$(work)/source' >'$(work)/tree'

# As if the tree had just been unpacked, but for the .config, of which a copy
# stays until it is back: who finds the copy later completes what was begun.
.PHONY: clean
clean: source
	$(if $(wildcard $(folder)/.config.ktstr-kept),$(q)rm -f '$(folder)/.config.ktstr-kept')
	+$(if $(filter 1,$(KTSTR_CLEAN)),$(if $(filter directory,$(call field,kind)),$(clean-tree),$(q)echo '$(name): there is nothing to clean, its source was just unpacked'))
define clean-tree
$(q)$(if $(wildcard $(folder)/.config),cp -p '$(folder)/.config' '$(folder)/.config.ktstr-new' && mv -f '$(folder)/.config.ktstr-new' '$(folder)/.config.ktstr-kept')
+$(q)exec $(call logged,cleaning) --append -- $(kernel-make) mrproper
$(q)if test -e '$(folder)/.config.ktstr-kept'; then mv -f '$(folder)/.config.ktstr-kept' '$(folder)/.config'; fi
endef
put-back = test -e '$1/.config' || { cp -p '$1/.config.ktstr-kept' '$1/.config.ktstr-new' && mv -f '$1/.config.ktstr-new' '$1/.config'; }

# Our .config is made from the user's, or from KTSTR_KCONFIG_BASE, and the
# fragments. It is made again from the same start whenever a fragment has
# changed: what a fragment no longer says must not stay. It is made and checked
# beside the tree, and put there at once.
fragments = '$(kconfig)/ktstr.config' '$(kconfig)/$(call field,arch).config' $(if $(extra),'$(extra)')
config = $(work)/config
saved = $(folder)/.config.ktstr-saved
is-theirs = $(filter $(call field,base),$(call field,config))
configure: clean
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
	echo "$(name): '$(folder)/.config' is going to change; it is kept as '$(saved)'"; \
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
	$(q)mkdir -p '$(out)/.built'
	$(q)exec ktstr-cache --die-with-parent put --probe-file '$(probe)' \
		$(if $(is-kept),--spare,--to) '$(out)/.built/$(label)' $(if $(filter clean dirty-before,$(call read,after)),,--edited) \
		--image '$(image)' --vmlinux '$(folder)/vmlinux' --config '$(folder)/.config' \
		$(if $(wildcard $(work)/bpf/out),--bpf-dir '$(work)/bpf/out') >'$(work)/entry'
	$(q)echo "built in $$(($$(date +%s) - $(call read,start))) s" >'$(work)/built'
	$(if $(is-kept),,$(if $(call field,key),$(q)$(say-not-kept)))
say-not-kept = echo '$(name): what was built is not what the key says, so it is not kept in the cache' >&2
