/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/symbols.h"

#include <errno.h>
#include <stdint.h>

#include "tests/unit/t.h"

/* Of this program, whose symbols they are. */
void look_here(void);
void look_here(void)
{
}

TEST(the_first_name_that_a_program_has_is_found)
{
	static const char *const names[] = { "look_there", "look_here", "main",
					     NULL };
	const char *name = NULL;
	uint64_t at = 0, main_at = 0;
	struct why why;

	CHECK_INT(symbols_find("/proc/self/exe", names, &at, &name, &why), 0);
	CHECK(name == names[1]);
	CHECK_INT(symbols_find("/proc/self/exe", names + 2, &main_at, &name,
			       &why),
		  0);
	CHECK(at != main_at && at != 0);
}

TEST(a_name_that_only_begins_so_is_another)
{
	static const char *const names[] = { "look_her", NULL };
	const char *name;
	struct why why;
	uint64_t at;

	CHECK_INT(symbols_find("/proc/self/exe", names, &at, &name, &why),
		  -ENOENT);
	CHECK(strcmp(why.text, "this kernel has no function 'look_her'") == 0);
}

/* As a compiler calls what it made of functions. */
__asm__(".pushsection .text\n"
	".type made.cold, @function\n made.cold: nop\n"
	".type made.part.0, @function\n made.part.0: nop\n"
	".type made.isra.0, @function\n made.isra.0: nop\n"
	".type made.isra.0.cold, @function\n made.isra.0.cold: nop\n"
	".type cut.cold, @function\n cut.cold: nop\n"
	".popsection");

TEST(a_function_that_was_changed_is_found_and_a_piece_of_one_is_not)
{
	static const char *const made[] = { "made", NULL },
				 *const whole[] = { "made.isra.0", NULL },
				 *const cut[] = { "cut", NULL };
	uint64_t at = 0, want = 1;
	const char *name;
	struct why why;

	CHECK_INT(symbols_find("/proc/self/exe", made, &at, &name, &why), 0);
	CHECK_INT(symbols_find("/proc/self/exe", whole, &want, &name, &why), 0);
	CHECK(at == want);
	CHECK_INT(symbols_find("/proc/self/exe", cut, &at, &name, &why),
		  -ENOENT);
}

TEST(what_has_no_symbols_is_told_from_what_lacks_one)
{
	static const char *const names[] = { "main", NULL };
	const char *name;
	struct why why;
	uint64_t at;

	CHECK_INT(symbols_find("/etc/passwd", names, &at, &name, &why),
		  -ENOEXEC);
	CHECK_INT(symbols_find("/nowhere", names, &at, &name, &why), -ENOENT);
	CHECK(strstr(why.text, "cannot open"));
}

static volatile int a_variable = 1;

TEST(variables_are_no_functions)
{
	static const char *const names[] = { "a_variable", NULL };
	const char *name;
	struct why why;
	uint64_t at = 0;

	CHECK_INT(symbols_find_variable("/proc/self/exe", "a_variable", &at,
					&why),
		  0);
	/* A program may be moved as a whole. */
	CHECK_INT(at % 4096, (uintptr_t)&a_variable % 4096);
	CHECK_INT(symbols_find("/proc/self/exe", names, &at, &name, &why),
		  -ENOENT);
	CHECK_INT(symbols_find_variable("/proc/self/exe", "main", &at, &why),
		  -ENOENT);
	CHECK(strcmp(why.text, "this kernel has no variable 'main'") == 0);
}
