/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/walk.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"
#include "tools/lib/str.h"

static char folder[] = "/tmp/test-walk.XXXXXX";

static void enter(void)
{
	struct why why;

	CHECK(mkdtemp(folder) != NULL);
	CHECK_INT(chdir(folder), 0);
	CHECK_INT(mkdir("t", 0777), 0);
	CHECK_INT(mkdir("t/b", 0777), 0);
	CHECK_INT(mkdir("t/c", 0777), 0);
	CHECK_INT(file_publish("t/d", "four", 4, 0666, &why), 0);
	CHECK_INT(file_publish("t/b/z", "", 0, 0666, &why), 0);
	CHECK_INT(file_publish("t/b/a", "1", 1, 0666, &why), 0);
	CHECK_INT(symlink("b", "t/a"), 0);
	CHECK_INT(symlink("t", "link"), 0);
}

static void leave(void)
{
	CHECK_INT(chdir("/"), 0);
	CHECK_INT(file_remove_tree(folder), 0);
}

struct seen {
	struct str text;
	const char *skip, *remove, *fail;
};

static int see(const char *path, enum walk_found what, off_t bytes, void *arg,
	       struct why *reterr_why)
{
	struct seen *s = arg;

	str_addf(&s->text, "%c%s", "():@!"[what], path);
	if (what == WALK_FILE)
		str_addf(&s->text, "=%lld", (long long)bytes);
	str_addf(&s->text, " ");
	if (s->remove && strcmp(path, s->remove) == 0 && what == WALK_FOLDER)
		CHECK_INT(file_remove_tree(path), 0);
	if (s->fail && strcmp(path, s->fail) == 0)
		return why_set(reterr_why, -EDOM, "no");
	return s->skip && strcmp(path, s->skip) == 0 ? WALK_SKIP : 0;
}

static bool sees(const struct seen *s, const char *text)
{
	bool same = strcmp(str_text(&s->text), text) == 0;

	if (!same)
		printf("# %s\n", str_text(&s->text));
	return same;
}

TEST(all_is_found_in_the_order_of_names_and_links_are_not_followed)
{
	struct seen s = { 0 }, l = { 0 };
	struct why why;

	enter();
	CHECK_INT(walk_tree("t", see, &s, &why), 0);
	CHECK(sees(&s, "(t @t/a (t/b :t/b/a=1 :t/b/z=0 )t/b (t/c )t/c :t/d=4 "
		       ")t "));
	CHECK_INT(walk_tree("link", see, &l, &why), 0);
	CHECK(sees(&l, "@link "));
	str_done(&s.text);
	str_done(&l.text);
	leave();
}

TEST(of_a_folder_itself_a_link_is_followed)
{
	struct seen s = { .skip = "link/b" };
	struct why why;

	enter();
	CHECK_INT(walk_folder("link", see, &s, &why), 0);
	CHECK(sees(&s, "@link/a (link/b (link/c )link/c :link/d=4 "));
	str_done(&s.text);
	leave();
}

TEST(what_goes_meanwhile_is_told)
{
	struct seen s = { .remove = "t/b" }, f = { 0 };
	struct why why;

	enter();
	CHECK_INT(walk_folder("t", see, &s, &why), 0);
	CHECK(sees(&s, "@t/a (t/b !t/b (t/c )t/c :t/d=4 "));
	CHECK_INT(walk_tree("t/b", see, &f, &why), 0);
	CHECK(sees(&f, "!t/b "));
	str_done(&s.text);
	str_done(&f.text);
	leave();
}

TEST(the_first_error_ends_it)
{
	struct seen s = { .fail = "t/b/a" };
	struct why why;

	enter();
	CHECK_INT(walk_folder("t", see, &s, &why), -EDOM);
	CHECK(sees(&s, "@t/a (t/b :t/b/a=1 "));
	CHECK_INT(walk_folder("t/d", see, &s, &why), -ENOTDIR);
	CHECK(strcmp(why.text, "cannot read 't/d': Not a directory") == 0);
	str_done(&s.text);
	leave();
}
