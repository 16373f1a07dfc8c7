/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source lines of addresses, of small programs in place of a kernel. */
#include "vmm/repro/lines.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/unit/t.h"
#include "tools/lib/file.h"
#include "vmm/symbols.h"

static char folder[] = "/tmp/test-repro-lines.XXXXXX";

/* 100 characters. */
#define LONG                                                                   \
	"0123456789012345678901234567890123456789012345678901234567890123456"  \
	"789012345678901234567890123456789"

/* Function outer() calls before its line is at its end, twice() is there in two
 * files, and made_up() is of no line. */
static const char kernel_c[] =
	"#include \"../include/written.h\"\n"
	"void inner(void);\n"
	"volatile int count;\n"
	"void outer(void)\n"
	"{\n"
	"\tinner();\n"
	"\tcount++;\n"
	"}\n"
	"static __attribute__((noinline, used)) void twice(void)\n"
	"{\n"
	"\tcount++;\n"
	"}\n"
	"void made_up(void)\n"
	"#line 0\n"
	"{ count++; }\n"
	"#line 40 \"../kernel/" LONG ".c\"\n"
	"void far_away(void) { count++; }\n"
	"#line 7 \"/elsewhere/written.c\"\n"
	"void elsewhere(void) { count++; }\n";
static const char main_c[] =
	"#include <stdio.h>\n"
	"void outer(void);\n"
	"extern volatile int count;\n"
	"static __attribute__((noinline, used)) void twice(void)\n"
	"{\n"
	"\tcount += 3; count += 4; count += 5; count += 6; count += 7;\n"
	"\tcount += 3; count += 4; count += 5; count += 6; count += 7;\n"
	"}\n"
	"void inner(void)\n"
	"{\n"
	"\tprintf(\"%lx\\n\", (char *)__builtin_return_address(0) -\n"
	"\t\t(char *)outer);\n"
	"}\n"
	"int main(void)\n"
	"{\n"
	"\touter();\n"
	"}\n";
static const char written_h[] = "static inline void in_header(void)\n"
				"{\n"
				"}\n"
				"void (*kept)(void) = in_header;\n";

static void write_file(const char *name, const void *data, size_t len)
{
	FILE *f = fopen(name, "we");

	CHECK(f && fwrite(data, 1, len, f) == len);
	CHECK_INT(fclose(f), 0);
}

static void sh(const char *command)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		execlp("sh", "sh", "-ec", command, NULL);
		_exit(127);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	if (status != 0)
		printf("# status %d of: %s\n", status, command);
	CHECK_INT(status, 0);
}

#define BUILD(where, tree, options)                                            \
	"cd " where " && ${CC:-cc} -O0 " options " " tree "kernel/ext.c "      \
	"-c -o ext.o && ${CC:-cc} -O0 " options " " tree "init/main.c -c "     \
	"-o main.o && ${CC:-cc} -no-pie main.o ext.o -o \"$OLDPWD/vmlinux\""
/* As a kernel with and without O=. */
#define IN_TREE	    BUILD(".", "./", "-g -fno-pie")
#define OUT_OF_TREE BUILD("out", "../", "-g -fno-pie")

/* A tree, and "vmlinux" in it as @how builds it. The caller is there. */
static void build(const char *how)
{
	CHECK(mkdtemp(folder));
	CHECK_INT(chdir(folder), 0);
	CHECK_INT(mkdir("init", 0700) | mkdir("kernel", 0700) |
			  mkdir("include", 0700) | mkdir("out", 0700),
		  0);
	write_file("init/main.c", main_c, sizeof(main_c) - 1);
	write_file("kernel/ext.c", kernel_c, sizeof(kernel_c) - 1);
	write_file("include/written.h", written_h, sizeof(written_h) - 1);
	sh(how);
}

static void done(void)
{
	CHECK_INT(chdir("/"), 0);
	CHECK_INT(file_remove_tree(folder), 0);
}

