/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/t.h"
#include "tools/kconfig/expr.h"
#include "tools/kconfig/tree.h"

static const char config[] = "CONFIG_A=y\nCONFIG_M=m\nCONFIG_64BIT=y\n"
			     "CONFIG_NUM=512\nCONFIG_HEX=0x1000\n"
			     "CONFIG_TEXT=\"abc\"\n# CONFIG_OFF is not set\n";

static void read_config(struct conf *c)
{
	char text[sizeof(config)];

	memcpy(text, config, sizeof(config));
	CHECK_INT(conf_parse(c, text, "config", NULL), 0);
}

TEST(evaluates_expressions)
{
	static const struct {
		const char *text;
		int value;
	} cases[] = {
		{ "A", EXPR_Y },
		{ "M", EXPR_M },
		{ "OFF", EXPR_N },
		{ "NEVER_HEARD", EXPR_N },
		{ "!M", EXPR_M },
		{ "!OFF", EXPR_Y },
		{ "!!A", EXPR_Y },
		{ "A && M", EXPR_M },
		{ "A && OFF || M", EXPR_M },
		{ "A && (OFF || M)", EXPR_M },
		{ "(A||OFF)&&!OFF", EXPR_Y },
		{ "64BIT", EXPR_Y },
		{ "A = y", EXPR_Y },
		{ "A=n", EXPR_N },
		{ "A != n", EXPR_Y },
		{ "OFF = n", EXPR_Y },
		{ "NEVER_HEARD = \"\"", EXPR_Y },
		{ "NUM >= 512", EXPR_Y },
		{ "NUM > 512", EXPR_N },
		{ "NUM < 64", EXPR_N },
		{ "NUM <= 1000", EXPR_Y },
		{ "NEVER_HEARD > 5", EXPR_N },
		{ "NEVER_HEARD < 5", EXPR_N },
		{ "HEX = 0x1000", EXPR_Y },
		{ "HEX > 4095", EXPR_Y },
		{ "TEXT = \"abc\"", EXPR_Y },
		{ "TEXT != 'abc'", EXPR_N },
		{ "m", EXPR_M },
		/* what cannot be told is nobody's unmet condition */
		{ "$(cc-option,-mfoo(x)) && OFF", EXPR_Y },
		{ "\"$(ARCH)\" = \"um\"", EXPR_Y },
		{ "(A", EXPR_Y },
		{ "OFF &&", EXPR_Y },
		{ "OFF ???", EXPR_Y },
		{ "", EXPR_Y },
	};
	auto_conf struct conf c = { 0 };

	read_config(&c);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (expr_value(cases[i].text, &c) != cases[i].value)
			printf("# %s\n", cases[i].text);
		CHECK_INT(expr_value(cases[i].text, &c), cases[i].value);
	}
}

TEST(ends_on_an_expression_without_end)
{
	static char deep[100001];
	auto_conf struct conf c = { 0 };

	memset(deep, '(', sizeof(deep) - 1);
	CHECK_INT(expr_value(deep, &c), EXPR_Y);
	memset(deep, '!', sizeof(deep) - 1);
	CHECK_INT(expr_value(deep, &c), EXPR_Y);
}

TEST(names_the_parts_that_are_not_so)
{
	static const struct {
		const char *text, *unmet;
		int need;
	} cases[] = {
		{ "A && OFF && M", "OFF", EXPR_M },
		{ "A && OFF && M", "OFF && M", EXPR_Y },
		{ "(OFF || A) && (OFF && A)", "(OFF && A)", EXPR_Y },
		{ "OFF && A || OFF", "OFF && A || OFF", EXPR_Y },
		{ "TEXT = \"a && b\" && A", "TEXT = \"a && b\"", EXPR_Y },
		{ "A", "", EXPR_Y },
		{ "", "", EXPR_Y },
	};
	auto_conf struct conf c = { 0 };

	read_config(&c);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_str struct str out = { 0 };

		expr_unmet(cases[i].text, &c, cases[i].need, &out);
		CHECK(strcmp(str_text(&out), cases[i].unmet) == 0);
	}
}

/* What the file @text says about CONFIG_X. */
static struct option_facts look(const char *text)
{
	struct option_facts o = { .name = "CONFIG_X" };
	auto_conf struct conf c = { 0 };
	char *copy = strdup(text);

	read_config(&c);
	tree_look_at(copy, &c, &o, 1);
	free(copy);
	return o;
}

