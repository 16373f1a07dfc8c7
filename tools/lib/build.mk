# What every program may use. Nothing here prints or exits, but for msg.c.
lib-objs-y += tools/lib/bzimage.o
lib-objs-y += tools/lib/cachekey.o
lib-objs-y += tools/lib/cacheroot.o
lib-objs-y += tools/lib/cpulist.o
lib-objs-y += tools/lib/crc.o
lib-objs-y += tools/lib/file.o
lib-objs-y += tools/lib/hash.o
lib-objs-y += tools/lib/holders.o
lib-objs-y += tools/lib/hosttopo.o
lib-objs-y += tools/lib/jobserver.o
lib-objs-y += tools/lib/lockfile.o
lib-objs-y += tools/lib/memo.o
lib-objs-y += tools/lib/msg.o
lib-objs-y += tools/lib/num.o
lib-objs-y += tools/lib/options.o
lib-objs-y += tools/lib/program.o
lib-objs-y += tools/lib/str.o
lib-objs-y += tools/lib/utf8.o
lib-objs-y += tools/lib/variant-name.o
lib-objs-y += tools/lib/verifier-collapse.o
lib-objs-y += tools/lib/verifier-log.o
lib-objs-y += tools/lib/walk.o
lib-objs-y += tools/lib/why.o
lib-objs-y += tools/lib/wide.o
lib-objs-y += tools/lib/words.o
# The language of .sched and .test files; the guest's init has it too.
lib-objs-y += $(patsubst %,tools/lib/spec/%.o,amount cgroup checks conf cpuset cpuset-read \
	diag expect fit fit-op flow flow-op known limits-read map-op op own-machine payload payload-flow payload-metric read sched sched-keys settings settings-check step switching test topology tuning under work work-list \
	work-program work-types work-values)
lib-objs-y += $(patsubst %,tools/lib/spec/%.o,flag-check flag-count flag-graph presets profile restrict)
lib-objs-y += $(patsubst %,tools/lib/spec/topology-%.o,cpus detail map memory read)
