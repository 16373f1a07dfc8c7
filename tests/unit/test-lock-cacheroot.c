/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder of the kernel cache, from the environment. */
#include <errno.h>

#include "tests/unit/t.h"
#include "tools/lib/cacheroot.h"
#include "tools/lib/cleanup.h"

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void environment(const char *own, const char *xdg, const char *home)
{
	set("KTSTR_CACHE_DIR", own);
	set("XDG_CACHE_HOME", xdg);
	set("HOME", home);
}

static void check_root(const char *want)
{
	struct why why = { 0 };
	auto_free char *root = NULL;

	CHECK_INT(cache_root(&root, &why), 0);
	CHECK(strcmp(root, want) == 0);
}

static void check_error(int error, const char *says)
{
	struct why why = { 0 };
	char *root = NULL;

	CHECK_INT(cache_root(&root, &why), error);
	CHECK(!root);
	CHECK(strstr(why.text, says));
	CHECK(strstr(why.text, "KTSTR_CACHE_DIR"));
	CHECK(strstr(why.text, "XDG_CACHE_HOME"));
}

TEST(own_variable_is_taken_as_it_is)
{
	environment("/c", "/x", "/h");
	check_root("/c");
	environment("rel/c//", "/x", "/h");
	check_root("rel/c");
	environment("/", "/x", "/h");
	check_root("/");
}

TEST(xdg_comes_second)
{
	environment(NULL, "/x/", "/h");
	check_root("/x/ktstr/kernels");
	environment("", "/x", NULL);
	check_root("/x/ktstr/kernels");
}

TEST(home_comes_last)
{
	environment(NULL, NULL, "/h");
	check_root("/h/.cache/ktstr/kernels");
	environment("", "", "/h/");
	check_root("/h/.cache/ktstr/kernels");
}

TEST(bad_homes_have_a_sentence_each)
{
	environment(NULL, NULL, NULL);
	check_error(-ENOENT, "HOME is not set");
	environment(NULL, NULL, "");
	check_error(-ENOENT, "HOME is empty");
	environment(NULL, NULL, "/");
	check_error(-EINVAL, "HOME is '/'");
	environment(NULL, NULL, "h");
	check_error(-EINVAL, "HOME 'h' is not an absolute path");
}
