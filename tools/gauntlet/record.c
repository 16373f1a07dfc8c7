/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.c - "ktstr-gauntlet record": run one variant's command, and make sure
 * that a result is there afterwards, whatever became of the command.
 *
 * What an earlier run left is removed first: a stamp must not outlive the
 * result that it stands beside.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/gauntlet/child.h"
#include "tools/gauntlet/inputs.h"
#include "tools/gauntlet/launch.h"
#include "tools/gauntlet/progress.h"
#include "tools/gauntlet/request.h"
#include "tools/gauntlet/result.h"
#include "tools/gauntlet/retries.h"
#include "tools/gauntlet/stamp.h"
#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/num.h"
#include "tools/lib/utf8.h"
#include "tools/lib/words.h"

static bool is_hex(const char *text)
{
	return text[strspn(text, "0123456789abcdef")] == '\0';
}

static bool is_stamp(const char *name)
{
	return strncmp(name, STAMP_PREFIX, strlen(STAMP_PREFIX)) == 0 &&
	       is_hex(name + strlen(STAMP_PREFIX));
}

/* What ktstr-vm and we put into a variant's folder, but for stamps. */
static bool is_ours(const char *name)
{
	static const char *const files[] = { "result.json",  "console.log",
					     "channel.log",  "scheduler.log",
					     "worker.log",   "payload.log",
					     "verifier.log", "repro.txt",
					     INPUTS_FILE,    NULL };

	for (const char *const *f = files; *f; f++) {
		if (strcmp(name, *f) == 0)
			return true;
	}
	return false;
}

static void remove_those(const char *folder, bool (*those)(const char *name))
{
	DIR *dir = opendir(folder);
	struct dirent *e;

	if (!dir)
		die(EX_BROKEN, "cannot open folder '%s': %m", folder);
	while ((e = readdir(dir))) {
		if (!those(e->d_name))
			continue;
		if (unlinkat(dirfd(dir), e->d_name, 0) < 0 && errno != ENOENT)
			die(EX_BROKEN, "cannot remove '%s/%s': %m", folder,
			    e->d_name);
	}
	closedir(dir);
}

/* Stamps first: who is killed meanwhile leaves none without its result. */
static void remove_old(const char *folder)
{
	remove_those(folder, is_stamp);
	remove_those(folder, is_ours);
}

/* The signal by which somebody ended the run on purpose, or 0. */
static int stopped_by(int status)
{
	int signal = 0;

	if (WIFSIGNALED(status))
		signal = WTERMSIG(status);
	else if (WEXITSTATUS(status) > EX_SIGNAL)
		signal = WEXITSTATUS(status) - EX_SIGNAL;
	return signal == SIGINT || signal == SIGTERM || signal == SIGHUP
		       ? signal
		       : 0;
}

/*
 * Our tools share exit codes: with these two the last line is the whole reason,
 * be it about what the user wrote or about what the machine lacks.
 */
static bool tells_itself(int status)
{
	return WIFEXITED(status) && (WEXITSTATUS(status) == EX_USAGE ||
				     WEXITSTATUS(status) == EX_SKIP);
}

