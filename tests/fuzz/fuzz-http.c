/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a web server answers, over a socket to libcurl: answers, a NUL behind
 * each. Whatever they are, a file that was fetched is as long as the note
 * beside it says, what is half there is gone on with or thrown away, no more is
 * kept than is allowed, a failure has one clean sentence and one of the errors
 * of http.h, and the token goes to nobody else.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/must.h"
#include "tools/cache/net/http.h"
#include "tools/cache/net/part.h"
#include "tools/cache/net/url.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"

#define URL	    "http://ours.test/linux.tar.xz"
#define TOKEN	    "very-secret"
#define LIMIT_BYTES 4096
#define ROUNDS	    3
/* Of one attempt: the first request and five redirects. */
#define REQUESTS_MAX 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the server says next, and how often it was asked; @lock is for them. */
static struct {
	pthread_mutex_t lock;
	const char *at, *end;
	unsigned int requests;
	int listener;
} server = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* The token is for URL's origin. A tunnel is asked for without it: it is the
 * proxy that reads that. */
static void check_token(const char *request)
{
	struct url ours, url;
	char target[2048];

	if (!strstr(request, "\r\nAuthorization: Bearer " TOKEN))
		return;
	must(sscanf(request, "%*s %2047s", target) == 1);
	must(url_parse(URL, &ours, NULL) == 0);
	must(url_parse(target, &url, NULL) == 0);
	must(strcmp(url.origin, ours.origin) == 0);
}

/* Return: is a way asked for that TLS would go? */
static bool hear(int fd)
{
	static char text[65536];
	size_t n = 0;
	ssize_t got;

	do {
		got = read(fd, text + n, sizeof(text) - 1 - n);
		n += got > 0 ? (size_t)got : 0;
		text[n] = '\0';
	} while (got > 0 && !strstr(text, "\r\n\r\n"));
	check_token(text);
	return strncmp(text, "CONNECT ", 8) == 0;
}

/* A copy of the next answer; the input may be gone while we still send. */
static char *next_answer(size_t *ret_len)
{
	const char *nul;
	char *copy;

	pthread_mutex_lock(&server.lock);
	server.requests++;
	*ret_len = (size_t)(server.end - server.at);
	nul = *ret_len ? memchr(server.at, '\0', *ret_len) : NULL;
	if (nul)
		*ret_len = (size_t)(nul - server.at);
	copy = strndup(*ret_len ? server.at : "", *ret_len);
	server.at += *ret_len + (nul != NULL);
	pthread_mutex_unlock(&server.lock);
	return copy;
}

static void *serve(void *arg)
{
	for (;;) {
		int fd = accept4(server.listener, NULL, NULL, SOCK_CLOEXEC);
		size_t len, sent = 0;
		ssize_t n = 1;
		char *answer;

		must(fd >= 0);
		bool wants_tls = hear(fd);

		answer = next_answer(&len);
		/* There libcurl would read all authorities that this host
		 * trusts, a tenth of a second or more, and hear no TLS. */
		if (wants_tls && len > 0) {
			free(answer);
			answer = strdup("HTTP/1.1 502 none\r\n\r\n");
			len = strlen(answer);
		}
		for (; n > 0 && sent<len; sent += n> 0 ? (size_t)n : 0)
			n = send(fd, answer + sent, len - sent, MSG_NOSIGNAL);
		free(answer);
		close(fd);
	}
	return arg;
}

/*
 * It is the proxy for all that is asked, so that no name is looked up and no
 * redirect leads to a server of somebody else.
 */
static void start_server(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	pthread_t thread;
	char proxy[64];

	server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(bind(server.listener, (struct sockaddr *)&a, len) == 0);
	must(listen(server.listener, 64) == 0);
	must(getsockname(server.listener, (struct sockaddr *)&a, &len) == 0);
	must(pthread_create(&thread, NULL, serve, NULL) == 0);
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u",
		 ntohs(a.sin_port));
	setenv("http_proxy", proxy, 1);
	setenv("https_proxy", proxy, 1);
	setenv("KTSTR_NET_TRIES", "1", 1);
	unsetenv("no_proxy");
	unsetenv("NO_PROXY");
	unsetenv("KTSTR_OFFLINE");
}

