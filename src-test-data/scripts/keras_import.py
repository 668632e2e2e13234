"""
Small models, saved in every form by real Keras 2 (tf-keras) and 3 with what they compute, for the importer's tests.

    python keras_import.py [--unpacked FOLDER] [CASE ...]

Writes resources/.../keras/<case>.zip (all of them and manifest.json without CASE); --unpacked keeps the files as well.
"""
import os

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="", KERAS_BACKEND="tensorflow",
                  TF_ENABLE_ONEDNN_OPTS="1")

import argparse
import datetime
import itertools
import json
import logging
import pathlib
import shutil
import struct
import tempfile
import types
import warnings
import zipfile
import zlib

import numpy as np
import absl.logging
import tensorflow as tf
import keras
import tf_keras
from keras.src.saving import saving_lib as saving_3, serialization_lib as serialization_3
from tf_keras.src.saving import saving_lib as saving_2, serialization_lib as serialization_2

import keras_import_layers  # registers its cases
import keras_import_models
import keras_import_training
from keras_import_cases import CASES

FRAMEWORKS = {"k2": tf_keras, "k3": keras}
RESOURCES = pathlib.Path(__file__).resolve().parents[1] / "src/main/resources/org/resnet4j/testdata/keras"
TOLERANCE = {"float32": 2e-5, "float64": 2e-5, "mixed_float16": 0.02, "mixed_bfloat16": 0.1}

for saving in (saving_2, saving_3):  # the date in metadata.json is the same in each run
    saving.datetime = types.SimpleNamespace(datetime=types.SimpleNamespace(now=lambda: datetime.datetime(2000, 1, 1)))

SEEN = {}


def same_id(thing):
    """In place of an address, which a configuration has as shared_object_id: as large, and the same in each run."""
    return SEEN.setdefault(id(thing), (140_000_000_000_000 + 16 * len(SEEN), thing))[0]


for serialization in (serialization_2, serialization_3):
    serialization.id = same_id


def seeded(*name):
    return np.random.default_rng(zlib.crc32("/".join(map(str, name)).encode()))


def operations(model):
    """A model's layers, and Keras 3's operations on tensors, which aren't layers."""
    found = list(model.layers)
    return found + [op for op in getattr(model, "operations", []) if all(op is not layer for layer in found)]


def walk(model, k, prefix=""):
    """Path and operation of everything in a model that computes, nested models before their contents."""
    for op in operations(model):
        if isinstance(op, k.layers.InputLayer):
            continue
        yield prefix + op.name, op
        if isinstance(op, k.Model):
            yield from walk(op, k, prefix + op.name + "/")


def set_weights(model, k, case_name):
    """Random but seeded values of every weight; what a Normalization was given or has adapted to stays."""
    for path, layer in walk(model, k):
        if isinstance(layer, k.Model) or not getattr(layer, "weights", None):
            continue
        if isinstance(layer, k.layers.Normalization):
            continue
        for i, weight in enumerate(layer.weights):
            name, shape = weight.name.split("/")[-1].split(":")[0], tuple(weight.shape)
            random = seeded(case_name, path, i)
            if name.endswith("kernel"):
                # fan-in: a depthwise kernel [kH, kW, in, multiplier] sees one channel
                depthwise = "depthwise" in name or "Depthwise" in type(layer).__name__
                fan = int(np.prod(shape[:2] if depthwise else shape[:-1]))
                value = random.standard_normal(shape) * np.sqrt(1.5 / fan)
            elif name in ("bias", "beta", "moving_mean"):
                value = 0.3 * random.standard_normal(shape)
            elif name == "gamma":
                value = random.uniform(0.5, 1.5, shape) * np.where(random.uniform(size=shape) < 0.2, -1, 1)
            elif name == "moving_variance":
                value = random.uniform(0.3, 2, shape)
            elif name == "alpha":
                value = random.uniform(0.05, 0.6, shape)
            else:  # a seed generator's state, which is no number of the model
                continue
            weight.assign(value.astype("float32"))


def input_names(model):
    return [tensor.name for tensor in model.inputs]


def inputs(case, model, size):
    shapes = [list(tensor.shape) for tensor in model.inputs]
    found = []
    for i, shape in enumerate(shapes):
        open_sizes = iter(size)
        shape = [2] + [next(open_sizes) if n is None else n for n in shape[1:]]
        random = seeded(case.name, "x", i, size)
        x = random.integers(0, 256, shape) if case.pixels else random.uniform(-2, 2, shape) * case.scale
        found.append(x.astype("float32"))
    return found


