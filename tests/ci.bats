# templates/ci: the script does what its head says, and the workflow fits to it.
# shellcheck disable=SC2154,SC2016 # bats sets stderr; make's variables
bats_require_minimum_version 1.5.0
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	unset KERNEL KTSTR KTSTR_OUT KTSTR_CI_OUT KTSTR_CI_KERNELS KTSTR_TOOLS GITHUB_STEP_SUMMARY
	ci=$KTSTR_TOP/templates/ci/ktstr-ci.sh
}

# project: a Makefile with the targets that the script calls, and VERDICT.
project() {
	cat >Makefile <<-'END'
		.RECIPEPREFIX = >
		ktstr-kernel:
		>mkdir -p ktstr-out/kernels; echo log of $(KERNEL) >ktstr-out/kernels/k_1.log
		>echo kernel $(KERNEL) $(X) >>steps; test '$(X)' != no-kernel
		ktstr-test:
		>echo test $(X) >>steps; mkdir -p ktstr-out/results/k; echo '{}' >ktstr-out/results/k/result.json
		>test '$(X)' != failing
		ktstr-report:
		>test '$(X)' = no-report || echo 'report as $(KTSTR_FORMAT)'
		>test '$(X)' != failing
	END
}

@test "ci: tests, and leaves the verdicts and all logs" {
	project
	KERNEL=6.12 GITHUB_STEP_SUMMARY=summary run -0 "$ci"
	run -0 cat steps
	[ "$output" = $'kernel 6.12\ntest' ]
	[ "$(cat ktstr-ci-out/junit.xml)" = "report as junit" ]
	[ "$(cat ktstr-ci-out/report.md summary)" = $'report as markdown\nreport as markdown' ]
	[ "$(tar -tzf ktstr-ci-out/results.tar.gz)" = $'results/\nresults/k/\nresults/k/result.json' ]
	[ "$(tar -xzOf ktstr-ci-out/kernels.tar.gz k_1.log)" = "log of 6.12" ]
	[ "$(ls ktstr-ci-out)" = $'junit.xml\nkernels.tar.gz\nreport.md\nresults.tar.gz' ]
}

@test "ci: fails when the tests do, with the report all the same" {
	project
	KERNEL=k KTSTR_CI_OUT=there run -2 "$ci" X=failing
	[ "$(cat there/junit.xml)" = "report as junit" ]
	[ -s there/results.tar.gz ]
}

@test "ci: without a kernel no test runs, and the build's log is kept" {
	project
	KERNEL=k run -2 "$ci" X=no-kernel
	[ "$(cat steps)" = "kernel k no-kernel" ]
	[ "$(ls ktstr-ci-out)" = kernels.tar.gz ]
}

@test "ci: a report that cannot be made is a failure, and an old one is not shown" {
	project
	mkdir ktstr-ci-out
	echo old >ktstr-ci-out/junit.xml
	KERNEL=k run -125 --separate-stderr "$ci" X=no-report
	[[ "$stderr" == *"ktstr-ci: no junit.xml: "* ]]
	[ ! -e ktstr-ci-out/junit.xml ]
}

@test "ci: says what it needs" {
	run -2 --separate-stderr "$ci"
	[ "$stderr" = "ktstr-ci: set KERNEL to the kernels to test on, as KERNEL=6.12" ]
	KERNEL=k run -2 --separate-stderr "$ci"
	[ "$stderr" = "ktstr-ci: there is no Makefile in '$PWD': run this in the folder of the scheduler project" ]
}

@test "ci: keeps the newest kernels in the cache, and no more" {
	project
	mkdir tools
	printf '#!/bin/sh\necho "$@" >cleaned\n' >tools/ktstr-cache
	chmod +x tools/ktstr-cache
	KERNEL=k KTSTR_TOOLS=tools KTSTR_CI_KERNELS=3 PATH=/usr/bin:/bin run -0 "$ci"
	[ "$(cat cleaned)" = "clean --keep 3 --force" ]
}