static void begin(const char *how, struct repro_lines **ret)
{
	struct why why = { .text = "" };
	int r;

	build(how);
	r = repro_lines_open("vmlinux", ret, &why);
	if (r < 0)
		printf("# %s\n", why.text);
	CHECK_INT(r, 0);
}

static uint64_t at(const char *name)
{
	const char *const names[] = { name, NULL };
	const char *found;
	uint64_t ret = 0;
	struct why why;

	CHECK_INT(symbols_find("vmlinux", names, &ret, &found, &why), 0);
	return ret;
}

/* The line where @name begins is @want; "" if there is none. */
static void begins(struct repro_lines *l, const char *name, const char *want)
{
	char line[REPRO_LINE_MAX] = "x";
	bool is = repro_lines_at(l, at(name), line);

	if (strcmp(line, want) != 0)
		printf("# %s: '%s', not '%s'\n", name, line, want);
	CHECK(strcmp(line, want) == 0 && is == (*want != '\0'));
}

static void leads(struct repro_lines *l, const char *back, const char *want)
{
	char line[REPRO_LINE_MAX] = "x";
	bool is = repro_lines_back(l, back, line);

	if (strcmp(line, want) != 0)
		printf("# %s: '%s', not '%s'\n", back, line, want);
	CHECK(strcmp(line, want) == 0 && is == (*want != '\0'));
}

static void check_functions(struct repro_lines *l)
{
	begins(l, "main", "init/main.c:15");
	begins(l, "outer", "kernel/ext.c:5");
	begins(l, "in_header", "include/written.h:2");
	begins(l, "elsewhere", "/elsewhere/written.c:7");
	/* Of libc's begin of a program nothing is known. */
	begins(l, "_start", "");
	repro_lines_close(l);
	done();
}

TEST(a_function_has_its_line_below_the_tree)
{
	struct repro_lines *l;

	begin(IN_TREE, &l);
	check_functions(l);
}

TEST(the_tree_is_found_from_a_folder_of_its_own)
{
	struct repro_lines *l;

	begin(OUT_OF_TREE, &l);
	check_functions(l);
}

TEST(the_tree_is_found_from_anywhere)
{
	struct repro_lines *l;

	begin(BUILD("out", "$OLDPWD/", "-g -fno-pie"), &l);
	check_functions(l);
}

TEST(names_that_begin_in_the_tree_stay)
{
	struct repro_lines *l;

	begin(BUILD(".", "./", "-g -fno-pie -fdebug-prefix-map=\"$PWD\"=."),
	      &l);
	check_functions(l);
}

TEST(what_has_no_line_has_that_of_its_function)
{
	struct repro_lines *l;
	char line[REPRO_LINE_MAX];

	begin("CC=clang; " IN_TREE, &l);
	/* Its body is of line 0, as what clang makes up; gcc has no such. */
	begins(l, "made_up", "kernel/ext.c:13");
	CHECK(repro_lines_at(l, at("far_away"), line));
	CHECK_INT(strlen(line), REPRO_LINE_MAX - 1);
	CHECK(strncmp(line, "...", 3) == 0);
	CHECK(strcmp(line + strlen(line) - 12, "3456789.c:40") == 0);
	repro_lines_close(l);
	done();
}

TEST(a_line_of_a_backtrace_is_the_call)
{
	char text[256], back[300];
	struct repro_lines *l;
	FILE *f;

	begin(IN_TREE, &l);
	/* It tells where inner() returns to: the next line's first byte. */
	sh("./vmlinux >offset");
	f = fopen("offset", "re");
	CHECK(f && fgets(text, sizeof(text), f));
	(void)fclose(f);
	text[strcspn(text, "\n")] = '\0';
	snprintf(back, sizeof(back), "   outer+0x%s/0x30", text);
	leads(l, back, "kernel/ext.c:6");
	snprintf(back, sizeof(back), "   outer+0x%s/0x30 [module]", text);
	leads(l, back, "");
	leads(l, "   outer+0x0/0x30", "");
	leads(l, "   outer+0x31/0x30", "");
	leads(l, "   oute+0x4/0x30", "");
	leads(l, "   outer+0x4", "");
	leads(l, "   bpf_prog_6f1c2a3b4d5e6f70_zoo_enqueue+0x44/0x90", "");
	leads(l, "", "");
	repro_lines_close(l);
	done();
}

