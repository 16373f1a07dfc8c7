#!/usr/bin/env bats
# The documents tell the truth, as far as a program can see that.
# shellcheck disable=SC2016 # backticks of Markdown
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$KTSTR_TOP" || return
}

needs_git() {
	git rev-parse --git-dir >/dev/null 2>&1 || skip "needs a git checkout"
}

# repo_files PATTERN...: what is in the repository, or is going to be.
repo_files() {
	git ls-files -co --exclude-standard "$@" | while read -r file; do
		[ ! -e "$file" ] || echo "$file"
	done
}

tools() {
	local main
	for main in tools/*/main.c; do
		main=${main#tools/}
		echo "${main%/main.c}"
	done
}

@test "doc: a manual page lists exactly the options of --help" {
	for tool in $(tools); do
		"ktstr-$tool" --help >"$BATS_TEST_TMPDIR/help"
		grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' "$BATS_TEST_TMPDIR/help" |
			grep -oE -- '--[a-z-]+' | sort >"$BATS_TEST_TMPDIR/told"
		# Those of list and plan have a page of their own.
		pages=("doc/ktstr-$tool.1")
		[ "$tool" != gauntlet ] || pages+=(doc/ktstr-gauntlet-list.1)
		sed -n '/^\.It Fl/p' "${pages[@]}" | grep -oE 'Fl -[a-z-]+' |
			sed 's/Fl -/--/' | sort -u >"$BATS_TEST_TMPDIR/listed"
		[ -s "$BATS_TEST_TMPDIR/told" ]
		diff "$BATS_TEST_TMPDIR/told" "$BATS_TEST_TMPDIR/listed"
	done
}

@test "doc: groff finds nothing in the manual pages, and they have the same parts" {
	for tool in $(tools); do
		page=doc/ktstr-$tool.1
		run -0 groff -mdoc -Tutf8 -ww -z "$page"
		[ -z "$output" ]
		[ "$(sed -n 's/^\.Sh //p' "$page" | grep -vxE 'ENVIRONMENT|FILES')" = \
			$'NAME\nSYNOPSIS\nDESCRIPTION\nEXIT STATUS\nEXAMPLES\nSEE ALSO' ]
		sed -n 's/^\.Xr \(ktstr-[a-z]*\) 1.*/\1/p' "$page" | while read -r other; do
			[ -e "doc/$other.1" ]
		done
	done
}

@test "doc: groff finds nothing in the pages of section 7, and they tell all settings" {
	for page in doc/*.7; do
		run -0 groff -mdoc -Tutf8 -ww -z "$page"
		[ -z "$output" ]
		sed -n 's/^\.Xr \(ktstr-[a-z]*\) 1.*/\1/p' "$page" | while read -r other; do
			[ -e "doc/$other.1" ]
		done
	done
	# Each variable that fetching a kernel obeys is explained.
	grep -ohE '"KTSTR_(KERNEL_MIRROR|HOST_ROOT|OFFLINE|KEYRING|NET_[A-Z]*|DOWNLOADS_[A-Z]*)"' \
		tools/cache/net/*.c tools/cache/git/*.c \
		tools/cache/release/*.c tools/cache/source/*.c | tr -d '"' | sort -u >"$BATS_TEST_TMPDIR/read"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/read")" -ge 8 ]
	sed -n 's/^\.It Ev \(KTSTR_[A-Z_]*\)$/\1/p' doc/ktstr-kernel-spec.7 | sort -u |
		diff "$BATS_TEST_TMPDIR/read" -
}

@test "doc: ktstr-vm-result(7) names every class of a verdict" {
	sed -n '/judge_classes\[\] =/,/};/p' tools/vm/judge.c | grep -oE '"[a-z-]+"' | tr -d '"' |
		sort >"$BATS_TEST_TMPDIR/classes"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/classes")" -ge 14 ]
	sed -n '/^\.Ss Verdicts/,/^\.Sh/s/^\.It //p' doc/ktstr-vm-result.7 | sort |
		diff "$BATS_TEST_TMPDIR/classes" -
}

@test "doc: the README is short and begins with the two commands" {
	[ "$(wc -l <README.md)" -lt 80 ]
	run -0 grep -m 2 '^    ' README.md
	[[ ${lines[0]} == "    make deps demo "* ]]
	[[ ${lines[1]} == "    make deps check "* ]]
	[ "$(grep -E '^exec ' .ci/run)" = "exec make deps check" ]
}

# targets_exist FILE SLUGS: the links on standard input, as links.awk prints
# them, lead to files, and into them. SLUGS FILE prints a file's fragments.
targets_exist() {
	local line target file bad=0
	while read -r line target; do
		case $target in
		*://* | mailto:*) continue ;;
		esac
		file=${target%%#*}
		file=${file:+${1%"${1##*/}"}$file}
		file=${file:-$1}
		if [ ! -e "$file" ]; then
			echo "$1:$line: no file $file"
			bad=1
		elif [[ $target == *"#"* ]] && ! "$2" "$file" | grep -qxF -- "${target#*#}"; then
			echo "$1:$line: no heading #${target#*#} in $file"
			bad=1
		fi
	done
	return "$bad"
}