@test "ci: the workflow is YAML, and each step has what GitHub wants of it" {
	python3 -c 'import yaml' 2>/dev/null || skip "needs python3-yaml"
	run -0 python3 - "$KTSTR_TOP" <<-'END'
		import os, re, sys, yaml
		top = sys.argv[1]
		text = open(top + "/templates/ci/ktstr.yml").read()
		w = yaml.safe_load(text)
		on = w[True] if True in w else w["on"]  # YAML 1.1 takes "on" for a boolean
		assert set(on) == {"push", "pull_request"}, on
		assert w["permissions"] == {"contents": "read"}
		(job,) = w["jobs"].values()
		assert set(job) <= {"runs-on", "timeout-minutes", "env", "steps"}, set(job)
		for step in job["steps"]:
		    assert set(step) <= {"name", "uses", "run", "with", "if"}, step
		    assert ("uses" in step) != ("run" in step), step
		    assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/a@v1")), step
		env = {k: str(v).replace("${{ github.workspace }}/", "") for k, v in job["env"].items()}
		by_use = {s["uses"].split("@")[0]: s["with"] for s in job["steps"] if "with" in s}
		assert by_use["actions/cache"]["path"] == env["KTSTR_CACHE_DIR"]
		assert by_use["actions/upload-artifact"]["path"] == env["KTSTR_CI_OUT"]
		assert by_use["actions/checkout"]["path"] == env["KTSTR"]
		script = open(top + "/templates/ci/ktstr-ci.sh").read()
		manual = "".join(open(top + "/doc/" + m).read() for m in ("ktstr-cache.1", "ktstr-cache-build.7", "ktstr-cache-remote.7"))
		for name in env:
		    assert name in script or name in manual, name
		runs = [s["run"] for s in job["steps"] if "run" in s]
		assert runs == ["sudo make -C .ktstr deps", ".ktstr/templates/ci/ktstr-ci.sh"], runs
		assert os.access(top + "/templates/ci/ktstr-ci.sh", os.X_OK)
		# Secrets are in env, where they are not part of a command line.
		assert "secrets." not in " ".join(runs)
	END
}

@test "ci: ktstr-gauntlet instead of ktstr-test, and a job that makes kernels alone" {
	project
	sed -i 's/^ktstr-test:/ktstr-test ktstr-gauntlet:/; s/echo test /echo $@ $(KTSTR_SHARD) /' Makefile
	KERNEL=k KTSTR_CI_TARGET=ktstr-kernel run -0 "$ci"
	[ "$(cat steps)" = "kernel k" ]
	[ "$(ls ktstr-ci-out)" = kernels.tar.gz ]
	KERNEL=k KTSTR_CI_TARGET=ktstr-gauntlet KTSTR_SHARD=2/4 run -0 "$ci"
	[ "$(tail -n 1 steps)" = "ktstr-gauntlet 2/4" ]
	[ -s ktstr-ci-out/junit.xml ]
	KERNEL=k KTSTR_CI_TARGET=all run -2 --separate-stderr "$ci"
	[ "$stderr" = "ktstr-ci: KTSTR_CI_TARGET knows ktstr-test, ktstr-gauntlet and ktstr-kernel, not 'all'" ]
}

@test "ci: of the jobs that share the work each has its own part of all" {
	python3 -c 'import yaml' 2>/dev/null || skip "needs python3-yaml"
	run -0 python3 - "$KTSTR_TOP/templates/ci" <<-'END'
		import sys, yaml
		ci = sys.argv[1]
		w = yaml.safe_load(open(ci + "/ktstr-matrix.yml"))
		jobs = w["jobs"]
		assert set(jobs) == {"kernel", "gauntlet"} and jobs["gauntlet"]["needs"] == "kernel"
		shards = jobs["gauntlet"]["strategy"]["matrix"]["shard"]
		assert shards == list(range(1, len(shards) + 1)) and len(shards) > 1, shards
		assert jobs["gauntlet"]["strategy"]["fail-fast"] is False
		def last(job):
		    (step,) = [s for s in jobs[job]["steps"] if s.get("run", "").endswith("ktstr-ci.sh")]
		    return step["env"]
		assert last("kernel") == {"KTSTR_CI_TARGET": "ktstr-kernel"}
		assert last("gauntlet") == {"KTSTR_CI_TARGET": "ktstr-gauntlet",
		    "KTSTR_SHARD": "${{ matrix.shard }}/${{ strategy.job-total }}"}
		# The kernels of the one job are those of the others.
		caches = [s["with"] for j in jobs.values() for s in j["steps"] if s.get("uses", "").startswith("actions/cache")]
		assert len({(c["path"], c["key"]) for c in caches}) == 1, caches
		w = yaml.safe_load(open(ci + "/gitlab-ci.yml"))
		assert w["stages"] == ["kernel", "gauntlet"]
		assert w["gauntlet"]["parallel"] > 1
		assert 'export KTSTR_SHARD="$CI_NODE_INDEX/$CI_NODE_TOTAL"' in w["gauntlet"]["script"]
		assert "KTSTR_CI_TARGET=ktstr-gauntlet" in w["gauntlet"]["script"][-1]
		assert w["gauntlet"]["artifacts"]["reports"]["junit"] == "ktstr-ci-out/junit.xml"
		for job in "kernel", "gauntlet":
		    assert w[job]["script"][-1].endswith(".ktstr/templates/ci/ktstr-ci.sh")
	END
}