TEST(of_two_functions_of_a_name_the_one_that_fits_or_none)
{
	struct repro_lines *l;

	begin(IN_TREE, &l);
	/* One has some 25 bytes, the other 150. */
	leads(l, "   twice+0x1/0x20", "kernel/ext.c:10");
	leads(l, "   twice+0x1/0xb0", "init/main.c:5");
	leads(l, "   twice+0x1/0x1000", "");
	repro_lines_close(l);
	done();
}

TEST(what_has_no_debugging_information_is_said)
{
	struct repro_lines *l;
	struct why why;

	build(BUILD(".", "./", "-fno-pie"));
	CHECK_INT(repro_lines_open("vmlinux", &l, &why), -ENODATA);
	CHECK(strcmp(why.text, "'vmlinux' has no debugging information") == 0);
	CHECK_INT(repro_lines_open("init/main.c", &l, &why), -ENOEXEC);
	CHECK_INT(repro_lines_open("nowhere", &l, &why), -ENOENT);
	done();
}

/* The file, with section @name of at most @len bytes; how many it had. */
static uint64_t cut(const char *name, uint64_t len)
{
	static unsigned char data[1 << 20];
	FILE *f = fopen("whole", "re");
	const Elf64_Ehdr *e = (void *)data;
	size_t count = f ? fread(data, 1, sizeof(data), f) : 0;
	uint64_t had = 0;

	CHECK(count > sizeof(*e) && count < sizeof(data));
	(void)fclose(f);
	Elf64_Shdr *h = (void *)(data + e->e_shoff);
	const char *names = (char *)data + h[e->e_shstrndx].sh_offset;
	for (unsigned int i = 0; i < e->e_shnum; i++) {
		if (strcmp(names + h[i].sh_name, name) != 0)
			continue;
		had = h[i].sh_size;
		if (had > len)
			h[i].sh_size = len;
	}
	write_file("vmlinux", data, count);
	return had;
}

TEST(without_the_quick_table_it_is_the_same)
{
	struct repro_lines *l;
	struct why why;

	build(IN_TREE "; mv vmlinux whole");
	(void)cut(".debug_aranges", 0);
	CHECK_INT(repro_lines_open("vmlinux", &l, &why), 0);
	check_functions(l);
}

/* As it is: whatever it says of a function is a line, or nothing. */
static bool ask_all(void)
{
	static const char *const names[] = { "main", "outer", "made_up" };
	char line[REPRO_LINE_MAX];
	struct repro_lines *l;
	bool all = true;
	struct why why;
	int r = repro_lines_open("vmlinux", &l, &why);

	CHECK(r == 0 || (r == -ENODATA && *why.text));
	for (size_t i = 0; r == 0 && i < 3; i++) {
		bool is = repro_lines_at(l, at(names[i]), line);

		CHECK(is == (strrchr(line, ':') != NULL));
		CHECK(is || !*line);
		all = all && is;
	}
	if (r == 0)
		repro_lines_close(l);
	return r == 0 && all;
}

TEST(what_is_cut_short_gives_less_and_no_more)
{
	static const char *const sections[] = { ".debug_info", ".debug_line",
						".debug_abbrev" };

	build(IN_TREE "; mv vmlinux whole");
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		uint64_t len = cut(sections[i], UINT64_MAX);

		CHECK(len > 0);
		CHECK(ask_all());
		for (uint64_t n = 0; n < len; n += 1 + n / 8) {
			(void)cut(sections[i], n);
			(void)ask_all();
		}
		(void)cut(sections[i], len / 4);
		CHECK(!ask_all());
	}
	done();
}
