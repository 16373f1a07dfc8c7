/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kfile.c - read one Kconfig file for what it says about some options.
 *
 * Source: Linux Documentation/kbuild/kconfig-language.rst.
 */
#include <ctype.h>
#include <string.h>

#include "tools/kconfig/expr.h"
#include "tools/kconfig/tree.h"

#define MAX_BLOCKS 32

/**
 * struct entry - what a line of attributes belongs to
 * @when:   its conditions; those of a prompt are in it as well
 * @choice: of a block: it is one
 */
struct entry {
	struct str when;
	bool choice;
};

/**
 * struct kfile - where we are in a file
 * @block:   the if, menu and choice around us; the deepest is @depth - 1. Those
 *	     beyond MAX_BLOCKS are counted, not kept
 * @inside:  what attributes are about: the option, the last block, or nothing
 * @name:    of the option, or ""
 * @prompt:  it has one
 * @help:    columns that its help text is indented, 0 before its first line,
 *	     -1 outside
 */
struct kfile {
	const struct conf *config;
	struct option_facts *facts;
	size_t count, depth;
	struct entry block[MAX_BLOCKS], option;
	enum { NOTHING, OPTION, BLOCK } inside;
	char name[128];
	bool prompt;
	int help;
};

/* If @line is KEYWORD and then something or nothing, return that, else NULL. */
static char *behind(char *line, const char *keyword)
{
	size_t n = strlen(keyword);

	if (strncmp(line, keyword, n) != 0 || !strchr(" \t\"", line[n]))
		return NULL;
	return line + n + strspn(line + n, " \t");
}

static void add_condition(struct str *to, const char *text)
{
	if (*text)
		str_addf(to, expr_is_or(text) ? "%s(%s)" : "%s%s",
			 to->len ? " && " : "", text);
}

/* Cut @line at " if ", behind the text it begins with. Return: the condition,
 * or "". */
static char *cut_condition(char *line)
{
	char *p = line, *found;

	if (*p == '"' || *p == '\'') {
		char quote = *p++;

		while (*p && *p != quote)
			p += *p == '\\' && p[1] ? 2 : 1;
	}
	found = strstr(p, " if ");
	if (!found)
		found = strstr(p, "\tif ");
	if (!found)
		return line + strlen(line);
	*found = '\0';
	return found + 4 + strspn(found + 4, " \t");
}

static struct option_facts *wanted(struct kfile *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->facts[i].name + strlen("CONFIG_"), name) == 0)
			return &f->facts[i];
	}
	return NULL;
}

/* The option's attributes have all been read. */
static void end_option(struct kfile *f)
{
	struct option_facts *o = wanted(f, f->name);
	auto_str struct str unmet = { 0 };
	size_t depth = f->depth < MAX_BLOCKS ? f->depth : MAX_BLOCKS;

	if (f->inside != OPTION || !o)
		return;
	for (size_t i = 0; i < depth; i++) {
		expr_unmet(str_text(&f->block[i].when), f->config, EXPR_M,
			   &unmet);
		o->in_choice |= f->block[i].choice;
	}
	expr_unmet(str_text(&f->option.when), f->config, EXPR_M, &unmet);
	o->known = true;
	if (!f->prompt)
		return;
	if (!o->prompt)
		str_add(&o->unmet, str_text(&unmet));
	o->prompt = true;
	o->visible |= unmet.len == 0;
}

static void begin_option(struct kfile *f, const char *name)
{
	size_t n = strcspn(name, " \t#");

	end_option(f);
	f->inside = OPTION;
	f->prompt = false;
	str_done(&f->option.when);
	f->option = (struct entry){ 0 };
	if (n >= sizeof(f->name))
		n = 0;
	memcpy(f->name, name, n);
	f->name[n] = '\0';
}

static void begin_block(struct kfile *f, const char *condition, bool choice)
{
	end_option(f);
	f->inside = BLOCK;
	if (f->depth++ >= MAX_BLOCKS)
		return;
	f->block[f->depth - 1] = (struct entry){ .choice = choice };
	add_condition(&f->block[f->depth - 1].when, condition);
}

static void end_block(struct kfile *f)
{
	end_option(f);
	f->inside = NOTHING;
	if (f->depth == 0)
		return;
	if (f->depth-- <= MAX_BLOCKS)
		str_done(&f->block[f->depth].when);
}

