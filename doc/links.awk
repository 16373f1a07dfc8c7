# SPDX-License-Identifier: GPL-2.0-or-later
# links.awk - what Markdown links to, and what can be linked to.
#
#   awk -f doc/links.awk FILE.md               LINE TARGET for each link
#   awk -v want=slugs -f doc/links.awk FILE    the fragments of its headings
#
# With -v html=1 the input is what cmark made of the file. A fragment is made as
# GitHub does it: lower case, punctuation dropped, blanks are hyphens, and a
# number behind one that was there before.
function slug(text)
{
	gsub(/<[^>]*>/, "", text)
	if (html)
		gsub(/&[a-z]+;/, "", text)
	gsub(/\]\([^)]*\)/, "", text)
	text = tolower(text)
	gsub(/[^a-z0-9 _-]/, "", text)
	gsub(/ /, "-", text)
	return text (seen[text]++ ? "-" seen[text] - 1 : "")
}

function links(text, pattern, cut)
{
	while (match(text, pattern)) {
		print FNR, substr(text, RSTART + cut, RLENGTH - cut - 1)
		text = substr(text, RSTART + RLENGTH)
	}
}

html && want == "slugs" { if (match($0, /<h[1-6]>.*<\/h[1-6]>/)) print slug(substr($0, RSTART, RLENGTH)); next }
html { links($0, "(href|src)=\"[^\"]*\"", index($0, "src=\"") ? 5 : 6); next }
/^```/ { fenced = !fenced }
fenced || /^```/ || /^(    |\t)/ { next }
want == "slugs" { if (sub(/^#+ +/, "")) print slug($0); next }
{
	gsub(/`[^`]*`/, "")
	links($0, "\\]\\([^) ]*\\)", 2)
}
