/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option-values.h - what stands behind an option; bad ones end the program. */
#pragma once

#include "tools/gauntlet/request.h"

void option_append(char ***list, const char *text);
void option_kernel(struct request *req, const char *text);
void option_seeds(struct request *req, const char *text);
void option_clock(struct request *req, const char *text);
void option_limit(struct request *req, const char *text);
void option_topology(struct request *req, const char *text);
void option_expect(struct request *req, const char *text);

/* A text that is words, split; words_free() frees them. */
char **option_words(const char *option, const char *text);
