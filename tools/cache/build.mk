# The kernel cache: what a kernel is made from, its key, its entry.
progs-y            += ktstr-cache
ktstr-cache-objs-y := $(addprefix tools/cache/,main.o help.o cmd-built.o cmd-clean.o \
	cmd-entries.o cmd-expand.o cmd-gc.o cmd-host.o cmd-list.o cmd-remote.o cmd-show.o \
	cmd-source.o cmd-why.o cmd-wrap.o)
ktstr-cache-objs-y += $(addprefix tools/cache/source/,compilers.o entry-key.o fingerprint.o folder.o \
	host.o host-read.o host-spec.o image.o json.o kconfig.o key.o local-tarball.o parallel.o \
	path-set.o paths.o source.o spec.o state.o tarball.o tarball-look.o tree.o)
ktstr-cache-objs-y += $(addprefix tools/cache/git/,git.o git-ask.o git-files.o git-index.o \
	git-mirror.o git-untracked.o git-url.o remote-git.o run-git.o)
ktstr-cache-objs-y += $(addprefix tools/cache/release/,download.o download-keep.o expand.o \
	mirror.o newest.o recent.o release.o releases.o sums.o version.o)
ktstr-cache-objs-y += $(addprefix tools/cache/net/,body.o http.o part.o transfer.o url.o)
ktstr-cache-objs-y += $(addprefix tools/cache/store/,copy.o describe.o entries.o entry.o \
	lock.o lock-files.o meta.o remove.o share.o store.o strip.o temp.o usage.o vmlinux.o)
ktstr-cache-objs-y += $(addprefix tools/cache/remote/,archive-read.o archive-write.o \
	folder.o manifest.o remote.o secret.o settings.o sync.o)
ktstr-cache-objs-y += $(addprefix tools/cache/wrap/,progress.o wrap.o)
ktstr-cache-objs-y += $(addprefix tools/kconfig/,check.o conf.o expr.o kfile.o tree.o)
ktstr-cache-libs-y := -larchive -lgit2 -ljansson -lelf -lnettle -lcurl $(lib-lzma)
