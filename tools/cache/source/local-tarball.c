/* SPDX-License-Identifier: GPL-2.0-or-later */
/* local-tarball.c - a tarball that the user has. */
#include "tools/cache/source/resolve.h"

#include <fcntl.h>
#include <string.h>

#include "tools/cache/source/tarball.h"

int resolve_tarball(const struct source_request *req, struct source *s,
		    struct why *reterr_why)
{
	int r = tarball_check(s->path, reterr_why);

	if (r == 0)
		r = source_refuse_build_dir(req, "a tarball", reterr_why);

	if (r < 0)
		return r;
	s->kind = SOURCE_TARBALL;
	r = hash_file(AT_FDCWD, s->path, s->sha256);
	if (r < 0)
		return why_set(reterr_why, r, "cannot read '%s': %s", s->path,
			       strerror(-r));
	s->label = source_label(s->path, s->sha256, "");
	s->key = source_key(s);
	return s->label && s->key ? 0 : source_no_memory(reterr_why);
}
