tests-y                += test-jobserver
test-jobserver-objs-y  := tests/unit/test-jobserver.o
