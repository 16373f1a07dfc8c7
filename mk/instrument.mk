# SPDX-License-Identifier: GPL-2.0-or-later
# instrument.mk - programs that watch themselves while tests run (ours only).
#
#   SAN=LIST     sanitizers of gcc or clang: address,undefined or thread
#   COVERAGE=1   gcov's counters; "make coverage" says it (coverage.mk)
#
# watch-cflags and watch-ldflags are what these add to every program, watch-objs
# the objects that each then has. They are no part of all-cflags, since not all
# can have them: a shared object of ours that others load has none, and a static
# program no sanitizer but "undefined". So a guest's programs may need objects of
# their own, in $(O)/guest.
watch-cflags  :=
watch-ldflags :=
watch-objs-y  :=
guest-watch-cflags  = $(watch-cflags)
guest-watch-ldflags = $(watch-ldflags)
guest-watch-objs-y  = $(watch-objs-y)
guest-in :=

ifneq ($(SAN),)
ifneq ($(COVERAGE),)
$(error ktstr: SAN= and COVERAGE=1 are two builds)
endif
san-words := $(subst $(ktstr-comma), ,$(SAN))
ifneq ($(filter-out address undefined thread leak fuzzer,$(san-words)),)
$(error ktstr: SAN is a list of address, undefined, thread, leak and fuzzer, not '$(SAN)')
endif
watch-cflags  := -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
watch-ldflags := -fsanitize=$(SAN)
# libFuzzer has options and reports of its own.
ifeq ($(filter fuzzer,$(san-words)),)
watch-objs-y  := tests/instrument/san.o
endif
# Where findings are written, whatever a test does with the standard error of
# what it starts; tests/run shows them and fails.
san-reports := $(abspath $(O))/san
# What a guest's processes have found is on its console.
ktstr-vm-watch-y        := tests/instrument/san-vm.o
ktstr-vm-watch-libs-y   := -Wl,--wrap=gate_check

guest-in := guest/
guest-watch-objs-y :=
guest-watch-ldflags :=
# clang's runtime cannot be linked statically; without it a finding is a SIGILL.
guest-watch-cflags := $(if $(filter undefined,$(san-words)),-fsanitize=undefined -fno-omit-frame-pointer \
	$(if $(findstring clang,$(CC)),-fsanitize-trap=all,-fno-sanitize-recover=all))
endif

ifeq ($(COVERAGE),1)
# Lines as they were written, and no function within another.
watch-cflags  := -O0 --coverage -fprofile-abs-path -fprofile-update=prefer-atomic -fdata-sections
# Most of our processes end by _exit(2), which knows nothing of counters.
watch-ldflags := --coverage -Wl,--wrap=_exit -Wl,--wrap=__gcov_dump \
	-Wl,--wrap=__gcov_reset_int -Wl,-T,tests/instrument/counters.ld
watch-objs-y  := tests/instrument/exit.o tests/instrument/shared.o
# A guest sends its counters home at the end of its report, and ktstr-vm takes
# them out of it.
ktstr-init-watch-y      := tests/instrument/coverage-guest.o
ktstr-init-watch-libs-y := -Wl,--wrap=channel_end
ktstr-vm-watch-y        := tests/instrument/coverage-host.o
ktstr-vm-watch-libs-y   := -Wl,--wrap=frame_read
endif

ifeq ($(SAN)$(COVERAGE),)
all-cppflags += -D_FORTIFY_SOURCE=2
endif
$(O)/tests/instrument/%.o: private watch-cppflags := -DINSTRUMENT_DIR='"$(abspath $(O))"'
