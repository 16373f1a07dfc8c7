/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ldcache.h - look a library up in the index that ldconfig wrote. */
#pragma once

/**
 * ldcache_find() - where /etc/ld.so.cache says that @soname is
 * @cache: path of the cache
 *
 * Return: the path, the caller frees it; NULL when it is not there, when the
 * file is not of the format "glibc-ld.so.cache1.1", or names no existing file.
 *
 * Source: glibc sysdeps/generic/dl-cache.h, struct cache_file_new.
 */
char *ldcache_find(const char *cache, const char *soname);
