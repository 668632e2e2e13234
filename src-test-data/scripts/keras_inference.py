"""Records what keras.applications' ResNets and the Keras reference net compute: keras_inference.py [MODEL ...]"""
import sys

import tf_canonical

import keras
import keras_nets
import record
import tensorflow as tf

REFERENCE = "resnet50_v2_ref_keras"


def case(model_name: str, case_name: str, batch: int, height: int, width: int):
    """The built net and its recorded case."""
    keras.backend.clear_session()
    if model_name == REFERENCE:
        model = keras_nets.reference([3, 4, 6, 3], 64, 10, height, width)
        outputs = keras_nets.reference_endpoints(model)
    else:
        model = keras_nets.APPLICATIONS[model_name](
            weights=None, input_shape=(height, width, 3), classifier_activation=None)
        outputs = keras_nets.application_endpoints(model)
    keras_nets.set_formula_weights(model)
    shape = [batch, 3, height, width]
    computed = keras.Model(model.input, outputs)(tf_canonical.network_input(shape), training=False)
    return model, {
        "name": case_name,
        "options": {},
        "classes": outputs["logits"].shape[-1],
        "input": shape,
        "multiplyAdds": keras_nets.multiply_adds(model),
        "endpoints": {name: record.endpoint(tf_canonical.nchw(computed[name])) for name in outputs},
    }


def main(names) -> None:
    for name in names:
        deep = not name.startswith("resnet50")
        batch, size = (1, 112) if deep else (2, 224)
        model, usual = case(name, "usual", batch, size, size)
        _, odd = case(name, "odd", batch, 123, 97)
        record.write("inference", name, {
            "model": name,
            "framework": f"keras {keras.__version__} / tensorflow {tf.__version__}",
            "trainableParameters": sum(v.numpy().size for v in model.trainable_variables),
            "cases": [usual, odd],
        })


main(sys.argv[1:] or [*keras_nets.APPLICATIONS, REFERENCE])
