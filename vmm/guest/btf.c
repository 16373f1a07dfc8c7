/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/btf.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <string.h>

/* The parts of the information, inside it. */
struct parts {
	const char *types, *texts;
	size_t types_len, texts_len;
};

static bool find_parts(const struct btf_view *b, struct parts *ret)
{
	struct btf_header h;

	if (b->len < sizeof(h))
		return false;
	memcpy(&h, b->data, sizeof(h));
	if (h.magic != BTF_MAGIC || h.hdr_len > b->len)
		return false;
	size_t room = b->len - h.hdr_len;
	if (h.type_off > room || h.type_len > room - h.type_off ||
	    h.str_off > room || h.str_len > room - h.str_off || !h.str_len)
		return false;
	*ret = (struct parts){ .types = b->data + h.hdr_len + h.type_off,
			       .texts = b->data + h.hdr_len + h.str_off,
			       .types_len = h.type_len,
			       .texts_len = h.str_len };
	return ret->texts[h.str_len - 1] == '\0';
}

static bool is_named(const struct parts *p, uint32_t at, const char *name)
{
	return at < p->texts_len && strcmp(p->texts + at, name) == 0;
}

/* Bytes behind a type, or SIZE_MAX for a kind that we do not know. */
static size_t size_behind(const struct btf_type *t)
{
	size_t n = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	case BTF_KIND_ENUM64:
		return n * sizeof(struct btf_enum64);
	default:
		return SIZE_MAX;
	}
}

/* A member's begin, in bytes. */
static int find_member(const struct parts *p, const struct btf_type *t,
		       const char *at, const char *name, uint32_t *ret_at)
{
	for (size_t i = 0; i < BTF_INFO_VLEN(t->info); i++) {
		struct btf_member m;

		memcpy(&m, at + i * sizeof(m), sizeof(m));
		if (!is_named(p, m.name_off, name))
			continue;
		*ret_at = (BTF_INFO_KFLAG(t->info)
				   ? BTF_MEMBER_BIT_OFFSET(m.offset)
				   : m.offset) /
			  8;
		return 0;
	}
	return -ENOENT;
}

int btf_member(const struct btf_view *b, const char *structure,
	       const char *member, uint32_t *ret_id, uint32_t *ret_at)
{
	struct parts p;
	uint32_t id = 1;
	size_t at = 0;

	if (!find_parts(b, &p))
		return -EINVAL;
	for (; p.types_len - at >= sizeof(struct btf_type); id++) {
		struct btf_type t;
		size_t behind;

		memcpy(&t, p.types + at, sizeof(t));
		at += sizeof(t);
		behind = size_behind(&t);
		if (behind > p.types_len - at)
			return -EINVAL;
		if (BTF_INFO_KIND(t.info) == BTF_KIND_STRUCT &&
		    is_named(&p, t.name_off, structure)) {
			*ret_id = id;
			return find_member(&p, &t, p.types + at, member,
					   ret_at);
		}
		at += behind;
	}
	return -ENOENT;
}

const char *btf_name(const struct btf_view *b, uint32_t id)
{
	struct parts p;
	size_t at = 0;

	if (!find_parts(b, &p))
		return NULL;
	for (uint32_t i = 1; p.types_len - at >= sizeof(struct btf_type); i++) {
		struct btf_type t;
		size_t behind;

		memcpy(&t, p.types + at, sizeof(t));
		at += sizeof(t);
		if (i == id)
			return t.name_off > 0 && t.name_off < p.texts_len
				       ? p.texts + t.name_off
				       : NULL;
		behind = size_behind(&t);
		if (behind > p.types_len - at)
			return NULL;
		at += behind;
	}
	return NULL;
}