static const struct {
	const char *text, *unmet, *selected;
	bool known, prompt, visible, in_choice;
} option_cases[] = {
	{ "config X\n\tbool \"x\"\n", "", "", 1, 1, 1, 0 },
	{ "config X\n\tbool\n\tdefault y\n", "", "", 1, 0, 0, 0 },
	{ "config XY\n\tbool \"x\"\n", "", "", 0, 0, 0, 0 },
	{ "menuconfig X # no\n  bool 'x' if OFF\n", "OFF", "", 1, 1, 0, 0 },
	{ "config X\n\tint \"x if y\" if A\n\tdepends on OFF && A\n", "OFF", "",
	  1, 1, 0, 0 },
	{ "if OFF\nif A\nconfig X\n\tbool\n\tprompt \"x\"\nendif\nendif", "OFF",
	  "", 1, 1, 0, 0 },
	{ "if OFF\nendif\nconfig X\n\tbool \"x\"\n", "", "", 1, 1, 1, 0 },
	{ "menu \"m\"\n\tdepends on OFF\nconfig X\n\tbool \"x\"\nendmenu",
	  "OFF", "", 1, 1, 0, 0 },
	{ "choice\n\tprompt \"c\"\nconfig X\n\tbool \"x\"\nendchoice", "", "",
	  1, 1, 1, 1 },
	{ "config Y\n\tdepends on OFF\n\tbool \"y\"\nconfig X\n"
	  "\tbool \"x\"\n",
	  "", "", 1, 1, 1, 0 },
	{ "comment \"c\"\n\tdepends on OFF\nconfig X\n\tbool \"x\"\n", "", "",
	  1, 1, 1, 0 },
	/* two definitions: one that can be reached is enough */
	{ "config X\n\tbool \"x\"\n\tdepends on OFF\nconfig X\n"
	  "\tbool \"x\"\n\tdepends on A\n",
	  "OFF", "", 1, 1, 1, 0 },
	{ "config X\n\tbool \"x\"\nconfig X\n\tbool \"x\"\n\tdepends on "
	  "OFF\n",
	  "", "", 1, 1, 1, 0 },
	/* help is no attribute, and ends where it is indented less */
	{ "config X\n\thelp\n\t  depends on OFF\n\n\t  if OFF\n"
	  "\tbool \"x\"\n",
	  "", "", 1, 1, 1, 0 },
	{ "config Y\n\thelp\nconfig X\n\tbool \"x\"\n", "", "", 1, 1, 1, 0 },
	{ "config X\r\n\tbool \"x\"\r\n\tdepends on OFF\r\n", "OFF", "", 1, 1,
	  0, 0 },
	{ "config X\n\tbool \"x\"\n\tdepends on A && \\\n\t\tOFF\n", "OFF", "",
	  1, 1, 0, 0 },
	{ "config X\n\tbool \"x\"\n\tdepends on OFF || NO\n"
	  "\tdepends on A\n",
	  "(OFF || NO)", "", 1, 1, 0, 0 },
	/* who switches it on */
	{ "config A\n\tselect X\nconfig M\n\tselect X if A\n", "",
	  "CONFIG_A, CONFIG_M", 0, 0, 0, 0 },
	{ "config A\n\tselect X if OFF\nconfig OFF\n\tselect X\n"
	  "config A\n\tselect XY\n",
	  "", "", 0, 0, 0, 0 },
	{ "endif\nendmenu\n", "", "", 0, 0, 0, 0 },
};

TEST(reads_what_a_file_says_of_an_option)
{
	for (size_t i = 0; i < sizeof(option_cases) / sizeof(option_cases[0]);
	     i++) {
		struct option_facts o = look(option_cases[i].text);

		if (o.known != option_cases[i].known ||
		    o.visible != option_cases[i].visible ||
		    strcmp(str_text(&o.unmet), option_cases[i].unmet) != 0)
			printf("# case %zu: %s\n", i, str_text(&o.unmet));
		CHECK_INT(o.known, option_cases[i].known);
		CHECK_INT(o.prompt, option_cases[i].prompt);
		CHECK_INT(o.visible, option_cases[i].visible);
		CHECK_INT(o.in_choice, option_cases[i].in_choice);
		CHECK(strcmp(str_text(&o.unmet), option_cases[i].unmet) == 0);
		CHECK(strcmp(str_text(&o.selected), option_cases[i].selected) ==
		      0);
		option_facts_done(&o);
	}
}

TEST(survives_more_blocks_than_it_keeps)
{
	auto_str struct str text = { 0 };
	struct option_facts o;

	for (int i = 0; i < 100; i++)
		str_add(&text, "if OFF\n");
	for (int i = 0; i < 100; i++)
		str_add(&text, "endif\n");
	str_add(&text, "config X\n\tbool \"x\"\n");
	o = look(str_text(&text));
	CHECK(o.visible);
	option_facts_done(&o);
}
