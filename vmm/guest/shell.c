/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmm/guest/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "vmm/guest/clock.h"
#include "vmm/guest/exec.h"
#include "vmm/guest/relay.h"
#include "vmm/guest/spawn.h"

#define BUSYBOX "/job/bin/busybox"
/* Behind all other folders of PATH: what was included comes first. */
#define APPLETS	   "/job/applets"
#define INSTALL_NS (20 * NS_PER_SEC)
/* A terminal that does not take what is left is not waited for longer. */
#define FLUSH_NS (5 * NS_PER_SEC)

/**
 * struct ends - what the shell and the relay hold on to
 * @input:  the relay's: where the terminal's input goes
 * @slave:  the shell's terminal, or -1
 * @in, @out, @err: the shell's, where there is no terminal
 */
struct ends {
	int port, input, slave, in, out, err;
};

static void ends_close(const struct ends *e)
{
	const int fd[] = { e->port, e->input, e->slave, e->in, e->out, e->err };

	for (size_t i = 0; i < sizeof(fd) / sizeof(fd[0]); i++) {
		if (fd[i] >= 0)
			close(fd[i]);
	}
}

static int open_port(struct why *reterr_why)
{
	auto_fd int fd = open(SHELL_PORT, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios t;

	if (fd < 0 || tcgetattr(fd, &t) < 0)
		return why_set(reterr_why, -errno, "cannot open '%s'",
			       SHELL_PORT);
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL;
	cfsetspeed(&t, B115200);
	if (tcsetattr(fd, TCSANOW, &t) < 0)
		return why_set(reterr_why, -errno, "cannot set up '%s'",
			       SHELL_PORT);
	return take_fd(fd);
}

static int open_terminal(struct ends *e, struct why *reterr_why)
{
	char name[64];

	e->input = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (e->input < 0 || grantpt(e->input) < 0 || unlockpt(e->input) < 0 ||
	    ptsname_r(e->input, name, sizeof(name)) != 0)
		return why_set(reterr_why, -errno,
			       "this kernel gives no pseudo terminal "
			       "(CONFIG_UNIX98_PTYS)");
	e->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (e->slave < 0)
		return why_set(reterr_why, -errno, "cannot open '%s'", name);
	return 0;
}

static int open_pipes(struct watch *w, struct ends *e, struct why *reterr_why)
{
	int in[2];
	int r = pipe2(in, O_CLOEXEC) < 0 ? -errno : 0;

	if (r == 0) {
		e->in = in[0];
		e->input = in[1];
		r = fcntl(e->input, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
	}
	if (r == 0)
		r = textlog_open(&w->log[1], "stdout", &e->out);
	if (r == 0)
		r = textlog_open(&w->log[2], "stderr", &e->err);
	w->log[1].exact = w->log[2].exact = true;
	return r < 0 ? why_set(reterr_why, r, "cannot make a pipe") : 0;
}

/* "TERM=..." and the rest of what a shell wants to know. */
static void set_environment(const char *term)
{
	static char path[] = "PATH=/job/bin:/usr/local/bin:/usr/bin:/bin:"
			     "/usr/sbin:/sbin:" APPLETS;
	static char home[] = "HOME=/tmp", mark[] = "KTSTR_GUEST=1",
		    prompt[] = "PS1=ktstr:\\w# ";
	static char libs[] = GUEST_LIBRARIES;
	static char kind[80] = "TERM=dumb";
	static char *env[] = { path, home, kind, mark, prompt, libs, NULL };

	if (term)
		snprintf(kind, sizeof(kind), "TERM=%s", term);
	environ = env;
}

/* In the child: become @argv, at the terminal if there is one. */
static noreturn void become(char *const *argv, const struct ends *e,
			    const char *term)
{
	const struct sched_param plain = { 0 };
	int in = e->slave >= 0 ? e->slave : e->in;
	int out = e->slave >= 0 ? e->slave : e->out;
	int err = e->slave >= 0 ? e->slave : e->err;
	sigset_t none;
	int error;

	set_environment(term);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0 &&
	    (e->slave < 0 || ioctl(0, TIOCSCTTY, 0) == 0) &&
	    sched_setscheduler(0, SCHED_OTHER, &plain) == 0)
		execvp(argv[0], argv);
	error = errno;
	dprintf(2, "cannot run '%s': %s\n", argv[0], strerror(error));
	_exit(error == ENOENT ? 127 : 126);
}

static int start(struct watch *w, char *const *argv, const struct ends *e,
		 const char *term, struct child *ret, struct why *reterr_why)
{
	pid_t pid = fork();

	if (pid < 0)
		return why_set(reterr_why, -errno, "cannot fork for '%s'",
			       argv[0]);
	if (pid == 0)
		become(argv, e, term);
	children_add(&w->children, ret, pid);
	return 0;
}

/* A link for each of busybox's programs, where the job brought busybox. */
static int install_applets(struct watch *w, struct why *reterr_why)
{
	static char busybox[] = BUSYBOX, install[] = "--install",
		    links[] = "-s", folder[] = APPLETS;
	char *const argv[] = { busybox, install, links, folder, NULL };
	struct ends none = { -1, -1, -1, -1, -1, -1 };
	struct child child = { 0 };
	int r;

	if (access(BUSYBOX, X_OK) < 0)
		return 0;
	if (mkdir(APPLETS, 0755) < 0 && errno != EEXIST)
		return why_set(reterr_why, -errno, "cannot make '%s'", APPLETS);
	none.in = none.out = none.err = open("/dev/null", O_RDWR | O_CLOEXEC);
	r = start(w, argv, &none, NULL, &child, reterr_why);
	if (none.in >= 0)
		close(none.in);
	if (r < 0)
		return r;
	watch_until(w, clock_now_ns() + INSTALL_NS, watch_child_ended, &child);
	children_forget(&w->children, &child);
	return 0; /* without the links it is still a shell */
}

/* Wait for the shell. That the scheduler is lost meanwhile ends nothing: who
 * sits there wants to look at what is left. */
static void await(struct watch *w, const struct child *child,
		  const struct ends *e)
{
	static const char text[] = "\r\nktstr: the scheduler is not in charge "
				   "any more\r\n";

	while (watch_until(w, UINT64_MAX, watch_child_ended, child) !=
	       WATCH_DONE) {
		int fd = e->slave >= 0 ? e->slave : e->err;

		(void)!write(fd, text, sizeof(text) - 1);
	}
}

static int run(struct watch *w, const struct job *job, struct ends *e,
	       int *ret_status, struct why *reterr_why)
{
	bool is_tty = job->shell == JOB_SHELL_TTY;
	struct child shell = { 0 }, relay = { 0 };
	struct relay carrier;
	int r = install_applets(w, reterr_why);

	if (r == 0)
		r = e->port = open_port(reterr_why);
	if (r >= 0)
		r = is_tty ? open_terminal(e, reterr_why)
			   : open_pipes(w, e, reterr_why);
	if (r >= 0)
		r = relay_start(e->port, e->input, is_tty, &carrier,
				reterr_why);
	if (r < 0)
		return r;
	children_add(&w->children, &relay, carrier.pid);
	if (!is_tty) { /* its reader shall see the end when the relay closes */
		close(e->input);
		e->input = -1;
	}
	channel_send_event(w->channel, "start", job->exec[0]);
	r = start(w, job->exec, e, job->term, &shell, reterr_why);
	if (e->in >= 0)
		close(e->in);
	e->in = -1;
	if (r == 0)
		await(w, &shell, e);
	close(carrier.stop);
	uint64_t until = clock_now_ns() + FLUSH_NS;
	while (watch_until(w, until, watch_child_ended, &relay) == WATCH_LOST)
		continue;
	spawn_kill(&relay);
	children_forget(&w->children, &relay);
	*ret_status = shell.status;
	return r;
}

int shell_run(struct watch *w, const struct job *job, struct why *reterr_why)
{
	struct ends e = { -1, -1, -1, -1, -1, -1 };
	int status = 0;
	int r = run(w, job, &e, &status, reterr_why);

	ends_close(&e);
	for (int i = 1; i < WATCH_LOGS; i++)
		textlog_close(&w->log[i], w->channel);
	if (r == 0)
		exec_send_status(w->channel, status);
	return r;
}
