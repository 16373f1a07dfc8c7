/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/gdb/stub.h"

#include <errno.h>
#include <sys/socket.h>

#include "tests/unit/t.h"

/* Our end, and the other end, of which the test plays QEMU's stub. Its answers
 * are written before the questions are sent: the socket keeps them. */
static int begin(struct gdb_remote *g, const char *say)
{
	int pair[2];

	CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	CHECK_INT(write(pair[1], say, strlen(say)), strlen(say));
	gdb_remote_begin(g, pair[0]);
	return pair[1];
}

static void heard(int theirs, const char *want)
{
	char text[1024] = "";

	CHECK(read(theirs, text, sizeof(text) - 1) > 0);
	if (strcmp(text, want) != 0)
		printf("# heard %s\n", text);
	CHECK(strcmp(text, want) == 0);
}

static int receive(const char *say)
{
	struct gdb_remote g;
	struct why why;
	int theirs = begin(&g, say);

	close(theirs);
	int r = gdb_remote_receive(&g, 1000, &why);
	gdb_remote_done(&g);
	close(g.fd);
	return r;
}

TEST(a_packet_has_a_checksum_and_is_acknowledged)
{
	struct gdb_remote g;
	struct why why;
	int theirs = begin(&g, "+$OK#9a");

	CHECK_INT(gdb_break(&g, 0xffffffff810b79d0, true, &why), 0);
	heard(theirs, "$Z0,ffffffff810b79d0,1#42+");
	gdb_remote_done(&g);
}

TEST(a_packet_that_comes_in_pieces_is_one)
{
	struct gdb_remote g;
	struct why why;
	int theirs = begin(&g, "+$T05thr");

	CHECK_INT(gdb_remote_receive(&g, 0, &why), -EAGAIN);
	CHECK_INT(write(theirs, "ead:p01.02;#07", 14), 14);
	CHECK_INT(gdb_remote_receive(&g, 0, &why), 0);
	CHECK(strcmp(str_text(&g.packet), "T05thread:p01.02;") == 0);
	gdb_remote_done(&g);
}

TEST(a_stop_tells_the_signal_and_the_cpu)
{
	struct gdb_remote g;
	struct gdb_stop stop;
	struct why why;

	(void)begin(&g, "$T05thread:p01.02;#07$W00#b7$OK#9a");
	CHECK_INT(gdb_remote_receive(&g, 0, &why), 0);
	CHECK_INT(gdb_read_stop(&g, &stop, &why), 0);
	CHECK_INT(stop.signal, 5);
	CHECK(strcmp(stop.thread, "p01.02") == 0 && !stop.ended);
	CHECK_INT(gdb_remote_receive(&g, 0, &why), 0);
	CHECK_INT(gdb_read_stop(&g, &stop, &why), 0);
	CHECK(stop.ended);
	CHECK_INT(gdb_remote_receive(&g, 0, &why), 0);
	CHECK_INT(gdb_read_stop(&g, &stop, &why), -EBADMSG);
	gdb_remote_done(&g);
}

TEST(what_is_no_packet_is_refused)
{
	CHECK_INT(receive("garbage"), -EBADMSG);
	CHECK_INT(receive("$OK#9b"), -EBADMSG);
	CHECK_INT(receive("$OK#zz"), -EBADMSG);
}

TEST(a_stub_that_dies_is_told_from_one_that_is_silent)
{
	struct gdb_remote g;
	struct why why;

	CHECK_INT(receive(""), -EPIPE);
	CHECK_INT(receive("$OK"), -EPIPE);
	(void)begin(&g, "$OK");
	CHECK_INT(gdb_remote_receive(&g, 1, &why), -EAGAIN);
	gdb_remote_done(&g);
}

TEST(a_packet_without_an_end_does_not_fill_memory)
{
	char text[2 * GDB_PACKET_MAX];

	memset(text, 'a', sizeof(text) - 1);
	text[0] = '$';
	text[sizeof(text) - 1] = '\0';
	CHECK_INT(receive(text), -EBADMSG);
}

TEST(an_error_of_the_stub_is_one)
{
	struct gdb_remote g;
	struct why why;

	(void)begin(&g, "+$E22#a9+$#00");
	CHECK_INT(gdb_break(&g, 1, true, &why), -EREMOTEIO);
	CHECK_INT(gdb_break(&g, 1, true, &why), -ENOTSUP);
	gdb_remote_done(&g);
}

TEST(the_monitors_words_come_in_pieces)
{
	auto_gdb_remote struct gdb_remote g;
	struct str text = { 0 };
	struct why why;
	/* "port" and "l\n", then the end. */
	int theirs = begin(&g, "+$O706f7274#26$O6c0a#79$OK#9a");

	CHECK_INT(gdb_monitor(&g, "i 0x8", &text, &why), 0);
	CHECK(strcmp(str_text(&text), "portl\n") == 0);
	heard(theirs, "$qRcmd,6920307838#31+++");
	text.len = 0;
	CHECK_INT(write(theirs, "$#00", 4), 4);
	CHECK_INT(gdb_monitor(&g, "i 0x8", &text, &why), -ENOTSUP);
	str_done(&text);
}

TEST(a_machine_that_ran_says_first_that_it_stopped)
{
	auto_gdb_remote struct gdb_remote g;
	struct why why;

	(void)begin(&g, "$T02thread:p01.01;#03+$PacketSize=1000#f1+$OK#9a");
	CHECK_INT(gdb_begin(&g, &why), 0);
	gdb_remote_done(&g);
	(void)begin(&g, "+$PacketSize=1000#f1+$OK#9a");
	CHECK_INT(gdb_begin(&g, &why), 0);
	gdb_remote_done(&g);
	(void)begin(&g, "+$PacketSize=1000#f1+$#00");
	CHECK_INT(gdb_begin(&g, &why), -ENOTSUP);
}

TEST(some_cpus_do_a_step_while_others_go_on)
{
	static const char *const step[] = { "p01.01", "p01.03" };
	auto_gdb_remote struct gdb_remote g;
	struct why why;
	int theirs = begin(&g, "");

	CHECK_INT(gdb_go(&g, step, 0, &why), 0);
	heard(theirs, "$c#63");
	CHECK_INT(gdb_go(&g, step, 2, &why), 0);
	heard(theirs, "$vCont;s:p01.01;s:p01.03;c#3a");
}
