/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/field.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/cleanup.h"

#define NAMES_TOLD 12 /* of members, in a complaint */
#define DEPTH_MAX  16 /* of structures without a name in each other */

/* A type on the way, and where it begins. */
struct spot {
	const struct btf *btf;
	uint32_t type, at;
};

/* Behind typedef, const, volatile and their like. */
static const struct btf_type *plain(struct spot *s)
{
	const struct btf_type *t = btf__type_by_id(s->btf, s->type);

	for (int i = 0; t && i < 64 && (btf_is_mod(t) || btf_is_typedef(t));
	     i++) {
		s->type = t->type;
		t = btf__type_by_id(s->btf, s->type);
	}
	return t;
}

static const char *name_of(const struct btf *btf, uint32_t offset)
{
	const char *name = btf__name_by_offset(btf, offset);

	return name ? name : "";
}

static bool is_word(const char *name, const char *word, size_t len)
{
	return strlen(name) == len && strncmp(name, word, len) == 0;
}

/* A variable of a section. Return: 1 found, 0 not. */
static int find_variable(struct spot *s, const struct btf_type *t,
			 const char *word, size_t len)
{
	const struct btf_var_secinfo *v = btf_var_secinfos(t);

	for (int i = 0; i < btf_vlen(t); i++, v++) {
		const struct btf_type *var = btf__type_by_id(s->btf, v->type);

		if (!var || !is_word(name_of(s->btf, var->name_off), word, len))
			continue;
		s->at += v->offset;
		s->type = var->type;
		return 1;
	}
	return 0;
}

/* A member, also of structures without a name. Return: 1, 0, or -EINVAL for
 * one that shares its bytes with others. */
static int find_member(struct spot *s, const struct btf_type *t,
		       const char *word, size_t len, int depth)
{
	for (int i = 0; i < btf_vlen(t) && depth < DEPTH_MAX; i++) {
		const struct btf_member *m = btf_members(t) + i;
		const char *name = name_of(s->btf, m->name_off);
		struct spot in = { s->btf, m->type,
				   s->at + btf_member_bit_offset(t, i) / 8 };
		const struct btf_type *type;
		int found = 0;

		if (*name && is_word(name, word, len)) {
			if (btf_member_bitfield_size(t, i) ||
			    btf_member_bit_offset(t, i) % 8)
				return -EINVAL;
			found = 1;
		} else if (!*name) {
			type = plain(&in);
			if (type && btf_is_composite(type))
				found = find_member(&in, type, word, len,
						    depth + 1);
		}
		if (found)
			*s = in;
		if (found)
			return found;
	}
	return 0;
}

/* The name of variable or member @i, "" for one without. */
static const char *part_name(const struct spot *s, const struct btf_type *t,
			     int i)
{
	const struct btf_type *var;

	if (!btf_is_datasec(t))
		return name_of(s->btf, btf_members(t)[i].name_off);
	var = btf__type_by_id(s->btf, btf_var_secinfos(t)[i].type);
	return var ? name_of(s->btf, var->name_off) : "";
}

/* There is no @word: what there is, and which of them was probably meant. */
static int tell_names(struct spot *s, const struct btf_type *t,
		      const char *word, size_t len, struct why *reterr_why)
{
	unsigned int n = btf_vlen(t), told = 0;
	auto_free const char **names = calloc(n + 1, sizeof(*names));
	auto_free char *want = strndup(word, len);
	auto_str struct str out = { 0 };
	const char *near;

	if (!names || !want)
		return why_set(reterr_why, -ENOMEM, "out of memory");
	for (unsigned int i = 0; i < n; i++) {
		const char *name = part_name(s, t, (int)i);

		if (*name)
			names[told++] = name;
	}
	near = diag_nearest(want, names);
	if (near)
		return why_set(reterr_why, -EINVAL,
			       "there is no '%s'; did you mean '%s'?", want,
			       near);
	for (unsigned int i = 0; i < told && i < NAMES_TOLD; i++)
		str_addf(&out, "%s%s", i ? ", " : "", names[i]);
	if (told > NAMES_TOLD)
		str_addf(&out, " and %u more", told - NAMES_TOLD);
	return why_set(reterr_why, -EINVAL, "there is no '%s', but %s", want,
		       told ? str_text(&out) : "nothing with a name");
}

static int step_into(struct spot *s, const char *word, size_t len,
		     struct why *reterr_why)
{
	const struct btf_type *t = plain(s);
	int r = 0;

