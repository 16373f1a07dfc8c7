/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ptyrun - run a command at a pseudo terminal, as a person sits there.
 *
 *	ptyrun SCRIPT COMMAND [ARG...]
 *
 * Each line of SCRIPT is one of
 *	expect TEXT   wait until TEXT is on the screen, behind what was expected
 *		      before
 *	send TEXT     type it
 *	size ROWS COLUMNS
 *	run COMMAND   by the shell; PID is our command's
 *	mode raw|cooked   wait until the terminal is so
 *	exit STATUS   wait for the command's end; of a signal, 128 and it
 * TEXT may have \r, \n, \\ and \xHH. What is on the screen goes to standard
 * output. Exit status: 0; 1 if something did not come within 180 s.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 180

static char screen[1 << 22];
static size_t seen, expected;
static int master, slave;
static pid_t child;
static time_t until;

static void fail(const char *line, const char *why)
{
	printf("\n--- ptyrun: '%s': %s\n", line, why);
	fflush(stdout);
	kill(child, SIGTERM);
	exit(1);
}

/* Take what comes within a moment. */
static void look(const char *line)
{
	struct pollfd p = { .fd = master, .events = POLLIN };
	ssize_t n = 0;

	if (time(NULL) > until)
		fail(line, "it did not come");
	if (poll(&p, 1, 50) > 0 && seen < sizeof(screen) - 1)
		n = read(master, screen + seen, sizeof(screen) - 1 - seen);
	if (n <= 0)
		return;
	fwrite(screen + seen, 1, (size_t)n, stdout);
	fflush(stdout);
	seen += (size_t)n;
}

static size_t unescape(const char *text, char *out)
{
	size_t len = 0;
	char hex[3] = "";

	for (; *text; text++) {
		if (*text != '\\' || !text[1]) {
			out[len++] = *text;
			continue;
		}
		text++;
		if (*text == 'x' && text[1] && text[2]) {
			memcpy(hex, text + 1, 2);
			out[len++] = (char)strtoul(hex, NULL, 16);
			text += 2;
		} else {
			out[len++] = *text == 'r'   ? '\r'
				     : *text == 'n' ? '\n'
						    : *text;
		}
	}
	return len;
}

static void expect(const char *line, const char *text)
{
	char want[4096];
	size_t len = unescape(text, want);
	char *at;

	while (!(at = memmem(screen + expected, seen - expected, want, len)))
		look(line);
	expected = (size_t)(at - screen) + len;
}

static int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static void await_mode(const char *line, const char *mode)
{
	struct termios t;

	for (;;) {
		tcgetattr(slave, &t);
		if (((t.c_lflag & (ICANON | ECHO | ISIG)) != 0) ==
		    (strcmp(mode, "cooked") == 0))
			return;
		look(line);
	}
}

static void await_exit(const char *line, int want)
{
	char why[64];
	int status;

	while (waitpid(child, &status, WNOHANG) != child)
		look(line);
	for (int i = 0; i < 3; i++) /* what it wrote last */
		look(line);
	snprintf(why, sizeof(why), "the status is %d", status_of(status));
	if (status_of(status) != want)
		fail(line, why);
}

static void run(const char *line, const char *command)
{
	char pid[32];
	pid_t shell;
	int status;

	snprintf(pid, sizeof(pid), "%d", (int)child);
	setenv("PID", pid, 1);
	shell = fork();
	if (shell == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	while (waitpid(shell, &status, WNOHANG) != shell)
		look(line);
	if (status != 0)
		fail(line, "it failed");
}

static void obey(char *line)
{
	char out[4096], *rest = strchr(line, ' ');
	struct winsize size = { 0 };

	until = time(NULL) + SECONDS;
	rest = rest ? rest + 1 : line + strlen(line);
	if (strncmp(line, "expect ", 7) == 0) {
		expect(line, rest);
	} else if (strncmp(line, "send ", 5) == 0) {
		if (write(master, out, unescape(rest, out)) < 0)
			fail(line, strerror(errno));
	} else if (sscanf(line, "size %hu %hu", &size.ws_row, &size.ws_col) ==
		   2) {
		ioctl(master, TIOCSWINSZ, &size);
	} else if (strncmp(line, "run ", 4) == 0) {
		run(line, rest);
	} else if (strncmp(line, "mode ", 5) == 0) {
		await_mode(line, rest);
	} else if (strncmp(line, "exit ", 5) == 0) {
		await_exit(line, (int)strtol(rest, NULL, 10));
	} else if (*line && *line != '#') {
		fail(line, "what is that?");
	}
}

int main(int argc, char **argv)
{
	FILE *script = argc > 2 ? fopen(argv[1], "r") : NULL;
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	char line[4096];

	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (!script || master < 0 || grantpt(master) < 0 ||
	    unlockpt(master) < 0)
		return 2;
	ioctl(master, TIOCSWINSZ, &size);
	/* Kept open, so that its modes can be read when the command is gone. */
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	child = fork();
	if (child == 0) {
		setsid();
		ioctl(slave, TIOCSCTTY, 0);
		if (dup2(slave, 0) < 0 || dup2(slave, 1) < 0 ||
		    dup2(slave, 2) < 0)
			_exit(126);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	while (fgets(line, sizeof(line), script)) {
		line[strcspn(line, "\n")] = '\0';
		obey(line);
	}
	return 0;
}