/* How the command ended, and what it said last. */
static void describe(int status, const char *program, const struct str *last,
		     struct str *out)
{
	if (tells_itself(status) && last->len) {
		utf8_add_line(out, last->text, last->len, 0);
		return;
	}
	if (WIFSIGNALED(status))
		str_addf(out, "'%s' died of signal %d (%s)", program,
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		str_addf(out, "'%s' ended with exit status %d", program,
			 WEXITSTATUS(status));
	str_add(out, " and left no result");
	if (last->len) {
		str_add(out, ": ");
		utf8_add_line(out, last->text, last->len, 0);
	}
}

/* Give the variant a result that says why it has none of its own. */
static enum verdict write_result(const struct request *req, const char *path,
				 int status, const char *why_none)
{
	static const char *const key[PARTS] = { "kernel", "scheduler", "test",
						"preset", "profile",   "clock",
						"seed" };
	auto_str struct str rerun = { 0 };
	bool skip = WIFEXITED(status) && WEXITSTATUS(status) == EX_SKIP;
	enum verdict verdict = skip ? VERDICT_SKIP : VERDICT_ERROR;
	const char *class = skip		   ? "unsupported"
			    : tells_itself(status) ? "input"
						   : "harness";
	json_t *o = must(json_pack("{si ss ss ss ss s[s]}", "schema_version",
				   RESULT_SCHEMA_VERSION, "name",
				   req->operand[0], "identity", req->identity,
				   "verdict", verdict_names[verdict], "class",
				   class, "reasons", why_none));
	struct why why;
	char *text;

	const char *p = req->operand[0];
	for (size_t i = 0; i < PARTS; i++) {
		size_t len = strcspn(p, "/");

		uint64_t seed;

		if (i == PART_SEED && *p == 's' &&
		    num_parse(p + 1, 0, UINT32_MAX, &seed) == 0)
			json_object_set_new(o, key[i],
					    json_integer((json_int_t)seed));
		else
			json_object_set_new(o, key[i], json_stringn(p, len));
		p += len + (p[len] == '/');
	}
	for (char **word = req->command; *word; word++) {
		str_add(&rerun, word == req->command ? "" : " ");
		words_quote(&rerun, *word);
	}
	json_object_set_new(o, "rerun", json_string(str_text(&rerun)));
	text = must(json_dumps(o, JSON_INDENT(2)));
	if (file_publish(path, text, strlen(text), 0666, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	free(text);
	json_decref(o);
	return verdict;
}

/*
 * Tell whoever watches what became of the variant, and why it is no pass.
 * @again: it is not over, and this was no verdict.
 */
static void tell(const struct request *req, const char *path,
		 enum verdict verdict, bool again)
{
	auto_free char *error = NULL;
	json_t *o = result_read(path, &error);
	const json_t *host = json_object_get(o, "host");
	json_int_t attempt =
		json_integer_value(json_object_get(host, "attempt"));
	double seconds = json_real_value(json_object_get(host, "wall_s"));
	const json_t *reasons = json_object_get(o, "reasons");
	const char *reason = json_string_value(json_array_get(reasons, 0));
	auto_str struct str word = { 0 }, lines = { 0 };

	if (!o)
		die(EX_BROKEN, "%s", error);
	str_add(&word, again ? "again" : verdict_names[verdict]);
	for (char *c = word.text; c && *c; c++)
		*c = (char)toupper((unsigned char)*c);
	str_addf(&lines, "  %-7s %s", str_text(&word), req->operand[0]);
	if (seconds > 0 && attempt > 1)
		str_addf(&lines, " (%.1f s, attempt %d)", seconds,
			 (int)attempt);
	else if (seconds > 0)
		str_addf(&lines, " (%.1f s)", seconds);
	if (reason) {
		str_add(&lines, "\n          ");
		utf8_add_line(&lines, reason, strlen(reason), 0);
	}
	str_add(&lines, "\n");
	progress_tell(req->progress, str_text(&lines),
		      verdict == VERDICT_PASS || verdict == VERDICT_SKIP,
		      !again, req->expect);
	json_decref(o);
}

/* When make is killed we are, and by that the command. */
static void end_with_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		die(EX_BROKEN, "cannot follow our parent: %m");
	/* It may have ended before the kernel knew of our wish. */
	if (getppid() != parent)
		die(EX_BROKEN, "our parent has ended");
}

/* Run the command once; ktstr-vm puts the number into its result. */
static int attempt(const struct request *req, unsigned int number,
		   struct str *last)
{
	auto_words char **command = NULL;
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	if (setenv("KTSTR_ATTEMPT", text, 1) < 0)
		die(EX_BROKEN, "out of memory");
	str_done(last);
	command = launch_command(req->launch, req->command);
	return child_run(command, last, NULL);
}

/* A new run: what an earlier one left goes, and what this one depends on stays,
 * also if nothing else comes of it. */
static void begin(const struct request *req, char *const *inputs)
{
	struct why why;

	if (file_make_folders(req->out, &why) < 0)
		die(EX_BROKEN, "%s", why.text);
	remove_old(req->out);
	if (inputs)
		inputs_keep(req->out, inputs);
}

/*
 * Somebody may have rebuilt the scheduler since the plan was made. Such a pass
 * is none of what was planned, and gets no stamp.
 */
static void keep_pass(const struct request *req, const char *path,
		      char *const *inputs)
{
	auto_str struct str other = { 0 };
	json_t *o = json_load_file(path, 0, NULL);

	inputs_other(json_object_get(o, "inputs"), inputs, &other);
	json_decref(o);
	if (other.len)
		warn("%s ran with other inputs than were planned (%s), and "
		     "will run again",
		     req->operand[0], str_text(&other));
	else
		stamp_make(req->out, req->operand[0], req->identity);
}

int command_record(const struct request *req)
{
	unsigned int allowed = retries_allowed(), number = 1;
	pid_t parent = getppid();
	auto_free char *path = NULL;
	auto_str struct str last = { 0 };
	auto_words char **inputs = NULL;
	enum verdict verdict;
	int status;
	size_t at;

	if (!req->identity || !*req->identity || !is_hex(req->identity))
		die(EX_USAGE, "--identity wants lowercase hex digits");
	if (!req->command || !req->command[0])
		die(EX_USAGE, "record needs '-- COMMAND'; see --help");
	if (req->inputs && words_split(req->inputs, &inputs, &at) < 0)
		die(EX_USAGE, "--inputs: '%s' has a quote that is not closed",
		    req->inputs);
	if (asprintf(&path, "%s/result.json", req->out) < 0)
		die(EX_BROKEN, "out of memory");
	end_with_parent(parent);
	begin(req, inputs);
	status = attempt(req, number, &last);
	/* Another reservation may have quieter CPUs. */
	while (number <= allowed &&
	       result_identity(path, req->identity, &verdict) == 0 &&
	       retries_wanted(path)) {
		tell(req, path, verdict, true);
		begin(req, inputs);
		status = attempt(req, ++number, &last);
	}
	if (result_identity(path, req->identity, &verdict) == 0) {
		if (verdict == VERDICT_PASS)
			keep_pass(req, path, inputs);
		tell(req, path, verdict, false);
		return EX_PASS;
	}
	if (stopped_by(status))
		return EX_SIGNAL + stopped_by(status);
	auto_str struct str text = { 0 };
	describe(status, req->command[0], &last, &text);
	verdict = write_result(req, path, status, str_text(&text));
	tell(req, path, verdict, false);
	return EX_PASS;
}

/* A shell between make and the command would outlive a make that is killed, and
 * make's own "-" is told as an error of the rule. What this machine cannot do
 * those will tell that need it. */
int command_try(const struct request *req)
{
	pid_t parent = getppid();
	auto_words char **command = NULL;
	auto_str struct str last = { 0 }, told = { 0 };

	if (!req->command || !req->command[0])
		die(EX_USAGE, "try needs '-- COMMAND'; see --help");
	end_with_parent(parent);
	command = launch_command(req->launch, req->command);
	int status = child_run(command, &last, &told);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EX_SKIP)
		(void)file_write_all(STDERR_FILENO, str_text(&told), told.len);
	return stopped_by(status) ? EX_SIGNAL + stopped_by(status) : EX_PASS;
}