	if (t && btf_is_datasec(t))
		r = find_variable(s, t, word, len);
	else if (t && btf_is_composite(t))
		r = find_member(s, t, word, len, 0);
	else
		return why_set(reterr_why, -EINVAL,
			       "'%.*s' is asked for in what is no structure",
			       (int)len, word);
	if (r > 0)
		return 0;
	if (r < 0)
		return why_set(reterr_why, -EINVAL,
			       "'%.*s' shares its bytes with other fields, and "
			       "cannot be written or read alone",
			       (int)len, word);
	return tell_names(s, t, word, len, reterr_why);
}

static int index_into(struct spot *s, uint32_t index, struct why *reterr_why)
{
	const struct btf_type *t = plain(s);
	const struct btf_array *array;
	int64_t size;

	if (!t || !btf_is_array(t))
		return why_set(reterr_why, -EINVAL,
			       "[%u] is asked for of what is no array", index);
	array = btf_array(t);
	if (index >= array->nelems)
		return why_set(reterr_why, -EINVAL,
			       "[%u] is asked for of an array of %u", index,
			       array->nelems);
	size = btf__resolve_size(s->btf, array->type);
	if (size < 0)
		return why_set(reterr_why, -EINVAL,
			       "an array's type has no size");
	s->at += (uint32_t)size * index;
	s->type = array->type;
	return 0;
}

static int follow(struct spot *s, const char *path, struct why *reterr_why)
{
	int r = 0;

	while (r == 0 && *path) {
		size_t len = strcspn(path, ".[");

		if (*path == '[') {
			r = index_into(s, (uint32_t)strtoul(path + 1, NULL, 10),
				       reterr_why);
			path += strcspn(path, "]");
			path += *path == ']';
		} else if (*path == '.') {
			path++;
		} else {
			r = step_into(s, path, len, reterr_why);
			path += len;
		}
	}
	return r;
}

/* As C calls it, in all its spellings. */
static bool is_char(const struct btf *btf, const struct btf_type *t)
{
	return btf_is_int(t) && t->size == 1 &&
	       (btf_int_encoding(t) & BTF_INT_CHAR ||
		strcmp(name_of(btf, t->name_off), "char") == 0);
}

/* Of a number; false: it is none. */
static bool set_kind(const struct btf *btf, const struct btf_type *t,
		     struct field *ret)
{
	ret->size = t->size;
	if (btf_is_any_enum(t))
		ret->kind = FIELD_ENUM;
	else if (!btf_is_int(t) || btf_int_offset(t) ||
		 btf_int_bits(t) != 8 * t->size)
		return false;
	else if (is_char(btf, t))
		ret->kind = FIELD_CHAR;
	else if (btf_int_encoding(t) & BTF_INT_BOOL)
		ret->kind = FIELD_BOOL;
	else
		ret->kind = btf_int_encoding(t) & BTF_INT_SIGNED
				    ? FIELD_SIGNED
				    : FIELD_UNSIGNED;
	return t->size == 1 || t->size == 2 || t->size == 4 || t->size == 8;
}

/* An array of char? */
static bool set_text(const struct btf *btf, const struct btf_type *t,
		     struct field *ret)
{
	struct spot element = { btf, 0, 0 };

	if (!btf_is_array(t))
		return false;
	element.type = btf_array(t)->type;
	t = plain(&element);
	if (!t || !is_char(btf, t))
		return false;
	t = btf__type_by_id(btf, ret->type);
	ret->kind = FIELD_TEXT;
	ret->size = btf_array(t)->nelems;
	return true;
}

int field_find(const struct btf *btf, uint32_t type, const char *path,
	       struct field *ret, struct why *reterr_why)
{
	struct spot s = { btf, type, 0 };
	const struct btf_type *t;
	int r = path ? follow(&s, path, reterr_why) : 0;

	if (r < 0)
		return r;
	t = plain(&s);
	*ret = (struct field){ .btf = btf, .at = s.at, .type = s.type };
	if (t && (set_kind(btf, t, ret) || set_text(btf, t, ret)))
		return 0;
	return why_set(reterr_why, -EINVAL,
		       "%s%s%s is %s: numbers, bools, enums and text can be "
		       "read and written, each by itself",
		       path ? "'" : "the value", path ? path : "",
		       path ? "'" : "",
		       t && btf_is_composite(t) ? "a structure"
		       : t && btf_is_array(t)	? "an array"
		       : t && btf_is_ptr(t)	? "a pointer"
						: "no number");
}
