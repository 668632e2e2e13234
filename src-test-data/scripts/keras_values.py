"""Writes keras_values.json: what Keras 3 computes of single activations and losses, and a few steps of its optimisers.

Run with Keras 3 on TensorFlow: python keras_values.py OUT.json
"""
import json
import sys

import keras
import numpy as np
import tensorflow as tf

X = [-6.0, -3.5, -2.6, -1.2, -0.4, 0.1, 0.45, 0.9, 2.7, 3.2, 7.5]


def activation(function):
  x = tf.Variable(np.array(X))
  with tf.GradientTape() as tape:
    y = function(x)
  return {"y": [float(v) for v in y], "slope": [float(v) for v in tape.gradient(y, x)]}


def activations():
  a = keras.activations
  return {
      "Relu(1, 0.2, 0.5)": activation(lambda x: a.relu(x, negative_slope=0.2, max_value=1.0, threshold=0.5)),
      "ReLU6": activation(a.relu6),
      "Elu(0.7)": activation(lambda x: a.elu(x, alpha=0.7)),
      "SIGMOID": activation(a.sigmoid), "TANH": activation(a.tanh), "SELU": activation(a.selu),
      "SOFTPLUS": activation(a.softplus), "SOFTSIGN": activation(a.softsign),
      "EXPONENTIAL": activation(a.exponential), "MISH": activation(a.mish), "SWISH": activation(a.silu),
      "HARD_SWISH": activation(a.hard_silu), "HARD_SIGMOID_3": activation(a.hard_sigmoid),
      "GELU": activation(lambda x: a.gelu(x, approximate=False)), "GELU_TANH": activation(a.gelu_approximate)
      if hasattr(a, "gelu_approximate") else activation(lambda x: a.gelu(x, approximate=True)),
      "LOG_SIGMOID": activation(a.log_sigmoid), "TANH_SHRINK": activation(a.tanh_shrink),
  }


LABELS = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
OUTPUTS = [[0.2, 0.5, 0.3], [0.15, 0.8, 0.05]]


def loss(function):
  return float(function(np.array(LABELS, "float32"), np.array(OUTPUTS, "float32")))


def losses():
  k = keras.losses
  return {
      "CATEGORICAL_CROSSENTROPY": loss(k.CategoricalCrossentropy()),
      "CATEGORICAL_CROSSENTROPY logits 0.1": loss(k.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)),
      "BINARY_CROSSENTROPY": loss(k.BinaryCrossentropy()),
      "BINARY_CROSSENTROPY logits 0.2": loss(k.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)),
      "MEAN_SQUARED_ERROR": loss(k.MeanSquaredError()), "MEAN_ABSOLUTE_ERROR": loss(k.MeanAbsoluteError()),
      "MEAN_SQUARED_LOGARITHMIC_ERROR": loss(k.MeanSquaredLogarithmicError()),
      "KL_DIVERGENCE": loss(k.KLDivergence()), "POISSON": loss(k.Poisson()), "HINGE": loss(k.Hinge()),
      "SQUARED_HINGE": loss(k.SquaredHinge()), "COSINE_SIMILARITY": loss(k.CosineSimilarity()),
  }


GRADIENTS = [[0.5, -1.5], [0.2, 0.8], [-0.7, 0.1], [0.3, 0.3]]


def steps(optimizer):
  p = keras.Variable(np.array([1.0, -2.0], "float32"))
  optimizer.build([p])
  values = []
  for gradient in GRADIENTS:
    optimizer.apply([tf.constant(gradient, tf.float32)], [p])
    values.append([float(v) for v in p.numpy()])
  return values


def optimizers():
  o = keras.optimizers
  s = o.schedules
  return {
      "SGD": steps(o.SGD(0.1)), "SGD momentum": steps(o.SGD(0.1, momentum=0.9)),
      "SGD nesterov": steps(o.SGD(0.1, momentum=0.9, nesterov=True)),
      "ADAM": steps(o.Adam(0.1, epsilon=1e-4)), "ADAM amsgrad": steps(o.Adam(0.1, amsgrad=True)),
      "ADAMAX": steps(o.Adamax(0.1)), "RMSPROP": steps(o.RMSprop(0.1, rho=0.8, epsilon=1e-4)),
      "SGD exponential": steps(o.SGD(s.ExponentialDecay(0.1, 2, 0.5))),
      "SGD staircase": steps(o.SGD(s.ExponentialDecay(0.1, 2, 0.5, staircase=True))),
      "SGD piecewise": steps(o.SGD(s.PiecewiseConstantDecay([0, 2], [0.1, 0.05, 0.01]))),
  }


with open(sys.argv[1], "w") as f:
  json.dump({"x": X, "activations": activations(), "labels": LABELS, "outputs": OUTPUTS, "losses": losses(),
             "gradients": GRADIENTS, "optimizers": optimizers()}, f, indent=1)
  f.write("\n")
