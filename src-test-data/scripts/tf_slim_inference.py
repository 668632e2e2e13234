"""Records what TF-slim's ResNets and the slim reference net compute: tf_slim_inference.py [MODEL ...]"""
import sys

import tf_canonical

import record
import tf_slim_nets as nets

OFFICIAL = {f"resnet{depth}_v2_slim": depth for depth in nets.DEPTHS}
REFERENCE = "resnet50_v2_ref_slim"


def case(model: str, name: str, batch: int, height: int, width: int):
    """The number of trainable parameters and the recorded case."""
    shape = [batch, 3, height, width]
    with nets.tf.Graph().as_default() as graph, nets.v1.Session() as session:
        images = nets.v1.placeholder("float32", [batch, height, width, 3])
        if model == REFERENCE:
            classes = 1000
            outputs = nets.reference(images, nets.DEPTHS[50], 64, classes, training=False)
        else:
            classes = 1001
            outputs = nets.official(images, OFFICIAL[model], classes)
        nets.assign(session, tf_canonical.formula_values(nets.shapes()))
        trainable = sum(variable.shape.num_elements() for variable in nets.v1.trainable_variables())
        computed = session.run(outputs, {images: tf_canonical.network_input(shape)})
        return trainable, {
            "name": name,
            "options": {},
            "classes": classes,
            "input": shape,
            "multiplyAdds": nets.multiply_adds(graph),
            "endpoints": {end: record.endpoint(tf_canonical.nchw(values)) for end, values in computed.items()},
        }


def main(models) -> None:
    for model in models:
        batch, size = (2, 224) if model.startswith("resnet50") else (1, 112)
        trainable, usual = case(model, "usual", batch, size, size)
        _, odd = case(model, "odd", batch, 123, 97)
        if model == "resnet50_v2_slim" and trainable != 25_570_409:
            raise ValueError(f"the official ResNet-50 v2 has 25,570,409 trainable parameters, this one {trainable}")
        record.write("inference", model, {
            "model": model, "framework": nets.FRAMEWORK, "trainableParameters": trainable, "cases": [usual, odd]})


main(sys.argv[1:] or [*OFFICIAL, REFERENCE])