static void set_answers(const uint8_t *data, size_t size)
{
	pthread_mutex_lock(&server.lock);
	server.at = (const char *)data;
	server.end = server.at + size;
	server.requests = 0;
	pthread_mutex_unlock(&server.lock);
}

static void check_requests(void)
{
	pthread_mutex_lock(&server.lock);
	must(server.requests <= REQUESTS_MAX);
	server.requests = 0;
	pthread_mutex_unlock(&server.lock);
}

/* Those of http.h that no file of ours can cause. */
static void check_failure(int r, const struct why *why)
{
	must(r == -ENOENT || r == -EACCES || r == -EBADMSG || r == -EFBIG ||
	     r == -EIO || r == -ETIMEDOUT);
	must(*why->text && why->error == r);
	for (const char *p = why->text; *p; p++)
		must((unsigned char)*p >= ' ' && (unsigned char)*p < 127);
}

/* The third line of the note is the length of the whole, or 0. */
static void check_whole(const char *note, uint64_t size_bytes)
{
	auto_free char *text = NULL;
	const char *line;

	must(file_read_at(AT_FDCWD, note, 2048, &text) > 0);
	line = strchr(strchr(text, '\n') + 1, '\n') + 1;
	must(strtoull(line, NULL, 10) == size_bytes ||
	     strcmp(line, "0\n") == 0);
}

/* What another process would find that goes on with this file later. */
static void check_part(int fd, const char *note, bool whole)
{
	struct part p = { .fd = fd, .path = note, .url = URL };
	struct stat before, after;
	struct why why;

	must(fstat(fd, &before) == 0);
	must(before.st_size <= LIMIT_BYTES);
	if (whole)
		check_whole(note, (uint64_t)before.st_size);
	must(part_open(&p, &why) == 0 && fstat(fd, &after) == 0);
	must(p.at == (uint64_t)after.st_size);
	must(p.at == 0 || p.at == (uint64_t)before.st_size);
	must((p.at > 0) == (*p.validator != '\0'));
	must(p.total == 0 || p.at <= p.total);
}

static void fetch_file(const struct http_request *req, int fd)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct why why = { .text = "" };
		int r = http_get_file(req, fd, &why);

		check_requests();
		if (r < 0)
			check_failure(r, &why);
		check_part(fd, req->note, r == 0);
		if (r == 0)
			return;
	}
}

static void fetch_text(const struct http_request *req)
{
	auto_str struct str text = { 0 };
	struct why why = { .text = "" };
	int r;

	str_add(&text, "before");
	r = http_get(req, &text, &why);
	check_requests();
	if (r < 0) {
		check_failure(r, &why);
		must(text.len == 6);
	}
	must(memcmp(text.text, "before", 6) == 0);
	must(text.len <= 6 + LIMIT_BYTES);
}

static void ask(const struct http_request *req)
{
	struct why why = { .text = "" };
	int r = http_head(req, &why);

	check_requests();
	if (r < 0)
		check_failure(r, &why);
}

/* The first byte says how it is asked for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request req = { .url = URL,
				    .token = TOKEN,
				    .max_bytes = LIMIT_BYTES,
				    .quiet = true };
	auto_free char *note = NULL;

	if (size < 2)
		return 0;
	if (!server.listener)
		start_server();
	set_answers(data + 1, size - 1);
	if (*data == 't') {
		fetch_text(&req);
	} else if (*data == 'h') {
		ask(&req);
	} else {
		auto_fd int fd = memfd_create("part", MFD_CLOEXEC);
		auto_fd int kept = memfd_create("note", MFD_CLOEXEC);

		must(fd >= 0 && kept >= 0);
		must(asprintf(&note, "/proc/self/fd/%d", kept) > 0);
		req.note = note;
		fetch_file(&req, fd);
	}
	set_answers(data, 0);
	return 0;
}
