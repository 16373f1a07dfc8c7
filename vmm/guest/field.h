/* SPDX-License-Identifier: GPL-2.0-or-later */
/* field.h - a number or text inside a value of a BPF map, found by the map's
 * types. */
#pragma once

#include <bpf/btf.h>
#include <stdint.h>

#include "tools/lib/spec/map-op.h"
#include "tools/lib/str.h"
#include "tools/lib/why.h"

enum field_kind {
	FIELD_SIGNED,
	FIELD_UNSIGNED,
	FIELD_BOOL,
	FIELD_ENUM,
	FIELD_CHAR,
	FIELD_TEXT, /* an array of char */
};

/**
 * struct field - where it is, and how to read it
 * @at, @size: bytes; @size is 1, 2, 4 or 8, of FIELD_TEXT any
 * @type: of FIELD_ENUM, its number in @btf
 */
struct field {
	const struct btf *btf;
	uint32_t at, size, type;
	enum field_kind kind;
};

/**
 * field_find() - follow "name.member[3]" from the type of a value
 * @type: its number; a section's (".bss"), a structure's, or a number's
 * @path: NULL: the value itself
 *
 * Return: 0; -EINVAL: there is none of the name, or it can neither be read nor
 * written: @reterr_why says which there are.
 */
int field_find(const struct btf *btf, uint32_t type, const char *path,
	       struct field *ret, struct why *reterr_why);

/**
 * field_parse() - the bytes of a text
 * @text: a decimal or hexadecimal number, with or without "-"; true and false;
 *	  a name of the enum's; a character, as 'x'
 * @ret:  @f->size of its bytes are written, 8 at most
 *
 * Return: 0, or -EINVAL, -ERANGE and @reterr_why. -EINVAL for FIELD_TEXT.
 */
int field_parse(const struct field *f, const char *text, void *ret,
		struct why *reterr_why);

/* The text of @f's bytes. */
void field_format(const struct field *f, const void *bytes, struct str *out);

/* The number in @f's bytes; not of FIELD_TEXT. */
struct map_number field_number(const struct field *f, const void *bytes);
