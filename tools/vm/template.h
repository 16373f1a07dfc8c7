/* SPDX-License-Identifier: GPL-2.0-or-later */
/* template.h - a machine that starts from a template instead of booting. */
#pragma once

#include "tools/vm/template-store.h"
#include "vmm/machine.h"

/**
 * template_get() - use the template of a machine; make it when there is none
 * @c:       with kernel_fd and initrd_fd, its other files still -1
 * @stop_fd: a signalfd that tells to stop
 * @ret:     template_done() lets go of it
 *
 * Who comes while it is being made waits. A damaged one is said and made anew.
 * When there are more than KTSTR_TEMPLATES_MAX says, the longest unused go.
 *
 * Return: 0; -EINTR when a signal came, which is @ret_signal, or 0 there if it
 * is still to be read from @stop_fd; or -errno with a sentence: then the
 * machine has to boot.
 */
int template_get(const struct machine_config *c, int stop_fd,
		 struct template *ret, int *ret_signal, struct why *reterr_why);

/**
 * template_reject() - a template that cannot be used: the next one makes it
 *		       anew
 *
 * Who uses it keeps its files, as does @t. Return: 0 or -errno with a sentence;
 * -EINTR when @stop_fd became readable before.
 */
int template_reject(const struct template *t, int stop_fd,
		    struct why *reterr_why);

/**
 * template_remake() - like template_get(), for one that QEMU could not load
 * @t: in and out
 */
int template_remake(const struct machine_config *c, int stop_fd,
		    struct template *t, int *ret_signal,
		    struct why *reterr_why);

/* Have @c start from @t. */
void template_apply(const struct template *t, struct machine_config *c);

/* The folder of the cache in which templates are; it need not exist. Return: 0
 * or -errno. */
int template_root(char **ret_cache, char **ret_templates,
		  struct why *reterr_why);

/* Remove one, or say why it stays. Return: 0, -EBUSY when it is used, -errno.
 */
int template_remove(const char *cache, const char *key, struct why *reterr_why);
