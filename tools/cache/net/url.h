/* SPDX-License-Identifier: GPL-2.0-or-later */
/* url.h - what we need to know of a URL; parsed by libcurl. */
#pragma once

#include <stdbool.h>

#include "tools/lib/why.h"

/* Bytes of a URL in a message. */
#define URL_SHOWN_SIZE 240

/**
 * struct url - the parts that decide whom we talk to
 * @origin: "scheme://host:port"; a token is for one origin
 * @scheme: in small letters
 * @shown:  for messages: without user, password, query and fragment
 */
struct url {
	char origin[URL_SHOWN_SIZE];
	char scheme[8];
	char shown[URL_SHOWN_SIZE];
};

/**
 * url_parse() - read a URL
 *
 * Return: 0, or -EINVAL when it is none, too long, or not of http, https and
 * file. The message does not repeat a password.
 */
int url_parse(const char *text, struct url *ret, struct why *reterr_why);

/* May an answer from @from send us to @to? */
bool url_may_redirect(const struct url *from, const struct url *to);