def run(model, x):
    y = model(x[0] if len(x) == 1 else x, training=False)
    return [np.asarray(tf.cast(part, "float64" if part.dtype == "float64" else "float32"))
            for part in tf.nest.flatten(y)]


def record(model, k, x):
    """What each call of each layer gives: its name (path, if it isn't unique), with _call2 and on for later calls."""
    everything = list(walk(model, k))
    names = [op.name for _, op in everything]
    outputs, hooked = {}, []

    def hook(key, op):
        own, call = op.__dict__.get("call"), op.call

        def recording(*args, **kwargs):
            value = call(*args, **kwargs)
            if not isinstance(value, (list, tuple)) and tf.as_dtype(value.dtype).is_floating:
                calls = sum(name == key or name.startswith(key + "_call") for name in outputs)
                outputs[key if calls == 0 else f"{key}_call{calls + 1}"] = np.asarray(value, "float32")
            return value

        op.__dict__["call"] = recording
        hooked.append((op, own))

    for path, op in everything:
        hook(op.name if names.count(op.name) == 1 else path, op)
    y = run(model, x)
    for op, own in hooked:
        if own is None:
            del op.__dict__["call"]
        else:
            op.__dict__["call"] = own
    return y, outputs


def arrays(case, k):
    """io.npz's arrays: x, y, mid__*; x__NAME and y__NAME where there are several inputs or outputs; x_2, y_2."""
    model = build(case, k, "float32")
    x = inputs(case, model, case.size)
    y, mids = record(model, k, x)
    result = {"y": y[0]}
    if len(x) == 1:
        result["x"] = x[0]
    else:
        result.update({f"x__{name}": value for name, value in zip(input_names(model), x)})
    if len(y) > 1:
        result.update({f"y__{name}": value for name, value in zip(model.output_names, y)})
    if case.other_size:
        other = inputs(case, model, case.other_size)
        result.update(x_2=other[0], y_2=run(model, other)[0])
    for name, value in mids.items():
        result[f"mid__{name}"] = value
    if case.policy != "float32":
        result["y_" + case.policy] = run(build(case, k, case.policy), x)[0]
    return result


def build(case, k, policy):
    k.backend.clear_session()
    k.utils.set_random_seed(1)
    k.mixed_precision.set_global_policy(policy)
    try:
        model = case.build(k)
        set_weights(model, k, case.name)
        return model
    finally:
        k.mixed_precision.set_global_policy("float32")


def undate(path):
    """Sets the times in a zip's headers to 1980, as Python does for entries without a file."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        position = archive.start_dir
        for entry in archive.infolist():
            struct.pack_into("<HH", data, entry.header_offset + 10, 0, 33)
            struct.pack_into("<HH", data, position + 12, 0, 33)
            position += 46 + sum(struct.unpack_from("<HHH", data, position + 28))
    path.write_bytes(data)


def difference(expected, found):
    return max(float(np.abs(a - b).max() / max(np.abs(a).max(), 1e-30)) for a, b in zip(expected, found, strict=True))


def sentence(error):
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0][:150]}"


def save(case, tag, folder, io, entry):
    """Saves in every form and loads each again, which must give y; what Keras itself can't load is listed."""
    notes = entry["notes"]
    k = FRAMEWORKS[tag]
    model = build(case, k, case.policy)
    x = [io["x"]] if "x" in io else [io[f"x__{name}"] for name in input_names(model)]
    y = [io[f"y__{name}"] for name in model.output_names] if len(model.outputs) > 1 else [io["y"]]

    def check(name, load):
        path = folder / name
        try:
            loaded = load(path)
        except Exception as e:
            entry["unloadable"].append(name)
            notes.append(f"{name}: {k.__name__} itself can't load it: {sentence(e)}")
            if not case.name.startswith("compiled"):
                return
            loaded = k.models.load_model(path, compile=False)
        off = difference(y, run(loaded, x))
        if off > TOLERANCE[case.policy]:
            notes.append(f"{name} left out: {k.__name__} itself loads it wrong, y is {off:.2g} off")
            path.unlink()

    def weights_into_new(path):
        new = case.build(k)
        new.load_weights(path)
        return new

    # .keras first: saving .h5 takes the optimizer out of what Keras 3 writes into .keras.
    for name in (f"{tag}.keras", f"{tag}.h5"):
        SEEN.clear()
        try:
            model.save(folder / name)
        except Exception as e:
            notes.append(f"{name} left out: {k.__name__} can't save it: {sentence(e)}")
            (folder / name).unlink(missing_ok=True)
            continue
        if name.endswith(".keras"):
            undate(folder / name)
        check(name, k.models.load_model)
    if case.files == "weights":
        SEEN.clear()
        (folder / f"{tag}.json").write_text(model.to_json())
        for name in (["k2w.h5"] if tag == "k2" else []) + [f"{tag}w.weights.h5"]:
            model.save_weights(folder / name)
            check(name, weights_into_new)
    if case.train:
        io.update(keras_import_training.train(build(case, k, case.policy), case.train, seeded(case.name, "train")))


