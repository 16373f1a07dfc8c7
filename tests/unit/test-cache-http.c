/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/cache/net/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "tests/unit/t.h"
#include "tools/cache/net/url.h"

#define TOKEN	  "very-secret"
#define MAX_HEARD 65536

/* A server that says one answer after the other, and what it heard. */
struct server {
	unsigned int port;
	char *heard;
};

/* Read a request, its body included. */
static void hear(int fd, char *heard)
{
	size_t had = strlen(heard), n = had, want = SIZE_MAX;

	while (n - had < want && n < MAX_HEARD - 1) {
		ssize_t got = read(fd, heard + n, MAX_HEARD - 1 - n);
		const char *end, *size;

		if (got <= 0)
			return;
		n += (size_t)got;
		heard[n] = '\0';
		end = strstr(heard + had, "\r\n\r\n");
		size = strstr(heard + had, "Content-Length: ");
		if (end)
			want = (size_t)(end + 4 - (heard + had)) +
			       (size ? strtoul(size + 16, NULL, 10) : 0);
	}
}

static void serve(int listener, const char *const *answer, char *heard)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (; *answer; answer++) {
		int fd = accept(listener, NULL, NULL);

		hear(fd, heard);
		if (write(fd, *answer, strlen(*answer)) < 0)
			_exit(1);
		(void)shutdown(fd, SHUT_WR);
		close(fd);
	}
	_exit(0);
}

static int listen_on(unsigned int *ret_port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&a, len) == 0);
	CHECK(listen(fd, 8) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)&a, &len) == 0);
	*ret_port = ntohs(a.sin_port);
	return fd;
}

