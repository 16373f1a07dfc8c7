/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/words.h"

#include <errno.h>

#include "tests/unit/t.h"

TEST(splits_as_a_shell_does)
{
	static const struct {
		const char *text, *word[4];
	} good[] = {
		{ "", { NULL } },
		{ "  a  b\t", { "a", "b" } },
		{ "-s '5 0' x", { "-s", "5 0", "x" } },
		{ "a\"b c\"d", { "ab cd" } },
		{ "\"a\\\"b\\n\"", { "a\"b\\n" } },
		{ "a\\ b ''", { "a b", "" } },
		{ "$HOME *", { "$HOME", "*" } },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		auto_words char **words = NULL;
		size_t at, n = 0;
		int r = words_split(good[i].text, &words, &at);

		while (n < 4 && good[i].word[n])
			n++;
		CHECK_INT(r, n);
		for (size_t j = 0; j < n; j++)
			CHECK(strcmp(words[j], good[i].word[j]) == 0);
	}
}

TEST(names_the_quote_that_is_open)
{
	char **words;
	size_t at = 0;

	CHECK_INT(words_split("ab 'cd", &words, &at), -EINVAL);
	CHECK_INT(at, 3);
	CHECK_INT(words_split("ab \"c'd", &words, &at), -EINVAL);
	CHECK_INT(at, 3);
	CHECK_INT(words_split("ab\\", &words, &at), -EINVAL);
	CHECK_INT(at, 2);
}

TEST(a_quoted_word_splits_back_into_itself)
{
	static const char *const word[] = {
		"", "a", "it's", "a b", "\"", "\\", "$x", "*", "a\nb", "--x=y"
	};

	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++) {
		auto_str struct str s = { 0 };
		auto_words char **back = NULL;
		size_t at;

		words_quote(&s, word[i]);
		CHECK_INT(words_split(str_text(&s), &back, &at), 1);
		CHECK(strcmp(back[0], word[i]) == 0);
	}
}
