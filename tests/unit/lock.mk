tests-y                      += test-lock-cacheroot
test-lock-cacheroot-objs-y   := tests/unit/test-lock-cacheroot.o
