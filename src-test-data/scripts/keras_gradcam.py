"""Records Grad-CAM (arXiv 1610.02391) maps as TensorFlow's GradientTape gives them, to gradcam/keras.json.

Of models that keras_import.py and keras_quickstart.py made, on the first image of their io.npz. The activation is what
the named pooling or flattening layer takes; a map is made as in torch_gradcam.py.
"""
import os
import pathlib
import tempfile
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
import tf_keras as keras

import record

QUICKSTART = (pathlib.Path(__file__).resolve().parents[2]
              / "training-examples/src/main/resources/org/resnet4j/training/quickstart")
CASES = {"transfer_functional": "global_average_pooling2d", "transfer_sequential": "global_average_pooling2d",
         "channels_first_kinds": "global_average_pooling2d", "mixed_formats": "global_average_pooling2d",
         "any_size": "max_pooling2d_1", "end_convolution_classifier": "global_average_pooling2d",
         "end_softmax_layer": "flatten", "end_activation_softmax": "global_max_pooling2d"}


def maps(model, layer, x):
    """Class -> map [H, W]; classes without evidence are left out."""
    last = model.layers[-1]
    if isinstance(last, keras.layers.Dense):
        last.activation = keras.activations.linear
        logits = last(last.input)
    elif isinstance(last, (keras.layers.Activation, keras.layers.Softmax)):
        logits = last.input
    else:
        logits = last.output
    pool = model.get_layer(layer)
    channels_first = getattr(pool, "data_format", None) == "channels_first"
    both = keras.Model(model.input, [pool.input, logits])
    found = {}
    for label in range(logits.shape[-1]):
        with tf.GradientTape() as tape:
            activation, values = both(x, training=False)
            logit = values[0, label]
        gradient = tape.gradient(logit, activation).numpy()[0]
        features = activation.numpy()[0]
        if channels_first:
            gradient, features = gradient.transpose(1, 2, 0), features.transpose(1, 2, 0)
        cam = np.maximum((features * gradient.mean(axis=(0, 1))).sum(axis=2), 0)
        if cam.max() > 0:
            found[str(label)] = [[float(f"{v:.7g}") for v in row] for row in cam / cam.max()]
    assert found, "no class has evidence"
    return found


def case(name, folder, file, layer):
    model = keras.models.load_model(folder / file, compile=False)
    x = np.load(folder / file.replace("k2.h5", "io.npz").replace(".h5", ".io.npz"))["x"][:1]
    return {"name": name, "maps": maps(model, layer, x)}


def main():
    cases = []
    for name, layer in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            zipfile.ZipFile(record.RESOURCES / "keras" / f"{name}.zip").extractall(folder)
            cases.append(case(name, pathlib.Path(folder), "k2.h5", layer))
    cases.append(case("resnet_v2", QUICKSTART, "resnet_v2.h5", "average_pooling2d"))
    record.write("gradcam", "keras", {"framework": f"tf-keras {keras.__version__} / tensorflow {tf.__version__}",
                                      "cases": cases})


if __name__ == "__main__":
    main()