def make(case, unpacked):
    """Makes a case's folders; gives their manifest entries."""
    tags = [case.only] if case.only else ["k2", "k3"]
    groups = [[tag] for tag in tags] if case.split else [tags]
    for group in groups:
        name = f"{case.name}_{group[0]}" if case.split else case.name
        folder = unpacked / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        entry = {"expect": case.expect, "reason": " ".join(case.reason.split()), "notes": [], "unloadable": []}
        recorded = {tag: arrays(case, FRAMEWORKS[tag]) for tag in group}
        io = recorded[group[0]]
        for other in recorded.values():
            if set(other) != set(io):
                raise SystemExit(f"{name}: the frameworks' names differ, it needs split: {sorted(set(other) ^ set(io))}")
            for key, value in io.items():
                off = difference([value], [other[key]])
                if off > TOLERANCE[case.policy if key.startswith("y_") else "float32"]:
                    raise SystemExit(f"{name}: the frameworks differ at {key} by {off:.2g}, it needs split")
        for key, value in io.items():
            if not np.isfinite(value).all():
                raise SystemExit(f"{name}: {key} isn't finite")
        for tag in group:
            save(case, tag, folder, io, entry)
        np.savez_compressed(folder / "io.npz", **io)
        entry["files"] = sorted(path.name for path in folder.iterdir())
        yield name, {key: value for key, value in entry.items() if value}


def architectures(unpacked):
    """keras.applications' ResNets as to_json writes them; gives their manifest entries."""
    for depth in (50, 101, 152):
        for version in ("", "V2"):
            name = f"app_resnet{depth}{version.lower()}"
            folder = unpacked / name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for tag, k in FRAMEWORKS.items():
                k.backend.clear_session()
                SEEN.clear()
                model = getattr(k.applications, f"ResNet{depth}{version}")(weights=None)
                (folder / f"{tag}.json").write_text(model.to_json())
            yield name, {"expect": "import", "reason": "architecture only, for weights from elsewhere",
                         "parameters": model.count_params(), "files": ["k2.json", "k3.json"]}


def pack(folder, target):
    """A folder's files as a zip, the same bytes for the same files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(path.name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def quiet():
    """Keras advises against .h5 at every save."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    absl.logging.set_verbosity("error")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unpacked", type=pathlib.Path)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    arguments = parser.parse_args()
    quiet()
    RESOURCES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        unpacked = arguments.unpacked or pathlib.Path(temporary)
        manifest = {}
        wanted = [case for case in CASES.values() if not arguments.cases or case.name in arguments.cases]
        entries = itertools.chain(*(make(case, unpacked) for case in wanted),
                                  [] if arguments.cases else architectures(unpacked))
        for name, entry in entries:
            manifest[name] = entry
            pack(unpacked / name, RESOURCES / f"{name}.zip")
            size = (RESOURCES / f"{name}.zip").stat().st_size
            print(f"{name}: {size} bytes", *entry.get("notes", []), sep="\n  ", flush=True)
        if not arguments.cases:
            for path in RESOURCES.glob("*.zip"):
                if path.stem not in manifest:
                    path.unlink()
            text = json.dumps(dict(sorted(manifest.items())), indent=1, ensure_ascii=False) + "\n"
            (RESOURCES / "manifest.json").write_text(text)
            if arguments.unpacked:
                (unpacked / "manifest.json").write_text(text)


if __name__ == "__main__":
    main()
