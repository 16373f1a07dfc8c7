# The kernel cache: sources, keys, entries.
progs-y            += ktstr-cache
ktstr-cache-objs-y := $(addprefix tools/cache/,main.o help.o cmd-built.o cmd-clean.o cmd-entries.o cmd-gc.o cmd-host.o cmd-list.o cmd-show.o cmd-why.o cmd-source.o cmd-wrap.o) \
	$(addprefix tools/cache/net/,body.o http.o part.o transfer.o url.o) \
	tools/cache/cmd-expand.o $(addprefix tools/cache/source/,download.o download-keep.o expand.o mirror.o \
		newest.o recent.o release.o releases.o sums.o version.o) \
	$(addprefix tools/cache/source/,entry-key.o fingerprint.o folder.o \
		git.o git-ask.o git-files.o git-index.o git-mirror.o git-untracked.o git-url.o host.o host-read.o host-spec.o parallel.o path-set.o paths.o remote-git.o run-git.o \
		json.o kconfig.o key.o \
		local-tarball.o source.o spec.o state.o tarball.o tarball-look.o toolchain.o tree.o) \
	$(addprefix tools/cache/store/,copy.o describe.o entries.o entry.o lock.o meta.o remove.o \
		share.o store.o strip.o temp.o usage.o vmlinux.o) \
	$(addprefix tools/cache/wrap/,progress.o wrap.o) $(addprefix tools/kconfig/,check.o conf.o expr.o kfile.o tree.o)
ktstr-cache-objs-y += tools/cache/cmd-remote.o $(addprefix tools/cache/remote/, \
	archive-read.o archive-write.o folder.o manifest.o remote.o secret.o settings.o sync.o)
ktstr-cache-libs-y := -larchive -lgit2 -ljansson -lelf -lnettle -lcurl $(lib-lzma)
