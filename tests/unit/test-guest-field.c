/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields of types that are made by hand. */
#include "vmm/guest/field.h"

#include <errno.h>

#include "tests/unit/t.h"

/*
 * struct inner { signed short deep; };
 * enum mode { OFF = 0, ON = 7, LOW = -1 };
 * struct box { int a; struct { bool b; }; unsigned char list[4]; enum mode m;
 *		int bits:3; void *p; struct inner in[2]; char c; char text[8];
 *}; typedef const struct box box_t; section: box_t the_box at 8, u64 count at
 *64
 */
enum { SECTION_SIZE = 128 };

static struct btf *make(unsigned int *ret_section, unsigned int *ret_u64)
{
	struct btf *b = btf__new_empty();
	int s32, s16, u8, u64, boolean, inner, anonymous, list, inners, mode;
	int box, pointer, alias, var_box, var_count, letter, text;

	CHECK(b);
	s32 = btf__add_int(b, "int", 4, BTF_INT_SIGNED);
	s16 = btf__add_int(b, "short", 2, BTF_INT_SIGNED);
	u8 = btf__add_int(b, "unsigned char", 1, 0);
	u64 = btf__add_int(b, "u64", 8, 0);
	boolean = btf__add_int(b, "bool", 1, BTF_INT_BOOL);
	letter = btf__add_int(b, "char", 1, BTF_INT_SIGNED);
	text = btf__add_array(b, s32, letter, 8);
	inner = btf__add_struct(b, "inner", 2);
	btf__add_field(b, "deep", s16, 0, 0);
	anonymous = btf__add_struct(b, NULL, 1);
	btf__add_field(b, "b", boolean, 0, 0);
	list = btf__add_array(b, s32, u8, 4);
	inners = btf__add_array(b, s32, inner, 2);
	mode = btf__add_enum(b, "mode", 4);
	btf__add_enum_value(b, "OFF", 0);
	btf__add_enum_value(b, "ON", 7);
	btf__add_enum_value(b, "LOW", -1);
	pointer = btf__add_ptr(b, 0);
	box = btf__add_struct(b, "box", 48);
	btf__add_field(b, "a", s32, 0, 0);
	btf__add_field(b, NULL, anonymous, 4 * 8, 0);
	btf__add_field(b, "list", list, 5 * 8, 0);
	btf__add_field(b, "m", mode, 12 * 8, 0);
	btf__add_field(b, "bits", s32, 16 * 8, 3);
	btf__add_field(b, "p", pointer, 24 * 8, 0);
	btf__add_field(b, "in", inners, 32 * 8, 0);
	btf__add_field(b, "c", letter, 36 * 8, 0);
	btf__add_field(b, "text", text, 37 * 8, 0);
	alias = btf__add_typedef(b, "box_t", btf__add_const(b, box));
	var_box = btf__add_var(b, "the_box", BTF_VAR_GLOBAL_ALLOCATED, alias);
	var_count = btf__add_var(b, "count", BTF_VAR_STATIC, u64);
	*ret_section = (unsigned int)btf__add_datasec(b, ".bss", SECTION_SIZE);
	btf__add_datasec_var_info(b, var_box, 8, 48);
	CHECK(btf__add_datasec_var_info(b, var_count, 64, 8) == 0);
	*ret_u64 = (unsigned int)u64;
	return b;
}

static const struct {
	const char *path;
	unsigned int at, size;
	enum field_kind kind;
} fields[] = {
	{ "count", 64, 8, FIELD_UNSIGNED },
	{ "the_box.a", 8, 4, FIELD_SIGNED },
	{ "the_box.b", 12, 1, FIELD_BOOL },
	{ "the_box.list[3]", 16, 1, FIELD_UNSIGNED },
	{ "the_box.m", 20, 4, FIELD_ENUM },
	{ "the_box.in[1].deep", 42, 2, FIELD_SIGNED },
	{ "the_box.c", 44, 1, FIELD_CHAR },
	{ "the_box.text", 45, 8, FIELD_TEXT },
	{ "the_box.text[7]", 52, 1, FIELD_CHAR },
};

TEST(fields_are_found_by_their_path)
{
	unsigned int section, u64;
	struct btf *b = make(&section, &u64);
	struct field f;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		CHECK_INT(field_find(b, section, fields[i].path, &f, NULL), 0);
		CHECK_INT(f.at, fields[i].at);
		CHECK_INT(f.size, fields[i].size);
		CHECK_INT(f.kind, fields[i].kind);
	}
	CHECK_INT(field_find(b, u64, NULL, &f, NULL), 0);
	CHECK_INT(f.size, 8);
	btf__free(b);
}

