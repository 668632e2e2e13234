"""Writes small TF-slim checkpoints of both formats with TensorFlow's own Saver, and records what their nets compute."""
import contextlib
import json
import shutil

import numpy as np
import tf_canonical

import formula
import record
import tf_slim_nets as nets
from tf_slim_nets import resnet_v2, slim, tf, v1

FOLDER = record.RESOURCES / "tensorflow"
CLASSES = 11
INPUT = [2, 3, 72, 56]
AVERAGE = "ExponentialMovingAverage"


def official(images, scope: str, depths, width: int, training: bool):
    """Slim's own net (its stem is always 64 wide) with narrow blocks; its logits [N, classes]."""
    with slim.arg_scope(resnet_v2.resnet_arg_scope()):
        logits, _ = resnet_v2.resnet_v2(
            images, nets.blocks(resnet_v2.bottleneck, depths, width), CLASSES, is_training=training, scope=scope)
    return tf.squeeze(logits, [1, 2])


def full(images, training: bool):
    return official(images, "resnet_v2_50", nets.DEPTHS[50], 2, training)


def short(images, training: bool):
    return official(images, "resnet_v2", [2, 1], 4, training)


def reference(images, training: bool):
    return nets.reference(images, nets.DEPTHS[50], 2, CLASSES, training)["logits"]


def placeholder():
    return v1.placeholder("float32", [INPUT[0], *INPUT[2:], INPUT[1]])


def assign_formula(session) -> None:
    model = {nets.canonical(variable.op.name): variable for variable in slim.get_model_variables()}
    values = tf_canonical.formula_values({name: variable.shape.as_list() for name, variable in model.items()})
    session.run([variable.initializer for variable in model.values()],
                {model[name].initializer.inputs[1]: value for name, value in values.items()})


def save(session, name: str, version: int, **options) -> None:
    """One checkpoint, global step 7, in a folder of its own with the file named `checkpoint`."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # From within the folder, so that the file named `checkpoint` holds no path.
    with contextlib.chdir(folder):
        v1.train.Saver(write_version=version, **options).save(
            session, "./model.ckpt", global_step=7, write_meta_graph=False)


def computed(net, name: str, averaged: bool = False) -> dict:
    """What TensorFlow computes in inference mode with a checkpoint, or with its averages."""
    with tf.Graph().as_default(), v1.Session() as session:
        images = placeholder()
        logits = net(images, training=False)
        variables = slim.get_model_variables()
        wanted = {variable.op.name: variable for variable in variables}
        if averaged:
            trainable = {variable.ref() for variable in v1.trainable_variables()}
            wanted = {variable.op.name + ("/" + AVERAGE if variable.ref() in trainable else ""): variable
                      for variable in variables}
        v1.train.Saver(wanted).restore(session, v1.train.latest_checkpoint(str(FOLDER / name)))
        return record.endpoint(session.run(logits, {images: tf_canonical.network_input(INPUT)}))


def plain(net, name: str) -> None:
    """Weights by formula and a global step, in both formats."""
    with tf.Graph().as_default(), v1.Session() as session:
        net(placeholder(), training=False)
        step = v1.train.get_or_create_global_step()
        session.run(v1.assign(step, 7))
        assign_formula(session)
        save(session, f"{name}_v1", v1.train.SaverDef.V1)
        save(session, f"{name}_v2", v1.train.SaverDef.V2)


def device(operation) -> str:
    """The blocks' variables on a device of their own, so that a sharded Saver writes two data files."""
    variable = operation.type in ("VarHandleOp", "VariableV2")
    return "/cpu:1" if variable and "/block" in operation.name else "/cpu:0"


