# The monitor, on memory that is made up.
define mon-test
tests-y   += $1
$1-objs-y := tests/unit/$1.o $2
$1-libs-y := $3 $(lib-lzma)
endef
$(eval $(call mon-test,test-mon-derive))
$(eval $(call mon-test,test-mon-outside,,-ljansson))
$(eval $(call mon-test,test-mon-series))
$(eval $(call mon-test,test-mon-space))
$(eval $(call mon-test,test-mon-reader))
$(eval $(call mon-test,test-mon-counts))
$(eval $(call mon-test,test-mon-types,vmm/mon/resolve.o,-lbpf -lelf))
$(eval $(call mon-test,test-mon-vcpus,tools/vm/result-monitor-lists.o,-ljansson))
$(eval $(call mon-test,test-result-monitor,$(addprefix tools/vm/,result-monitor.o result-monitor-lists.o judge-monitor.o outside.o),-ljansson -lnettle))
