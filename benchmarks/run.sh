#!/usr/bin/env bash
# The contest of this project's engine with Deeplearning4j, ONNX Runtime and PyTorch: builds, then runs
# org.resnet4j.benchmarks.contest.ContestCommand, whose --help tells the rest.
#
# JAVA_HOME  the JDK, else java on the PATH
# BENCHMARK  another class to run: loading.sh and cluster.sh set it
# MODULES    what to build: cluster.sh sets it
#
# Exit codes of its own: 69 the JDK or Maven is missing, 70 the build failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$here")
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
jars=$(mktemp -d "${TMPDIR:-/tmp}/resnet4j-benchmarks.XXXXXX")
trap 'rm -rf "$jars"' EXIT

fail() { local code=$1; shift; printf 'run.sh: %s\n' "$*" >&2; exit "$code"; }

command -v "$java" >/dev/null ||
  fail 69 'java is missing: JDK 17 or newer is needed (apt-get install openjdk-17-jdk-headless).'
command -v mvn >/dev/null || fail 69 'Maven is missing: apt-get install maven.'

printf 'Building ...\n' >&2
(cd "$root" && mvn -q -B -pl "${MODULES:-benchmarks}" -am -Dmaven.test.skip=true package) \
  >"$jars/build.log" 2>&1 </dev/null || {
  cat "$jars/build.log" >&2
  fail 70 "the build failed, see Maven's errors above."
}

# Our own jars are copied: a contest takes hours, and a build in the meantime would pull them from under it.
IFS=: read -r -a entries <"$here/target/classpath" || true # the file ends without a newline
entries=("$(ls -t "$here"/target/benchmarks-*.jar | head -1)" "${entries[@]}")
for i in "${!entries[@]}"; do
  if [[ ${entries[i]} == "$root"/* ]]; then
    cp "${entries[i]}" "$jars"
    entries[i]=$jars/${entries[i]##*/}
  fi
done
code=0
"$java" -cp "$(IFS=: && printf '%s' "${entries[*]}")" \
  "${BENCHMARK:-org.resnet4j.benchmarks.contest.ContestCommand}" \
  --home "$here" "$@" || code=$?
exit "$code"
