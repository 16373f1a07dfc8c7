progs-y           += ktstr-lock
ktstr-lock-objs-y := $(patsubst %,tools/lock/%.o,main values cpus reserve plan plan-cpus plan-guest show uses source \
	list list-rows view folder become jobs hold)
ktstr-lock-libs-y := $(lib-lzma)
