# SPDX-License-Identifier: GPL-2.0-or-later
progs-y               += ktstr-gauntlet
ktstr-gauntlet-objs-y := $(patsubst %,tools/gauntlet/%.o,check child glob identity list main \
	markdown options plan profiles project record report result retries scenarios show tap variant xml)
ktstr-gauntlet-libs-y := -ljansson -lnettle -lelf
