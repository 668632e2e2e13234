#!/usr/bin/env bash
# Makes the Python side of the contest where it isn't there, and prints its interpreter: a virtual environment with
# requirements.txt, outside the tree, for it is several GB. Another requirements.txt gets another environment.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
requirements=$here/../requirements.txt
cache=${XDG_CACHE_HOME:-$HOME/.cache}/resnet4j/benchmarks
needed_kb=$((9 * 1024 * 1024)) # what is unpacked, beside what is downloaded

fail() { printf 'Python side: %s\n' "$*" >&2; exit 1; }

find_python() {
  local candidate
  for candidate in python3.13 python3.12 python3.11 python3.10 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      printf '%s' "$candidate"
      return
    fi
  done
  fail 'Python 3.10 or newer with venv is needed: apt-get install python3-venv.'
}

sum=$(cksum <"$requirements")
environment=$cache/venv-${sum%% *}
if [[ ! -f $environment/complete ]]; then
  mkdir -p "$cache"
  # Two contests at once don't install twice.
  ! command -v flock >/dev/null || { exec 9>"$cache/lock"; flock 9; }
fi
if [[ ! -f $environment/complete ]]; then
  free_kb=$(df -Pk "$cache" | awk 'NR == 2 { print $4 }')
  [[ $free_kb -ge $needed_kb ]] ||
    fail "$cache has $((free_kb / 1024)) MB left, $((needed_kb / 1024)) MB are needed." \
      'XDG_CACHE_HOME names another place.'
  python=$(find_python)
  rm -rf "$environment"
  "$python" -m venv "$environment" >&2
  "$environment/bin/python" -m pip install --progress-bar off --no-cache-dir -r "$requirements" >&2 9>&- ||
    fail 'pip could not install requirements.txt, see above.'
  touch "$environment/complete"
fi
export ORT_DISABLE_TELEMETRY=1
# Read once before anything is timed: the first reading of several GB is the disk's time.
"$environment/bin/python" -c 'import onnxruntime, safetensors, torch, torchvision' >&2 ||
  fail "the environment $environment is broken: delete it."
printf '%s\n' "$environment/bin/python"
