/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kvm.c - does KVM work here? Asked once for each boot of the host.
 *
 * The answer is kept in a small file: the host's boot, one word, and the
 * reason. "works" and "broken" hold until the next boot. "lacking" is asked
 * again each time, since permissions change and other hypervisors end; it is
 * kept for that falling back is said once.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/cleanup.h"
#include "tools/lib/file.h"
#include "tools/lib/str.h"
#include "tools/vm/answers.h"
#include "tools/vm/host.h"
#include "vmm/accel.h"

#define ANSWER_MAX 1000

/* Where it is kept, or NULL. Each user has another one, as permissions are. */
static char *answer_path(void)
{
	auto_free char *folder = answers_folder();
	struct str path = { 0 };

	if (!folder)
		return NULL;
	str_addf(&path, "%s/kvm-%u", folder, geteuid());
	return str_take(&path);
}

/* What an answer of this boot begins with. */
static bool begin_answer(struct str *out)
{
	auto_free char *boot = NULL;

	if (file_read_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64,
			 &boot) < 0)
		return false;
	str_addf(out, "%s", boot);
	return !out->failed;
}

/* The word and the reason of @answer, or NULL when it is of another boot. */
static const char *this_boots(const char *answer)
{
	auto_str struct str begin = { 0 };

	if (!answer || !begin_answer(&begin) ||
	    strncmp(answer, str_text(&begin), begin.len) != 0)
		return NULL;
	return answer + begin.len;
}

/* Kept for speed only: the next run asks again if this fails. */
static void keep(const char *path, const char *word, const char *reason)
{
	auto_str struct str text = { 0 };

	if (!path || !begin_answer(&text))
		return;
	str_addf(&text, "%s\n%s", word, reason);
	if (!text.failed)
		answer_keep(path, text.text);
}

/* Look anew; @known is what was kept, or NULL. */
static int ask(const char *path, const char *known, struct why *reterr_why)
{
	int r = accel_kvm_is_there(ACCEL_KVM_DEVICE, reterr_why);
	const char *word;

	if (r == 0)
		r = accel_kvm_runs(ACCEL_KVM_DEVICE, reterr_why);
	word = r == 0 ? "works" : r == -ENOEXEC ? "broken" : "lacking";
	auto_str struct str now = { 0 };
	str_addf(&now, "%s\n%s", word, r < 0 ? reterr_why->text : "");
	if (known && strcmp(known, str_text(&now)) == 0)
		return r;
	keep(path, word, r < 0 ? reterr_why->text : "");
	if (r < 0)
		note("no KVM: %s; without it machines run under TCG",
		     reterr_why->text);
	return r;
}

int host_kvm_works(struct why *reterr_why)
{
	auto_free char *path = answer_path(), *answer = NULL;
	const char *known;

	(void)answer_read(path, ANSWER_MAX, &answer);
	known = this_boots(answer);
	/* Permission comes first: it may have been taken away. */
	if (known && accel_kvm_is_there(ACCEL_KVM_DEVICE, NULL) == 0) {
		if (strcmp(known, "works\n") == 0)
			return 0;
		if (strncmp(known, "broken\n", 7) == 0)
			return why_set(reterr_why, -ENOEXEC, "%s", known + 7);
	}
	return ask(path, known, reterr_why);
}