/* Take a line that begins something. Return: false when it does not. */
static bool take_begin(struct kfile *f, char *line)
{
	char *rest = behind(line, "config");

	if (!rest)
		rest = behind(line, "menuconfig");
	if (rest) {
		begin_option(f, rest);
		return true;
	}
	if (behind(line, "endif") || behind(line, "endmenu") ||
	    behind(line, "endchoice")) {
		end_block(f);
		return true;
	}
	rest = behind(line, "if");
	if (rest || behind(line, "menu") || behind(line, "choice")) {
		begin_block(f, rest ? rest : "", *line == 'c');
		return true;
	}
	if (!behind(line, "source") && !behind(line, "comment") &&
	    !behind(line, "mainmenu") && !behind(line, "rsource") &&
	    !behind(line, "osource"))
		return false;
	end_option(f);
	f->inside = NOTHING;
	return true;
}

/* "select NAME if CONDITION" in the option that we are in. */
static void take_select(struct kfile *f, char *line)
{
	const char *condition = cut_condition(line);
	struct option_facts *o;
	const struct conf_line *on;
	char selector[sizeof(f->name) + 8] = "CONFIG_";

	line[strcspn(line, " \t#")] = '\0';
	o = wanted(f, line);
	if (!o)
		return;
	memcpy(selector + strlen(selector), f->name, strlen(f->name) + 1);
	on = conf_find(f->config, selector);
	if (!on || strcmp(on->value, "n") == 0 ||
	    (*condition && expr_value(condition, f->config) == EXPR_N))
		return;
	str_addf(&o->selected, "%s%s", o->selected.len ? ", " : "", selector);
}

static void take_attribute(struct kfile *f, char *line)
{
	static const char *const types[] = { "bool", "tristate", "int",
					     "hex",  "string",	 "prompt" };
	struct entry *e = f->inside == OPTION ? &f->option : NULL;
	char *rest = behind(line, "depends on");

	if (f->inside == BLOCK && f->depth <= MAX_BLOCKS)
		e = &f->block[f->depth - 1];
	if (!e)
		return;
	if (!rest)
		rest = behind(line, "visible if");
	if (rest) {
		add_condition(&e->when, rest);
		return;
	}
	if (f->inside != OPTION)
		return;
	rest = behind(line, "select");
	if (rest) {
		take_select(f, rest);
		return;
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		rest = behind(line, types[i]);
		if (!rest || !strchr("\"'", *rest) || !*rest)
			continue;
		f->prompt = true;
		add_condition(&e->when, cut_condition(rest));
	}
}

/* Is @line a part of a help text? @indent are its columns. */
static bool is_help(struct kfile *f, const char *line, int indent)
{
	if (f->help < 0)
		return false;
	if (*line == '\0')
		return true;
	if (f->help == 0 && indent > 0)
		f->help = indent;
	if (indent > 0 && indent >= f->help)
		return true;
	f->help = -1;
	return false;
}

/* The next line with those that a "\" adds to it, cut out of *@rest. */
static char *next_line(char **rest)
{
	char *line = strsep(rest, "\n");

	while (line && *rest && *line && (*rest)[-2] == '\\') {
		(*rest)[-2] = ' ';
		(*rest)[-1] = ' ';
		(void)strsep(rest, "\n");
	}
	return line;
}

void tree_look_at(char *text, const struct conf *config,
		  struct option_facts *facts, size_t count)
{
	struct kfile f = {
		.config = config, .facts = facts, .count = count, .help = -1
	};
	char *line;

	while ((line = next_line(&text))) {
		size_t len = strlen(line);
		int indent = 0;

		while (len > 0 && isspace((unsigned char)line[len - 1]))
			line[--len] = '\0';
		for (; *line == ' ' || *line == '\t'; line++)
			indent = *line == '\t' ? (indent / 8 + 1) * 8
					       : indent + 1;
		if (is_help(&f, line, indent) || *line == '#')
			continue;
		if (strcmp(line, "help") == 0 ||
		    strcmp(line, "---help---") == 0)
			f.help = 0;
		else if (!take_begin(&f, line))
			take_attribute(&f, line);
	}
	end_option(&f);
	for (size_t i = 0; i < f.depth && i < MAX_BLOCKS; i++)
		str_done(&f.block[i].when);
	str_done(&f.option.when);
}

void tree_look_foreign(char *text, struct option_facts *facts, size_t count)
{
	struct kfile f = { .facts = facts, .count = count };
	struct option_facts *o;
	char *line, *name;

	while ((line = next_line(&text))) {
		line += strspn(line, " \t");
		name = behind(line, "config");
		if (!name)
			name = behind(line, "menuconfig");
		if (!name)
			continue;
		name[strcspn(name, " \t\r#")] = '\0';
		o = wanted(&f, name);
		if (o)
			o->foreign = true;
	}
}
