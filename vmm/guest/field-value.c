/* SPDX-License-Identifier: GPL-2.0-or-later */
/* field-value.c - the value of a field, as text and as bytes. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "vmm/guest/field.h"

#define ENUM_NAMES 64 /* that are looked at for the one that was meant */

/* One of an enum's names, and its value. */
static const char *enumerator(const struct field *f, int i, uint64_t *ret)
{
	const struct btf_type *t = btf__type_by_id(f->btf, f->type);

	if (i >= btf_vlen(t))
		return NULL;
	if (btf_is_enum64(t)) {
		*ret = btf_enum64_value(btf_enum64(t) + i);
		return btf__name_by_offset(f->btf, btf_enum64(t)[i].name_off);
	}
	*ret = (uint64_t)(int64_t)btf_enum(t)[i].val;
	return btf__name_by_offset(f->btf, btf_enum(t)[i].name_off);
}

static bool find_enumerator(const struct field *f, const char *name,
			    uint64_t *ret)
{
	const char *its;

	for (int i = 0; (its = enumerator(f, i, ret)); i++) {
		if (strcmp(its, name) == 0)
			return true;
	}
	return false;
}

/* Does the number fit into the field? */
static bool fits(const struct field *f, const struct map_number *n)
{
	unsigned int bits = 8 * f->size;
	uint64_t half = UINT64_C(1) << (bits - 1);

	if (f->kind == FIELD_BOOL)
		return !n->negative && n->bits <= 1;
	if (n->negative)
		return f->kind != FIELD_UNSIGNED && -n->bits <= half;
	if (f->kind == FIELD_SIGNED)
		return n->bits < half;
	return bits == 64 || n->bits >> bits == 0;
}

/* A word that stands for a number in fields of this kind. */
static bool parse_word(const struct field *f, const char *text,
		       struct map_number *ret)
{
	*ret = (struct map_number){ 0 };
	switch (f->kind) {
	case FIELD_BOOL:
		ret->bits = strcmp(text, "true") == 0;
		return ret->bits || strcmp(text, "false") == 0;
	case FIELD_CHAR:
		ret->bits = strlen(text) == 3 ? (unsigned char)text[1] : 0;
		return ret->bits && text[0] == '\'' && text[2] == '\'';
	case FIELD_ENUM:
		return find_enumerator(f, text, &ret->bits);
	default:
		return false;
	}
}

static int tell_no_number(const struct field *f, const char *text,
			  struct why *reterr_why)
{
	const char *names[ENUM_NAMES + 1] = { NULL }, *near = NULL;
	uint64_t ignored;

	for (int i = 0; f->kind == FIELD_ENUM && i < ENUM_NAMES; i++) {
		names[i] = enumerator(f, i, &ignored);
		if (!names[i])
			break;
	}
	if (names[0])
		near = diag_nearest(text, names);
	return why_set(reterr_why, -EINVAL, "'%s' is no number%s%s%s%s", text,
		       f->kind == FIELD_ENUM   ? ", and no name of the enum's"
		       : f->kind == FIELD_BOOL ? ", and not true or false"
					       : "",
		       near ? "; did you mean '" : "", near ? near : "",
		       near ? "'?" : "");
}

int field_parse(const struct field *f, const char *text, void *ret,
		struct why *reterr_why)
{
	struct map_number n;
	int r = 0;

	if (f->kind == FIELD_TEXT)
		return why_set(reterr_why, -EINVAL,
			       "it is text, which can only be read, and be "
			       "compared by 'is'");
	bool is_word = parse_word(f, text, &n);
	if (!is_word)
		r = map_number_parse(text, &n);
	if (r == -EINVAL)
		return tell_no_number(f, text, reterr_why);
	if (r < 0 || (!is_word && !fits(f, &n)))
		return why_set(reterr_why, -ERANGE,
			       "%s does not fit into %u byte%s%s", text,
			       f->size, f->size == 1 ? "" : "s",
			       f->kind == FIELD_BOOL	   ? ", a bool"
			       : f->kind == FIELD_SIGNED   ? " with a sign"
			       : f->kind == FIELD_UNSIGNED ? " without a sign"
							   : "");
	memcpy(ret, &n.bits, f->size); /* little-endian, as BPF here */
	return 0;
}

struct map_number field_number(const struct field *f, const void *bytes)
{
	unsigned int bits = 8 * f->size;
	struct map_number n = { 0 };
	bool sign;

	memcpy(&n.bits, bytes, f->size);
	sign = bits > 0 && n.bits >> (bits - 1) && f->kind != FIELD_UNSIGNED &&
	       f->kind != FIELD_BOOL;
	if (sign && bits < 64)
		n.bits |= ~UINT64_C(0) << bits;
	n.negative = sign;
	return n;
}

/* The name in an enum of what is in @f's bytes, or NULL. */
static const char *name_of_value(const struct field *f, const void *bytes)
{
	const char *name = NULL;
	uint64_t value;

	for (int i = 0; f->kind == FIELD_ENUM; i++) {
		name = enumerator(f, i, &value);
		if (!name || memcmp(&value, bytes, f->size) == 0)
			break;
	}
	return name;
}

void field_format(const struct field *f, const void *bytes, struct str *out)
{
	const char *name = name_of_value(f, bytes), *text = bytes;
	struct map_number n;

	if (f->kind == FIELD_TEXT) {
		str_add_bytes(out, text, strnlen(text, f->size));
		return;
	}
	n = field_number(f, bytes);
	if (name)
		str_add(out, name);
	else if (f->kind == FIELD_BOOL && n.bits <= 1)
		str_add(out, n.bits ? "true" : "false");
	else if (f->kind == FIELD_CHAR && *text >= ' ' && *text <= '~')
		str_addf(out, "'%c'", *text);
	else
		str_addf(out, "%s%" PRIu64, n.negative ? "-" : "",
			 n.negative ? -n.bits : n.bits);
}