TEST(what_is_no_field_is_told)
{
	static const struct {
		const char *path, *says;
	} bad[] = {
		{ "cuont", "there is no 'cuont'; did you mean 'count'?" },
		{ "no", "there is no 'no', but the_box, count" },
		{ "the_box", "'the_box' is a structure: numbers, bools" },
		{ "the_box.p", "'the_box.p' is a pointer: numbers" },
		{ "the_box.bits", "'bits' shares its bytes with other fields" },
		{ "the_box.zzz",
		  "there is no 'zzz', but a, list, m, bits, p, in" },
		{ "the_box.list[4]", "[4] is asked for of an array of 4" },
		{ "the_box.list", "'the_box.list' is an array: numbers" },
		{ "count[0]", "[0] is asked for of what is no array" },
		{ "count.x", "'x' is asked for in what is no structure" },
	};
	unsigned int section, u64;
	struct btf *b = make(&section, &u64);
	struct field f;
	struct why why;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_INT(field_find(b, section, bad[i].path, &f, &why),
			  -EINVAL);
		if (!strstr(why.text, bad[i].says))
			printf("# %s: %s\n", bad[i].path, why.text);
		CHECK(strstr(why.text, bad[i].says));
	}
	CHECK_INT(field_find(b, section, NULL, &f, &why), -EINVAL);
	CHECK(strstr(why.text, "the value is no number"));
	CHECK_INT(field_find(b, 12345, NULL, &f, &why), -EINVAL);
	btf__free(b);
}

/* @text into the field and out again; "" where it is refused. */
static const char *turn(const struct btf *b, unsigned int section,
			const char *path, const char *text)
{
	static struct str out;
	unsigned char bytes[8] = { 0 };
	struct field f;

	str_done(&out);
	CHECK_INT(field_find(b, section, path, &f, NULL), 0);
	if (field_parse(&f, text, bytes, NULL) < 0)
		return "";
	field_format(&f, bytes, &out);
	return str_text(&out);
}

TEST(values_go_in_and_out)
{
	static const struct {
		const char *path, *text, *is;
	} rows[] = {
		{ "count", "18446744073709551615", "18446744073709551615" },
		{ "count", "18446744073709551616", "" },
		{ "count", "-1", "" },
		{ "count", "0xff", "255" },
		{ "count", "1x", "" },
		{ "count", "", "" },
		{ "count", "true", "" },
		{ "the_box.a", "-2147483648", "-2147483648" },
		{ "the_box.a", "-2147483649", "" },
		{ "the_box.a", "2147483647", "2147483647" },
		{ "the_box.a", "2147483648", "" },
		{ "the_box.b", "true", "true" },
		{ "the_box.b", "0", "false" },
		{ "the_box.b", "2", "" },
		{ "the_box.list[0]", "255", "255" },
		{ "the_box.list[0]", "256", "" },
		{ "the_box.m", "ON", "ON" },
		{ "the_box.m", "LOW", "LOW" },
		{ "the_box.m", "8", "8" },
		{ "the_box.m", "7", "ON" },
		{ "the_box.m", "NO", "" },
		{ "the_box.m", "-1", "LOW" },
		{ "the_box.c", "'x'", "'x'" },
		{ "the_box.c", "0x41", "'A'" },
		{ "the_box.c", "7", "7" },
		{ "the_box.c", "-1", "-1" },
		{ "the_box.c", "x", "" },
		{ "the_box.text", "x", "" },
		{ "the_box.text[1]", "'y'", "'y'" },
		{ "the_box.in[0].deep", "-0x8000", "-32768" },
		{ "the_box.in[0].deep", "-0", "0" },
		{ "the_box.in[0].deep", "-1", "-1" },
		{ "the_box.in[0].deep", "32768", "" },
	};
	unsigned int section, u64;
	struct btf *b = make(&section, &u64);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *is = turn(b, section, rows[i].path, rows[i].text);

		if (strcmp(is, rows[i].is) != 0)
			printf("# %s = %s is %s\n", rows[i].path, rows[i].text,
			       is);
		CHECK(strcmp(is, rows[i].is) == 0);
	}
	btf__free(b);
}

TEST(near_names_of_an_enum_are_told)
{
	unsigned int section, u64;
	struct btf *b = make(&section, &u64);
	unsigned char bytes[8];
	struct field f;
	struct why why;

	CHECK_INT(field_find(b, section, "the_box.m", &f, NULL), 0);
	CHECK_INT(field_parse(&f, "LOV", bytes, &why), -EINVAL);
	CHECK(strcmp(why.text, "'LOV' is no number, and no name of the enum's; "
			       "did you mean 'LOW'?") == 0);
	CHECK_INT(field_find(b, section, "the_box.list[1]", &f, NULL), 0);
	CHECK_INT(field_parse(&f, "256", bytes, &why), -ERANGE);
	CHECK(strcmp(why.text, "256 does not fit into 1 byte without a sign") ==
	      0);
	btf__free(b);
}

TEST(text_ends_where_it_ends)
{
	unsigned int section, u64;
	struct btf *b = make(&section, &u64);
	auto_str struct str out = { 0 };
	struct field f;

	CHECK_INT(field_find(b, section, "the_box.text", &f, NULL), 0);
	field_format(&f, "12345678more", &out);
	field_format(&f, "ab\0more", &out);
	CHECK(strcmp(str_text(&out), "12345678ab") == 0);
	btf__free(b);
}
