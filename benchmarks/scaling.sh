#!/usr/bin/env bash
# Training on Spark clusters larger than any at hand, by simulation: builds, then runs
# org.resnet4j.benchmarks.scaling.ScalingCommand, whose --help tells the rest.
export BENCHMARK=org.resnet4j.benchmarks.scaling.ScalingCommand
exec "$(dirname "${BASH_SOURCE[0]}")/run.sh" "$@"