def trained() -> None:
    """Two real steps of momentum with averages, in two shards; the averages alone; and Adam's zeros, compressed."""
    config = v1.ConfigProto(device_count={"CPU": 2}, intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    with tf.Graph().as_default(), v1.Session(config=config) as session:
        step = v1.train.get_or_create_global_step()
        images = placeholder()
        with v1.device(device):
            logits = short(images, training=True)
        loss = v1.losses.sparse_softmax_cross_entropy([3, 8], logits)
        averages = tf.train.ExponentialMovingAverage(0.5)
        with tf.control_dependencies(v1.get_collection(v1.GraphKeys.UPDATE_OPS)):
            train = v1.train.MomentumOptimizer(0.05, 0.9).minimize(loss, step)
        with tf.control_dependencies([train]):
            train = averages.apply(v1.trainable_variables())
        session.run(v1.global_variables_initializer())
        assign_formula(session)
        session.run([averages.average(variable).initializer for variable in v1.trainable_variables()])
        for _ in range(2):
            session.run(train, {images: tf_canonical.network_input(INPUT)})
        session.run(v1.assign(step, 7))
        save(session, "training_v2", v1.train.SaverDef.V2, sharded=True)
        moving = [variable for variable in slim.get_model_variables() if "/moving_" in variable.op.name]
        save(session, "averages_v2", v1.train.SaverDef.V2,
             var_list=[averages.average(variable) for variable in v1.trainable_variables()] + moving)
    with tf.Graph().as_default(), v1.Session() as session:
        step = v1.train.get_or_create_global_step()
        loss = v1.losses.sparse_softmax_cross_entropy([3, 8], short(placeholder(), training=True))
        v1.train.AdamOptimizer().minimize(loss, step)
        session.run(v1.global_variables_initializer())
        assign_formula(session)
        session.run(v1.assign(step, 7))
        save(session, "training_v1", v1.train.SaverDef.V1)


def partitioned(name: str, shape, **partitions) -> None:
    """A variable of the formula's values, in slices."""
    values = formula.unit_values(name, int(np.prod(shape))).reshape(shape)

    def part(size, dtype=None, partition_info=None):
        begin = partition_info.var_offset
        return tf.constant(values[tuple(slice(b, b + s) for b, s in zip(begin, size))], dtype)

    v1.get_variable(name, shape, initializer=part, partitioner=v1.fixed_size_partitioner(**partitions))


def types() -> None:
    """A variable of each element type, of odd shapes, and in slices; `columns` and `rows` are the formula's."""
    with tf.Graph().as_default(), v1.Session() as session:
        values = np.array([0, 1, -2.5, 65504, 1e-7, np.inf])
        whole = np.array([0, 1, 100, 127])
        for dtype in ("float32", "float64", "float16", "bfloat16"):
            v1.get_variable(dtype, initializer=tf.cast(values, dtype))
        for dtype in ("int64", "int32", "int16", "int8", "uint8"):
            signs = -1 if dtype.startswith("int") else 1
            v1.get_variable(dtype, initializer=tf.cast(whole * signs, dtype))
        v1.get_variable("scalar", initializer=tf.constant(2.5))
        v1.get_variable("empty", initializer=tf.zeros([0, 3]))
        partitioned("columns", [7, 90], num_shards=3, axis=1)
        partitioned("rows", [300, 2], num_shards=2)
        # TensorFlow writes no bfloat16 in the older format.
        everything = [variable for variable in v1.global_variables() if variable.dtype.base_dtype != tf.bfloat16]
        session.run(v1.global_variables_initializer())
        save(session, "types_v1", v1.train.SaverDef.V1, var_list=everything)
        v1.get_variable("text", initializer=tf.constant(["a", "bc"]))
        session.run(v1.get_collection(v1.GraphKeys.GLOBAL_VARIABLES)[-1].initializer)
        save(session, "types_v2", v1.train.SaverDef.V2)


def official_variables(depth: int) -> dict:
    """Name without the scope, and shape, of every variable of the official net with 1001 classes."""
    with tf.Graph().as_default():
        nets.official(v1.placeholder("float32", [1, 224, 224, 3]), depth, 1001)
        return {variable.op.name.split("/", 1)[1]: variable.shape.as_list() for variable in slim.get_model_variables()}


def main() -> None:
    plain(full, "official")
    plain(reference, "reference")
    trained()
    types()
    files = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*"))
    record.write("tensorflow", "checkpoints", {
        "framework": nets.FRAMEWORK, "classes": CLASSES, "input": INPUT, "files": files,
        "logits": {
            "official_v1": computed(full, "official_v1"), "official_v2": computed(full, "official_v2"),
            "reference_v1": computed(reference, "reference_v1"), "reference_v2": computed(reference, "reference_v2"),
            "training_v1": computed(short, "training_v1"), "training_v2": computed(short, "training_v2"),
        },
        "averagedLogits": {
            "training_v2": computed(short, "training_v2", averaged=True),
            "averages_v2": computed(short, "averages_v2", averaged=True),
        }})
    path = FOLDER / "variables.json"
    path.write_text(json.dumps({f"resnet_v2_{depth}": official_variables(depth) for depth in nets.DEPTHS},
                               separators=(",", ":")) + "\n")


main()
