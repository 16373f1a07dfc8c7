/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/qmp.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "tests/unit/t.h"

#define GREETING                                                               \
	"{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7}}, "                 \
	"\"capabilities\": [\"oob\"]}}\r\n"
#define READY "{\"return\": {}, \"id\": 1}\r\n"

/* Our end, and the other end, of which the test plays QEMU. The answers are
 * written before the commands are sent: the socket keeps them. */
static int begin(struct qmp *q, const char *say)
{
	int ours, theirs;
	struct why why;

	CHECK_INT(qmp_pair(&ours, &theirs, &why), 0);
	CHECK_INT(write(theirs, say, strlen(say)), strlen(say));
	CHECK_INT(qmp_begin(q, ours, -1, 1000, &why), 0);
	return theirs;
}

static void heard(int theirs, const char *want)
{
	char text[1024] = "";

	CHECK(read(theirs, text, sizeof(text) - 1) > 0);
	if (!strstr(text, want))
		printf("# heard %s\n", text);
	CHECK(strstr(text, want));
}

TEST(a_command_has_its_answer_and_events_are_kept)
{
	struct qmp q;
	struct why why;
	json_t *ret = NULL;
	int theirs =
		begin(&q, GREETING READY
		      "{\"event\": \"STOP\"}\r\n"
		      "{\"return\": {\"status\": \"paused\"}, \"id\": 2}\r\n"
		      "{\"event\": \"RESUME\"}\r\n");

	CHECK_INT(qmp_command(&q, "query-status", json_pack("{s:i}", "a", 1),
			      1000, &ret, &why),
		  0);
	CHECK(strcmp(json_string_value(json_object_get(ret, "status")),
		     "paused") == 0);
	json_decref(ret);
	heard(theirs, "{\"execute\":\"qmp_capabilities\",\"id\":1}"
		      "{\"execute\":\"query-status\",\"arguments\":{\"a\":1},"
		      "\"id\":2}");
	CHECK_INT(qmp_wait_event(&q, "RESUME", 1000, NULL, &why), 0);
	json_t *event = qmp_take_event(&q, NULL);
	CHECK(strcmp(json_string_value(json_object_get(event, "event")),
		     "STOP") == 0);
	json_decref(event);
	CHECK(!qmp_take_event(&q, NULL));
	qmp_done(&q);
	close(theirs);
}

TEST(an_error_carries_the_words_of_qemu)
{
	struct qmp q;
	struct why why;
	int theirs = begin(&q, GREETING READY
			   "{\"error\": {\"class\": \"GenericError\", "
			   "\"desc\": \"No such thing\"}, \"id\": 2}\r\n");

	CHECK_INT(qmp_command(&q, "cont", NULL, 1000, NULL, &why), -EREMOTEIO);
	CHECK(strcmp(why.text, "QEMU refuses cont: No such thing") == 0);
	qmp_done(&q);
	close(theirs);
}

TEST(an_answer_that_comes_too_late_is_not_the_next_ones)
{
	struct qmp q;
	struct why why;
	json_t *ret = NULL;
	int theirs = begin(&q, GREETING READY);
	const char *late = "{\"return\": \"late\", \"id\": 2}\r\n"
			   "{\"return\": \"right\", \"id\": 3}\r\n";

	CHECK_INT(qmp_command(&q, "stop", NULL, 10, NULL, &why), -ETIME);
	CHECK(strcmp(why.text, "QEMU's monitor gives no answer") == 0);
	CHECK_INT(write(theirs, late, strlen(late)), strlen(late));
	CHECK_INT(qmp_command(&q, "stop", NULL, 1000, &ret, &why), 0);
	CHECK(strcmp(json_string_value(ret), "right") == 0);
	json_decref(ret);
	qmp_done(&q);
	close(theirs);
}

TEST(lines_may_come_in_pieces)
{
	struct qmp q;
	struct why why;
	int theirs = begin(&q, GREETING READY "{\"event\": \"ST");

	CHECK_INT(qmp_pump(&q), 0);
	CHECK(!qmp_take_event(&q, NULL));
	CHECK_INT(write(theirs, "OP\"}\r\n", 6), 6);
	CHECK_INT(qmp_wait_event(&q, "STOP", 1000, NULL, &why), 0);
	qmp_done(&q);
	close(theirs);
}

TEST(an_end_is_told_after_what_came_before_it)
{
	struct qmp q;
	struct why why;
	int theirs = begin(&q, GREETING READY "{\"event\": \"SHUTDOWN\"}\r\n");

	close(theirs);
	CHECK_INT(qmp_wait_event(&q, "SHUTDOWN", 1000, NULL, &why), 0);
	CHECK_INT(qmp_wait_event(&q, "STOP", 1000, NULL, &why), -EPIPE);
	CHECK(strcmp(why.text, "QEMU has closed its monitor") == 0);
	CHECK_INT(qmp_command(&q, "cont", NULL, 1000, NULL, &why), -EPIPE);
	qmp_done(&q);
}

TEST(what_is_no_qmp_is_refused)
{
	static const char *const words[] = { "QEMU 7.2 monitor\n",
					     "{\"hello\": 1}\n", "[]\n" };

	for (int i = 0; i < 3; i++) {
		struct qmp q;
		struct why why;
		int ours, theirs;

		CHECK_INT(qmp_pair(&ours, &theirs, &why), 0);
		CHECK(write(theirs, words[i], strlen(words[i])) > 0);
		CHECK_INT(qmp_begin(&q, ours, -1, 1000, &why), -EBADMSG);
		qmp_done(&q);
		close(theirs);
	}
}

TEST(a_signal_ends_the_wait)
{
	struct qmp q;
	struct why why;
	int ours, theirs, stop[2];

	CHECK_INT(pipe(stop), 0);
	CHECK_INT(write(stop[1], "x", 1), 1);
	CHECK_INT(qmp_pair(&ours, &theirs, &why), 0);
	CHECK_INT(qmp_begin(&q, ours, stop[0], 5000, &why), -EINTR);
	qmp_done(&q);
}

TEST(a_descriptor_goes_with_getfd)
{
	struct qmp q;
	struct why why;
	char text[256] = "", space[CMSG_SPACE(sizeof(int))];
	int theirs =
		begin(&q, GREETING READY "{\"return\": {}, \"id\": 2}\r\n");
	int null = open("/dev/null", O_RDONLY), got;
	struct iovec part = { text, sizeof(text) - 1 };
	struct msghdr msg = { .msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = space,
			      .msg_controllen = sizeof(space) };

	heard(theirs, "qmp_capabilities");
	CHECK_INT(qmp_send_fd(&q, "state", null, 1000, &why), 0);
	CHECK(recvmsg(theirs, &msg, 0) > 0);
	CHECK(strcmp(text, "{\"execute\":\"getfd\",\"arguments\":{\"fdname\":"
			   "\"state\"},\"id\":2}") == 0);
	memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(got));
	CHECK(fcntl(got, F_GETFD) >= 0 && got != null);
	qmp_done(&q);
	close(theirs);
}
