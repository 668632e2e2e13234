#!/usr/bin/env bash
# Input pipelines against one another, without a network behind them: builds, then runs
# org.resnet4j.benchmarks.loading.LoadingCommand, whose --help tells the rest.
export BENCHMARK=org.resnet4j.benchmarks.loading.LoadingCommand
exec "$(dirname "${BASH_SOURCE[0]}")/run.sh" "$@"