source_slugs() { awk -v want=slugs -f doc/links.awk "$1"; }
rendered_slugs() { cmark "$1" | awk -v html=1 -v want=slugs -f doc/links.awk; }

@test "doc: links lead to files and headings that are there" {
	needs_git
	links=0
	for page in $(repo_files '*.md'); do
		awk -f doc/links.awk "$page" >"$BATS_TEST_TMPDIR/links"
		links=$((links + $(wc -l <"$BATS_TEST_TMPDIR/links")))
		targets_exist "$page" source_slugs <"$BATS_TEST_TMPDIR/links"
	done
	[ "$links" -gt 10 ]
}

@test "doc: links of the rendered pages do, and they are the same links" {
	needs_git
	command -v cmark >/dev/null || skip "needs cmark"
	for page in $(repo_files '*.md'); do
		cmark "$page" | awk -v html=1 -f doc/links.awk >"$BATS_TEST_TMPDIR/rendered"
		targets_exist "$page" rendered_slugs <"$BATS_TEST_TMPDIR/rendered"
		diff <(awk -f doc/links.awk "$page" | sed 's/^[0-9]* //') \
			<(sed 's/^[0-9]* //' "$BATS_TEST_TMPDIR/rendered")
		diff <(source_slugs "$page") <(rendered_slugs "$page")
	done
}

@test "doc: the link check sees what is wrong" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p doc
	cp "$KTSTR_TOP/doc/links.awk" doc
	printf '# A `b` [c](d.md), e\n# Two\n# Two\n[x](e.md) [y](#two-2)\n\n    [no](link)\n' >d.md
	run -0 source_slugs d.md
	[ "$output" = $'a-b-c-e\ntwo\ntwo-1' ]
	run -1 targets_exist d.md source_slugs < <(awk -f doc/links.awk d.md)
	[ "$output" = $'d.md:4: no file e.md\nd.md:4: no heading #two-2 in d.md' ]
}

# heads: the comments that the users' rule files begin with.
heads() {
	for file in ktstr kernel scheduler test core; do
		sed '/^#/!q' "mk/$file.mk"
	done
}

settings() { grep -oE '\bKTSTR_[A-Z_]*[A-Z]\b' | sort -u; }

@test "doc: the heads of the rule files and doc/mk.md name the same settings" {
	heads | settings >"$BATS_TEST_TMPDIR/heads"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/heads")" -gt 15 ]
	settings <doc/mk.md | diff "$BATS_TEST_TMPDIR/heads" -
	# And all that has a default is named there.
	sed -n 's/^\(KTSTR_[A-Z_]*\) *?=.*/\1/p' mk/{ktstr,kernel,scheduler,test,core}.mk | sort -u |
		comm -13 "$BATS_TEST_TMPDIR/heads" - >"$BATS_TEST_TMPDIR/unnamed"
	[ ! -s "$BATS_TEST_TMPDIR/unnamed" ]
}

@test "doc: help lists every target that is a command" {
	make help | awk '{ print $1 }' | sort >"$BATS_TEST_TMPDIR/help"
	sed -n 's/^\.PHONY: //p' Makefile mk/{analyze,bench,check,coverage,deps,install,demo}.mk tests/fuzz/build.mk | tr ' ' '\n' |
		sort | diff - "$BATS_TEST_TMPDIR/help"
	# The users' targets: make ktstr-help and doc/mk.md.
	sed -n 's/^#:   \(ktstr-[a-z]*\) .*/\1/p' mk/test.mk | sort >"$BATS_TEST_TMPDIR/help"
	{ echo ktstr-kernel && sed -n 's/^| `\(ktstr-[a-z]*\)` .*/\1/p' doc/mk.md; } |
		sort | diff - "$BATS_TEST_TMPDIR/help"
}

@test "doc: core.mk's example works" {
	cd "$BATS_TEST_TMPDIR"
	{
		echo 'all: out/a.trace'
		echo "include $KTSTR_TOP/mk/core.mk"
		sed -n '/^ktstr-tag-trace/,/ktstr-run,trace/p' "$KTSTR_TOP/doc/mk.md"
	} >Makefile
	printf '#!/bin/sh\necho "$@"\n' >trace
	chmod +x trace
	touch a.in
	run -0 make --no-print-directory
	[ "$output" = "  TRACE   out/a.trace" ]
	run -0 make --no-print-directory
	[ "$output" = "" ]
	run -0 make --no-print-directory TRACE_FLAGS=-v
	[ "$(cat out/a.trace)" = "-v a.in" ]
}

@test "doc: no file names a place that only one machine has" {
	needs_git
	run -1 git grep -nIE '(^|[^[:alnum:]_.)}'\''"*-])/(work|home/[a-z]+|root)(/|[^[:alnum:]_-]|$)|\.\./shared/'
	[ -z "$output" ]
}
