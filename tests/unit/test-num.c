/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/lib/num.h"

#include <errno.h>

#include "tests/unit/t.h"

TEST(reads_plain_numbers_and_nothing_else)
{
	uint64_t v = 0;

	CHECK_INT(num_parse("0", 0, 9, &v), 0);
	CHECK_INT(num_parse("18446744073709551615", 0, UINT64_MAX, &v), 0);
	CHECK(v == UINT64_MAX);
	CHECK_INT(num_parse("18446744073709551616", 0, UINT64_MAX, &v),
		  -ERANGE);
	CHECK_INT(num_parse("10", 0, 9, &v), -ERANGE);
	CHECK_INT(num_parse("0", 1, 9, &v), -ERANGE);
	CHECK_INT(num_parse("", 0, 9, &v), -EINVAL);
	CHECK_INT(num_parse("-1", 0, 9, &v), -EINVAL);
	CHECK_INT(num_parse("+1", 0, 9, &v), -EINVAL);
	CHECK_INT(num_parse(" 1", 0, 9, &v), -EINVAL);
	CHECK_INT(num_parse("1 ", 0, 9, &v), -EINVAL);
	CHECK_INT(num_parse("99999999999999999999x", 0, 9, &v), -EINVAL);
}

TEST(reads_times_with_units)
{
	uint64_t v = 0;

	CHECK_INT(num_parse_time("50ms", &v), 0);
	CHECK_INT(v, 50000000);
	CHECK_INT(num_parse_time("1.5s", &v), 0);
	CHECK_INT(v, 1500000000);
	CHECK_INT(num_parse_time("0", &v), 0);
	CHECK_INT(v, 0);
	CHECK_INT(num_parse_time("2m", &v), 0);
	CHECK_INT(v, 120000000000);
	CHECK_INT(num_parse_time("5", &v), -EINVAL);
	CHECK_INT(num_parse_time("5 s", &v), -EINVAL);
	CHECK_INT(num_parse_time("s", &v), -EINVAL);
	CHECK_INT(num_parse_time("1.s", &v), -EINVAL);
	CHECK_INT(num_parse_time("1.2.3s", &v), -EINVAL);
	CHECK_INT(num_parse_time("9999999999999h", &v), -ERANGE);
}

TEST(reads_sizes)
{
	uint64_t v = 0;

	CHECK_INT(num_parse_size("500M", &v), 0);
	CHECK_INT(v, 500LL << 20);
	CHECK_INT(num_parse_size("1.5T", &v), 0);
	CHECK_INT(v, 3LL << 39);
	CHECK_INT(num_parse_size("64K", &v), 0);
	CHECK_INT(v, 65536);
	CHECK_INT(num_parse_size("0", &v), 0);
	CHECK_INT(v, 0);
	CHECK_INT(num_parse_size("5", &v), -EINVAL);
	CHECK_INT(num_parse_size("", &v), -EINVAL);
	CHECK_INT(num_parse_size("G", &v), -EINVAL);
	CHECK_INT(num_parse_size("5GB", &v), -EINVAL);
	CHECK_INT(num_parse_size("-5G", &v), -EINVAL);
	CHECK_INT(num_parse_size("8388608T", &v), -ERANGE);
	CHECK_INT(num_parse_size("99999999999999999999G", &v), -ERANGE);
}

TEST(reads_percentages)
{
	double v = 0;

	CHECK_INT(num_parse_percent("15%", &v), 0);
	CHECK(v == 15.0);
	CHECK_INT(num_parse_percent("2.5%", &v), 0);
	CHECK(v == 2.5);
	CHECK_INT(num_parse_percent("15", &v), -EINVAL);
	CHECK_INT(num_parse_percent("%", &v), -EINVAL);
	CHECK_INT(num_parse_percent("-1%", &v), -EINVAL);
}

TEST(decimals_have_no_unit_and_no_sign)
{
	double v = 0;

	CHECK_INT(num_parse_decimal("0.25", &v), 0);
	CHECK(v == 0.25);
	CHECK_INT(num_parse_decimal("500000", &v), 0);
	CHECK(v == 500000);
	CHECK_INT(num_parse_decimal("0", &v), 0);
	CHECK(v == 0);
	CHECK_INT(num_parse_decimal("1%", &v), -EINVAL);
	CHECK_INT(num_parse_decimal("-1", &v), -EINVAL);
	CHECK_INT(num_parse_decimal("", &v), -EINVAL);
	CHECK_INT(num_parse_decimal("1.", &v), -EINVAL);
	CHECK_INT(num_parse_decimal("99999999999999", &v), -ERANGE);
}
