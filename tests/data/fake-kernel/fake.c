/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections and symbols such as a vmlinux has. */
const char kernel_config_data[] = "IKCFG_ST fake IKCFG_ED";
char runqueues[64] __attribute__((section(".data..percpu"))) = { 1 };
char init_task[64] = { 1 };
/* BTF with a header, no types, and a string section of one byte. */
const unsigned char btf[]
	__attribute__((section(".BTF"))) = { 0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0,
					     0,	   0,	 0, 0, 0,  0, 0, 0, 0,
					     0,	   0,	 1, 0, 0,  0, 0 };
int start_kernel(void)
{
	return runqueues[0] + init_task[0] + kernel_config_data[0] + btf[0];
}
