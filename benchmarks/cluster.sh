#!/usr/bin/env bash
# Training on a Spark cluster against the same engine alone, and with --peer against dl4j-spark, which is fetched and
# built for that (Linux on x86-64): builds, then runs org.resnet4j.benchmarks.cluster.ClusterCommand, whose --help tells
# the rest.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
for argument in "$@"; do
  if [[ $argument == --peer || $argument == --peer=* ]]; then
    printf 'Building dl4j-spark'\''s side ...\n' >&2
    mvn -q -B -f "$here/dl4j-spark/pom.xml" package >&2 || { printf 'cluster.sh: the build failed.\n' >&2; exit 70; }
  fi
done
export BENCHMARK=org.resnet4j.benchmarks.cluster.ClusterCommand MODULES=benchmarks,training-spark
exec "$here/run.sh" "$@"
