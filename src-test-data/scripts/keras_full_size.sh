#!/bin/sh
# Runs keras_full_size.py FOLDER with a Python that has TensorFlow: the one that RESNET4J_PYTHON names, else python3, else
# one of its own, installed with pip into the user's cache folder.
set -eu
scripts=$(cd "$(dirname "$0")" && pwd)
export OMP_NUM_THREADS=1 CUDA_VISIBLE_DEVICES= TF_CPP_MIN_LOG_LEVEL=3
if [ -n "${RESNET4J_PYTHON:-}" ]; then
  python=$RESNET4J_PYTHON
elif python3 -c 'import tensorflow, tf_keras, keras' 2> /dev/null; then
  python=python3
else
  venv=${XDG_CACHE_HOME:-$HOME/.cache}/resnet4j/tensorflow
  python=$venv/bin/python
  if [ ! -e "$venv/complete" ]; then
    echo "Installing TensorFlow into $venv (RESNET4J_PYTHON=... names a Python that has it)"
    python3 -m venv --clear "$venv"
    "$python" -m pip install --quiet --requirement "$scripts/requirements-tensorflow.txt"
    touch "$venv/complete"
  fi
fi
cd "$scripts"
exec "$python" keras_full_size.py "$1"
