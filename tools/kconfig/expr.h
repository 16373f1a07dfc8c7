/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expr.h - expressions of Kconfig files, as "depends on" has them. */
#pragma once

#include "tools/kconfig/conf.h"

/* Tristate values: an option that is off, a module, built in. */
enum { EXPR_N, EXPR_M, EXPR_Y };

/**
 * expr_value() - what an expression comes to in a configuration
 * @text: such as "NUMA && (X86 || !SMP) && GCC_VERSION >= 50100"
 *
 * An option that @c does not name is n. What cannot be told, a macro $(...) or
 * what is no expression, counts as y: it is nobody's unmet condition.
 *
 * Source: Linux Documentation/kbuild/kconfig-language.rst, menu dependencies.
 *
 * Return: EXPR_N, EXPR_M or EXPR_Y.
 */
int expr_value(const char *text, const struct conf *c);

/* Has @text an "||" outside of parentheses? */
bool expr_is_or(const char *text);

/**
 * expr_unmet() - the parts of an expression that are below a value
 * @need: EXPR_M or EXPR_Y
 * @out:  gets those of the parts between "&&" that are, joined by " && "; to
 *	  what is there already as well
 */
void expr_unmet(const char *text, const struct conf *c, int need,
		struct str *out);
