progs-y           += ktstr-lock
ktstr-lock-objs-y := $(patsubst %,tools/lock/%.o,main cpus plan source list view folder become jobs hold)
ktstr-lock-libs-y := $(lib-lzma)
