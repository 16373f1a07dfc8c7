/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/spec/map-op.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/num.h"
#include "tools/lib/spec/read.h"

#define LETTERS                                                                \
	"abcdefghijklmnopqrstuvwxyz"                                           \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"                                           \
	"0123456789_"

int map_number_parse(const char *text, struct map_number *ret)
{
	bool negative = *text == '-';
	uint64_t n;
	char *end;

	text += negative;
	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	if (*end)
		return -EINVAL;
	if (errno || (negative && n > UINT64_C(1) << 63))
		return -ERANGE;
	*ret = (struct map_number){ negative ? -n : n, negative && n };
	return 0;
}

int map_number_compare(const struct map_number *a, const struct map_number *b)
{
	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	/* Of two's complement, the order is the same below 0. */
	return a->bits < b->bits ? -1 : a->bits > b->bits;
}

/* The @len bytes at @text as a number. */
static bool number(const char *text, size_t len, uint64_t max, uint64_t *ret)
{
	auto_free char *copy = strndup(text, len);

	return copy && num_parse(copy, 0, max, ret) == 0;
}

/* "[KEY]", "@CPU", both or nothing. */
static bool read_rest(const char *text, struct map_op *ret)
{
	const char *end;
	uint64_t cpu;

	if (*text == '[') {
		end = strchr(text, ']');
		if (!end || !number(text + 1, (size_t)(end - text - 1),
				    UINT64_MAX, &ret->key))
			return false;
		ret->has_key = true;
		text = end + 1;
	}
	if (*text == '@') {
		if (!number(text + 1, strlen(text + 1), MAP_CPUS_MAX - 1, &cpu))
			return false;
		ret->has_cpu = true;
		ret->cpu = (unsigned int)cpu;
		return true;
	}
	return *text == '\0';
}

/* Only sections of variables have a dot in their name. */
static bool is_section(const struct map_op *m)
{
	return strchr(m->map, '.');
}

static int read_map(const struct value_word *w, struct diag *d,
		    struct map_op *ret)
{
	size_t len = strcspn(w->text, "[@");

	ret->map = strndup(w->text, len);
	if (!ret->map)
		return -ENOMEM;
	if (!is_name(ret->map, "_.") || !read_rest(w->text + len, ret))
		diag_add(d, &w->at,
			 "'%s' is no value of a map: write MAP, MAP[KEY] or "
			 "MAP[KEY]@CPU, such as .bss, queues[3] or stats[0]@2; "
			 "keys are numbers, CPUs are below %d",
			 w->text, MAP_CPUS_MAX);
	else if (is_section(ret) && (ret->has_key || ret->has_cpu))
		diag_add(d, &w->at,
			 "'%s' is a section of variables, and has neither keys "
			 "nor CPUs: an array's index stands behind its name, "
			 "as in '%s counts[3]'",
			 ret->map, ret->map);
	return 0;
}

/* Names, members and indices. */
static bool is_field(const char *text)
{
	while (isalpha((unsigned char)*text) || *text == '_') {
		text += strspn(text, LETTERS);
		while (*text == '[') {
			size_t len = strspn(text + 1, "0123456789");

			if (len == 0 || len > 9 || text[1 + len] != ']')
				return false;
			text += len + 2;
		}
		if (*text == '\0')
			return true;
		text += *text == '.';
	}
	return false;
}

static int read_field(const struct value_word *w, struct diag *d,
		      struct map_op *ret)
{
	if (!is_field(w->text))
		diag_add(d, &w->at,
			 "'%s' is no field: write name, name.member or "
			 "name[3].member",
			 w->text);
	ret->field = strdup(w->text);
	return ret->field ? 0 : -ENOMEM;
}

/* A number, complained of if it is none. */
static bool check_number(const char *text, const struct place *at,
			 struct diag *d, struct map_number *ret)
{
	int r = map_number_parse(text, ret);

	if (r == -EINVAL)
		diag_add(d, at, "'%s' is no number", text);
	else if (r < 0)
		diag_add(d, at, "'%s' does not fit into 64 bits", text);
	return r == 0;
}

static int read_value(const struct value_word *w, struct diag *d,
		      struct map_op *ret)
{
	const char *t = w->text + (*w->text == '-');
	bool quoted = strlen(w->text) == 3 && w->text[0] == '\'' &&
		      w->text[2] == '\'';
	struct map_number ignored;

	if (isdigit((unsigned char)*t))
		(void)check_number(w->text, &w->at, d, &ignored);
	else if (!quoted && !is_name(w->text, "_"))
		diag_add(d, &w->at,
			 "'%s' is no value: a number, true, false, a name of "
			 "the enum's, or a character such as 'x'",
			 w->text);
	ret->value = strdup(w->text);
	return ret->value ? 0 : -ENOMEM;
}

/* "min=", "max=" or "is=". */
static int read_bound(const struct value_word *w, struct diag *d,
		      struct map_op *ret)
{
	static const char *const names[] = { "min", "max", "is", NULL };
	char **const to[] = { &ret->min, &ret->max, &ret->is };
	auto_free char *name = strndup(w->text, strcspn(w->text, "="));
	const char *value = strchr(w->text, '=');

	if (!name)
		return -ENOMEM;
	for (size_t i = 0; names[i]; i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		if (!value || !value[1])
			diag_add(d, &w->at, "'%s' needs a value", name);
		else if (*to[i])
			diag_add(d, &w->at, "'%s' is given twice", name);
		else if (!(*to[i] = strdup(value + 1)))
			return -ENOMEM;
		return 0;
	}
	complain_of_name(d, &w->at, "bound", name, names, NULL);
	return 0;
}

static void check_bounds(const struct map_op *m, const struct place *at,
			 struct diag *d)
{
	struct map_number min, max;
	bool has_min = m->min && check_number(m->min, at, d, &min);
	bool has_max = m->max && check_number(m->max, at, d, &max);

	if (m->is && (m->min || m->max))
		diag_add(d, at, "'is' has neither 'min' nor 'max' beside it");
	else if (has_min && has_max && map_number_compare(&min, &max) > 0)
		diag_add(d, at, "nothing is above min=%s and below max=%s",
			 m->min, m->max);
}

int map_op_read(const struct value_words *w, bool write, struct diag *d,
		struct map_op *ret)
{
	size_t end = w->count - write, i = 1;
	int r = read_map(&w->item[0], d, ret);

	if (r == 0 && i < end && !strchr(w->item[i].text, '='))
		r = read_field(&w->item[i++], d, ret);
	for (; r == 0 && i < end; i++)
		r = read_bound(&w->item[i], d, ret);
	if (r == 0 && write)
		r = read_value(&w->item[end], d, ret);
	if (r < 0)
		return r;
	if (is_section(ret) && !ret->field)
		diag_add(d, &w->item[0].at,
			 "'%s' is a section of variables: the name of one "
			 "stands behind it",
			 ret->map);
	if (!write)
		check_bounds(ret, &w->item[w->count - 1].at, d);
	return 0;
}

void map_op_done(struct map_op *m)
{
	free(m->map);
	free(m->field);
	free(m->value);
	free(m->min);
	free(m->max);
	free(m->is);
	*m = (struct map_op){ 0 };
}
