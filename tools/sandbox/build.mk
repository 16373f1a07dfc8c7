progs-y              += ktstr-sandbox
ktstr-sandbox-objs-y := $(patsubst %,tools/sandbox/%.o,main guard init restrict children place \
	places position remove sweep timed)