static struct server start(int listener, unsigned int port,
			   const char *const *answers)
{
	struct server s = { .port = port };

	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unsetenv("KTSTR_OFFLINE");
	s.heard = mmap(NULL, MAX_HEARD, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(s.heard != MAP_FAILED);
	if (fork() == 0)
		serve(listener, answers, s.heard);
	return s;
}

#define OK	      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"
#define EMPTY(status) "HTTP/1.1 " status " X\r\nContent-Length: 0\r\n\r\n"

static int get(unsigned int port, unsigned int tries, struct str *ret,
	       struct why *why)
{
	struct http_request req = { .token = TOKEN, .tries = tries };
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/file", port);
	req.url = url;
	return http_get(&req, ret, why);
}

/* libcurl 7.88 dies of the second answer where its handle had the first. */
TEST(a_header_that_goes_on_from_nothing_ends_no_program)
{
	unsigned int port;
	int listener = listen_on(&port);
	const char *const answers[] = {
		"HTTP/1.1 302 X\r\nContent-Length: 0\r\nLocation: /1\r\n\r\n",
		"HTTP/1.1 302 X\r\n ocation: x\r\nContent-Length: 0\r\n"
		"Location: /2\r\n\r\n",
		"HTTP/1.1 200 X\r\n y: z\r\n\r\nbody", NULL
	};
	auto_str struct str text = { 0 };
	struct server s = start(listener, port, answers);
	struct why why = { .text = "" };
	int r = get(s.port, 1, &text, &why);

	CHECK(r == -EIO ? *why.text && text.len == 0
			: r == 0 && strcmp(text.text, "body") == 0);
	munmap(s.heard, MAX_HEARD);
	close(listener);
}

TEST(a_token_stays_with_scheme_host_and_port)
{
	unsigned int port[2];
	int listener[2] = { listen_on(&port[0]), listen_on(&port[1]) };
	char away[200], back[200];
	const char *const first[] = { away, OK, NULL };
	const char *const second[] = { back, NULL };
	auto_str struct str text = { 0 };
	struct server s[2];
	struct why why;
	const char *hit;

	snprintf(away, sizeof(away),
		 "HTTP/1.1 302 X\r\nContent-Length: 0\r\n"
		 "Location: http://127.0.0.1:%u/other\r\n\r\n",
		 port[1]);
	snprintf(back, sizeof(back),
		 "HTTP/1.1 302 X\r\nContent-Length: 0\r\n"
		 "Location: http://127.0.0.1:%u/again\r\n\r\n",
		 port[0]);
	s[0] = start(listener[0], port[0], first);
	s[1] = start(listener[1], port[1], second);
	CHECK_INT(get(port[0], 1, &text, &why), 0);
	CHECK(strcmp(text.text, "body") == 0);
	hit = strstr(s[0].heard, "Authorization: Bearer " TOKEN);
	CHECK(hit && strstr(hit + 1, "Authorization: Bearer " TOKEN));
	CHECK(strstr(s[1].heard, "GET /other "));
	CHECK(!strstr(s[1].heard, "Authorization"));
	CHECK(!strstr(s[1].heard, TOKEN));
}

TEST(a_token_is_in_no_message)
{
	static const char *const answers[] = { EMPTY("403"), EMPTY("404"),
					       EMPTY("500"), NULL };
	static const int error[] = { -EACCES, -ENOENT, -EIO };
	auto_str struct str text = { 0 };
	unsigned int port;
	int listener = listen_on(&port);

	start(listener, port, answers);
	for (int i = 0; i < 3; i++) {
		struct why why = { .text = "" };

		CHECK_INT(get(port, 1, &text, &why), error[i]);
		CHECK(strstr(why.text, "/file'"));
		CHECK(!strstr(why.text, TOKEN));
	}
}

TEST(memory_is_as_before_when_it_fails)
{
	static const char *const answers[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", OK, NULL
	};
	auto_str struct str text = { 0 };
	unsigned int port;
	int listener = listen_on(&port);
	struct why why;

	start(listener, port, answers);
	str_add(&text, "before ");
	CHECK_INT(get(port, 1, &text, &why), -EIO);
	CHECK(strcmp(text.text, "before ") == 0);
	CHECK_INT(get(port, 1, &text, &why), 0);
	CHECK(strcmp(text.text, "before body") == 0);
}

TEST(a_retry_does_not_keep_the_first_half)
{
	static const char *const answers[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", OK, NULL
	};
	auto_str struct str text = { 0 };
	unsigned int port;
	int listener = listen_on(&port);
	struct why why;

	start(listener, port, answers);
	CHECK_INT(get(port, 2, &text, &why), 0);
	CHECK(strcmp(text.text, "body") == 0);
}

/* PUT "content" with @answers. */
static int put(const char *const *answers, bool only_new, struct server *ret)
{
	struct http_request req = { .only_new = only_new, .tries = 1 };
	struct why why = { .text = "" };
	unsigned int port;
	int listener = listen_on(&port);
	int fd = memfd_create("put", 0);
	char url[64];

	CHECK(write(fd, "content", 7) == 7);
	*ret = start(listener, port, answers);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/put", port);
	req.url = url;
	return http_put_file(&req, fd, 7, &why);
}

TEST(put_sends_the_whole_file_again_after_a_redirect)
{
	static const char *const moved[] = {
		"HTTP/1.1 307 X\r\nContent-Length: 0\r\n"
		"Location: /there\r\n\r\n",
		EMPTY("201"), NULL
	};
	static const char *const other[] = {
		"HTTP/1.1 302 X\r\nContent-Length: 0\r\n"
		"Location: /there\r\n\r\n",
		NULL
	};
	static const char *const taken[] = { EMPTY("412"), NULL };
	struct server s;
	const char *hit;

	CHECK_INT(put(moved, false, &s), 0);
	hit = strstr(s.heard, "PUT /there ");
	CHECK(hit && strstr(hit, "\r\n\r\ncontent"));
	CHECK(!strstr(s.heard, "If-None-Match"));
	/* Which makes a GET of other requests: nothing was stored. */
	CHECK_INT(put(other, false, &s), -EIO);
	CHECK_INT(put(taken, true, &s), -EEXIST);
	CHECK(strstr(s.heard, "If-None-Match: *\r\n"));
}

TEST(redirects_lead_neither_to_http_from_https_nor_to_files)
{
	static const struct {
		const char *from, *to;
		bool may;
	} row[] = {
		{ "http://a/", "http://b/", true },
		{ "http://a/", "https://a/", true },
		{ "https://a/", "https://b:1/", true },
		{ "https://a/", "http://a/", false },
		{ "HTTPS://a/", "HTTP://a/", false },
		{ "http://a/", "file:///etc/passwd", false },
		{ "https://a/", "file:///etc/passwd", false },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct url from, to;

		CHECK_INT(url_parse(row[i].from, &from, NULL), 0);
		CHECK_INT(url_parse(row[i].to, &to, NULL), 0);
		printf("# %s %s\n", row[i].from, row[i].to);
		CHECK_INT(url_may_redirect(&from, &to), row[i].may);
	}
}

TEST(urls_are_shown_without_what_is_secret)
{
	static const struct {
		const char *url, *shown, *origin;
	} row[] = {
		{ "http://h/a?x=1#y", "http://h/a", "http://h:80" },
		{ "https://u:p@h:8443/a", "https://h:8443/a",
		  "https://h:8443" },
		{ "file:///a/b", "file:///a/b", "file://:0" },
	};
	struct url u;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CHECK_INT(url_parse(row[i].url, &u, NULL), 0);
		printf("# %s %s\n", u.shown, u.origin);
		CHECK(strcmp(u.shown, row[i].shown) == 0);
		CHECK(strcmp(u.origin, row[i].origin) == 0);
	}
	CHECK_INT(url_parse("ftp://h/", &u, NULL), -EINVAL);
	CHECK_INT(url_parse("gopher://h/", &u, NULL), -EINVAL);
	CHECK_INT(url_parse("/a/b", &u, NULL), -EINVAL);
	CHECK_INT(url_parse("http://", &u, NULL), -EINVAL);
}

TEST(offline_asks_nobody)
{
	auto_str struct str text = { 0 };
	struct why why;

	setenv("KTSTR_OFFLINE", "1", 1);
	CHECK(http_is_offline());
	CHECK_INT(get(1, 1, &text, &why), -ENETDOWN);
	CHECK(strstr(why.text, "KTSTR_OFFLINE is set, so 'http://127.0.0.1:1/"
			       "file' is not fetched"));
	setenv("KTSTR_OFFLINE", "0", 1);
	CHECK(!http_is_offline());
	setenv("KTSTR_OFFLINE", "", 1);
	CHECK(!http_is_offline());
}
