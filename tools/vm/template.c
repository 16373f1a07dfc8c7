/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/vm/template.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cache/store/remove.h"
#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"
#include "tools/vm/environment.h"
#include "tools/vm/template-make.h"

#define FOLDER ".templates"
/* Longest wait for who makes the template that we want. */
#define WAIT_S 1800

int template_root(char **ret_cache, char **ret_templates,
		  struct why *reterr_why)
{
	auto_free char *cache = NULL;
	int r = cache_root(&cache, reterr_why);

	if (r < 0)
		return r;
	if (asprintf(ret_templates, "%s/" FOLDER, cache) < 0)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	*ret_cache = take_ptr(cache);
	return 0;
}

int template_remove(const char *cache, const char *key, struct why *reterr_why)
{
	char name[TEMPLATE_KEY_SIZE + sizeof(FOLDER)];

	snprintf(name, sizeof(name), FOLDER "/%s", key);
	return thing_remove(cache, name, reterr_why);
}

/* Remove the longest unused until the rest fits. Those in use stay. */
static void trim(const struct template_place *place)
{
	struct template_info *list;
	uint64_t bytes = 0;
	size_t count;
	struct why why;

	template_drop_locks(place->templates);
	if (template_list(place->templates, &list, &count, &why) < 0)
		return;
	for (size_t i = 0; i < count; i++)
		bytes += list[i].bytes;
	for (size_t i = 0; i < count && bytes > place->max_bytes; i++) {
		if (template_remove(place->cache, list[i].key, &why) < 0)
			continue;
		detail("template %s makes room for others", list[i].key);
		bytes -= list[i].bytes;
	}
	free(list);
}

static bool can_write(const struct template_place *place)
{
	return access(place->templates, W_OK) == 0 ||
	       (errno == ENOENT && access(place->cache, W_OK) == 0);
}

/* Where nothing can be written every machine boots: say that, and not just
 * which file could not be made. */
static int explain(int error, const struct template_place *place,
		   struct why *reterr_why)
{
	if ((error != -EROFS && error != -EACCES) || can_write(place))
		return error;
	return why_set(reterr_why, error,
		       "templates of machines cannot be kept in the cache "
		       "'%s': %s; KTSTR_CACHE_DIR names another one",
		       place->cache, strerror(-error));
}

/* For who holds the maker's lock: it may have been made while we waited. */
static int make(const struct machine_config *c,
		const struct template_place *place, int stop_fd,
		struct template *ret, int *ret_signal, struct why *reterr_why)
{
	int r = template_open(place->templates, place->key, ret, reterr_why);

	if (r == -ESTALE) {
		warn("%s; it is made anew", reterr_why->text);
		r = template_discard(place->cache, place->key, reterr_why);
		if (r < 0)
			return r;
		r = -ENOENT;
	}
	if (r != -ENOENT)
		return r;
	detail("making template %s", place->key);
	r = template_make(c, place, stop_fd, ret_signal, reterr_why);
	return r < 0 ? r
		     : template_open(place->templates, place->key, ret,
				     reterr_why);
}

static int lock_and_make(const struct machine_config *c,
			 const struct template_place *place, int stop_fd,
			 struct template *ret, int *ret_signal,
			 struct why *reterr_why)
{
	const struct template_wait wait = { WAIT_S, stop_fd };
	auto_fd int lock =
		template_lock(place->templates, place->key, &wait, reterr_why);

	if (lock < 0)
		return explain(lock, place, reterr_why);
	int r = make(c, place, stop_fd, ret, ret_signal, reterr_why);
	template_unlock(place->templates, place->key, lock);
	if (r == 0)
		trim(place);
	return r;
}

static int get(const struct machine_config *c, struct template_place *place,
	       int stop_fd, struct template *ret, int *ret_signal,
	       struct why *reterr_why)
{
	char key[TEMPLATE_KEY_SIZE];
	int r = cache_folder(place->cache, FOLDER, NULL, reterr_why);

	r = explain(r, place, reterr_why);
	if (r == 0)
		r = template_key(c, key, &place->facts, reterr_why);
	if (r < 0)
		return r;
	place->key = key;
	r = template_open(place->templates, key, ret, reterr_why);
	if (r == -ENOENT || r == -ESTALE)
		r = lock_and_make(c, place, stop_fd, ret, ret_signal,
				  reterr_why);
	json_decref(place->facts);
	/* It ends with this function. */
	place->key = NULL;
	return r;
}

int template_get(const struct machine_config *c, int stop_fd,
		 struct template *ret, int *ret_signal, struct why *reterr_why)
{
	auto_free char *cache = NULL, *templates = NULL;
	int r = template_root(&cache, &templates, reterr_why);

	if (r < 0)
		return r;
	struct template_place place = { .cache = cache,
					.templates = templates,
					.max_bytes =
						environment_templates_max() };
	return get(c, &place, stop_fd, ret, ret_signal, reterr_why);
}

int template_reject(const struct template *t, int stop_fd,
		    struct why *reterr_why)
{
	const struct template_wait wait = { WAIT_S, stop_fd };
	auto_free char *cache = NULL, *templates = NULL;
	const char *key = strrchr(t->path, '/') + 1;
	int r = template_root(&cache, &templates, reterr_why);

	if (r < 0)
		return r;
	auto_fd int lock = template_lock(templates, key, &wait, reterr_why);
	if (lock < 0)
		return lock;
	/* Another one may be there, made by who failed before us. */
	if (template_is_current(t))
		r = template_discard(cache, key, reterr_why);
	template_unlock(templates, key, lock);
	return r;
}

int template_remake(const struct machine_config *c, int stop_fd,
		    struct template *t, int *ret_signal, struct why *reterr_why)
{
	int r = template_reject(t, stop_fd, reterr_why);

	template_done(t);
	return r < 0 ? r : template_get(c, stop_fd, t, ret_signal, reterr_why);
}

void template_apply(const struct template *t, struct machine_config *c)
{
	c->state_fd = t->state_fd;
	c->ram_fds = t->ram_fds;
	c->ram_count = t->ram_count;
	c->ram_shared = false;
}
