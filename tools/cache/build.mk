# The kernel cache: sources, keys, entries.
progs-y            += ktstr-cache
ktstr-cache-objs-y := $(addprefix tools/cache/,main.o commands.o entries.o \
	copy.o entry.o git.o help.o kconfig.o meta.o progress.o source.o source-json.o \
	spec.o state.o store.o strip.o tarball.o temp.o wrap.o) tools/kconfig/conf.o
ktstr-cache-libs-y := -larchive -lgit2 -ljansson -lelf -lnettle $(lib-lzma)
