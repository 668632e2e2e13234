"""
HDF5 files around one small Keras model: legal ones that Keras doesn't write, and hostile ones.

    python keras_import_hostile.py [--unpacked FOLDER]

Writes resources/.../keras-hostile: files.zip with all of them and io.npz, and manifest.json: what an importer must do.
Files in newer HDF5 formats (ok_latest, ok_v108, ok_track_order, ok_many_attributes, virtual_dataset) hold the time.
"""
import argparse
import json
import pathlib
import tempfile
import zlib

from keras_import import RESOURCES, difference, inputs, operations, pack, quiet, record, run, seeded
from keras_import_cases import Case, chain

import h5py
import numpy as np
import tf_keras

KERNEL = "model_weights/conv2d/conv2d/kernel:0"
FILES = {}


def hostile(expect, reason, **options):
    """A file, called as the function that changes it; options are h5py.File's."""
    def register(change):
        FILES[change.__name__] = (expect, " ".join(reason.split()), options, change)
        return change
    return register


def build(k):
    layers = k.layers
    return chain(k, (6, 5, 3), layers.Conv2D(4, 3, name="conv2d"), layers.BatchNormalization(name="norm"),
                 layers.GlobalAveragePooling2D(name="pool"), layers.Dense(3, name="dense"))


def model():
    """Its weights are multiples of 1/64 within +-2: exact in every float, and in six decimals."""
    tf_keras.backend.clear_session()
    made = build(tf_keras)
    for layer in operations(made):
        for i, weight in enumerate(layer.weights):
            value = seeded("hostile", layer.name, i).integers(-128, 129, weight.shape) / 64
            weight.assign(np.abs(value) + 0.5 if "variance" in weight.name else value)
    return made


def replaced(f, path, **new):
    """Another dataset in a dataset's place; the same values, unless others are given."""
    values = f[path][...]
    del f[path]
    if not {"data", "shape"} & set(new):
        new["data"] = values
    return f.create_dataset(path, **new)


def undated():
    settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    settings.set_obj_track_times(False)
    return settings


def attribute(f, path, name, value):
    del f[path].attrs[name]
    f[path].attrs[name] = value


# Legal, though Keras writes none of them

@hostile("import", "unchanged")
def ok_plain(f): pass


@hostile("import", "half precision")
def ok_float16(f): replaced(f, KERNEL, data=f[KERNEL][...].astype("<f2"))


@hostile("import", "double precision")
def ok_float64(f): replaced(f, KERNEL, data=f[KERNEL][...].astype("<f8"))


@hostile("import", "big endian floats")
def ok_big_endian(f): replaced(f, KERNEL, data=f[KERNEL][...].astype(">f4"))


@hostile("import", "chunked, shuffled, deflated; chunks reach beyond the edges")
def ok_gzip_shuffle(f): replaced(f, KERNEL, chunks=(2, 2, 3, 3), shuffle=True, compression="gzip")


@hostile("either", "chunked with checksums")
def fletcher32_checksums(f): replaced(f, KERNEL, chunks=(3, 3, 3, 4), fletcher32=True)


@hostile("import", "chunked, growable")
def ok_growable(f): replaced(f, KERNEL, chunks=(2, 2, 2, 2), maxshape=(None, None, None, 8))


@hostile("either", "LZF, h5py's own filter")
def lzf(f): replaced(f, KERNEL, chunks=(3, 3, 3, 4), compression="lzf")


@hostile("either", "scale-offset filter")
def scale_offset(f): replaced(f, KERNEL, chunks=(3, 3, 3, 4), scaleoffset=6)


@hostile("import", "compact: values in the object header")
def ok_compact(f):
    values = f[KERNEL][...]
    del f[KERNEL]
    settings = undated()
    settings.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple(values.shape)
    dataset = h5py.h5d.create(f.id, KERNEL.encode(), h5py.h5t.IEEE_F32LE, space, settings)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values)


@hostile("either", "a type with a name of its own, outside the model")
def committed_type(f):
    values = f[KERNEL][...]
    del f[KERNEL]
    f["number"] = np.dtype("<f4")
    f.create_dataset(KERNEL, data=values, dtype=f["number"])


@hostile("either", "bfloat16, as a float type with fields of its own")
def bfloat16_type(f):
    values = f[KERNEL][...]
    del f[KERNEL]
    kind = h5py.h5t.IEEE_F32LE.copy()
    kind.set_fields(15, 7, 8, 0, 7)
    kind.set_size(2)
    kind.set_ebias(127)
    dataset = h5py.h5d.create(f.id, KERNEL.encode(), kind, h5py.h5s.create_simple(values.shape), undated())
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values)


@hostile("import", "newest format", libver="latest")
def ok_latest(f): pass


@hostile("import", "HDF5 1.8's format", libver=("v108", "v108"))
def ok_v108(f): pass


@hostile("import", "links in the order of creation", track_order=True)
def ok_track_order(f): pass


@hostile("either", "512 bytes before the signature", userblock_size=512)
def user_block(f): pass


@hostile("import", "names as text of fixed length, as older programs wrote them")
def ok_fixed_names(f):
    for path, name in [("model_weights", "layer_names"), ("model_weights/conv2d", "weight_names")]:
        attribute(f, path, name, np.array([text.encode() for text in f[path].attrs[name]]))


@hostile("import", "names in parts, as Keras does above 64 KB")
def ok_names_in_parts(f):
    group = f["model_weights"]
    names = group.attrs["layer_names"]
    del group.attrs["layer_names"]
    group.attrs["layer_names0"], group.attrs["layer_names1"] = names[:2], names[2:]


@hostile("import", "configuration as text of fixed length")
def ok_fixed_config(f): attribute(f, "/", "model_config", np.bytes_(f.attrs["model_config"]))


@hostile("import", "attributes that nobody knows, many: in the newest format they lie in a heap", libver="latest")
def ok_many_attributes(f):
    for i in range(60):
        f.attrs[f"unknown{i}"] = i
        f["model_weights/dense"].attrs[f"unknown{i}"] = f"text {i}"


# Links

@hostile("refuse", "external link, to a file that exists and has the values")
def external_link(f):
    del f[KERNEL]
    f[KERNEL] = h5py.ExternalLink("ok_plain.h5", "/" + KERNEL)


@hostile("refuse", "external link in place of a group")
def external_link_group(f):
    del f["model_weights/conv2d"]
    f["model_weights/conv2d"] = h5py.ExternalLink("ok_plain.h5", "/model_weights/conv2d")


@hostile("refuse", "external link to no file")
def external_link_missing(f):
    del f[KERNEL]
    f[KERNEL] = h5py.ExternalLink("/no/such/file.h5", "/kernel")


@hostile("refuse", "values in another file, which exists and has them")
def external_storage(f):
    replaced(f, KERNEL, shape=f[KERNEL].shape, dtype="<f4", external=[("kernel.bin", 0, f[KERNEL].nbytes)])


@hostile("refuse", "virtual dataset of another file, which exists and has the values")
def virtual_dataset(f):
    layout = h5py.VirtualLayout(f[KERNEL].shape, "<f4")
    layout[...] = h5py.VirtualSource("ok_plain.h5", KERNEL, f[KERNEL].shape)
    del f[KERNEL]
    f.create_virtual_dataset(KERNEL, layout)


@hostile("either", "soft link to a dataset of the file with the values")
def soft_link(f):
    f.move(KERNEL, "model_weights/conv2d/conv2d/there")
    f[KERNEL] = h5py.SoftLink("/model_weights/conv2d/conv2d/there")


@hostile("refuse", "soft links in a circle")
def soft_link_loop(f):
    del f[KERNEL]
    f[KERNEL] = h5py.SoftLink("/model_weights/conv2d/conv2d/there")
    f["model_weights/conv2d/conv2d/there"] = h5py.SoftLink("/" + KERNEL)


@hostile("refuse", "soft link to nothing")
def soft_link_dangling(f):
    del f[KERNEL]
    f[KERNEL] = h5py.SoftLink("/nowhere")


@hostile("either", "groups that contain themselves, beside a good model")
def hard_link_cycle(f):
    f["model_weights/conv2d/conv2d/again"] = f["model_weights"]
    f["model_weights/again"] = f["/"]


@hostile("refuse", "the layer's group is the group around it")
def hard_link_cycle_layer(f):
    del f["model_weights/conv2d"]
    f["model_weights/conv2d"] = f["model_weights"]


# Sizes

@hostile("refuse", "2^100 values declared, chunked, none there")
def petabyte_chunked(f): replaced(f, KERNEL, shape=(2 ** 20, 2 ** 20, 2 ** 20, 4), dtype="<f4", chunks=(1, 1, 64, 4))


@hostile("refuse", "2^50 bytes declared in one piece, none there")
def petabyte_contiguous(f): replaced(f, KERNEL, shape=(2 ** 16, 2 ** 16, 2 ** 14, 4), dtype="<f4")


@hostile("refuse", "a vector that Java can't index, as bias")
def long_vector(f):
    replaced(f, "model_weights/conv2d/conv2d/bias:0", shape=(2 ** 33,), dtype="<f4", chunks=(2 ** 20,))


@hostile("refuse", "no values")
def zero_size(f): replaced(f, KERNEL, shape=(3, 3, 3, 0), dtype="<f4")


@hostile("refuse", "a scalar")
def scalar(f): replaced(f, KERNEL, data=np.float32(1))


@hostile("refuse", "a null dataspace")
def null_space(f): replaced(f, KERNEL, data=h5py.Empty("<f4"))


@hostile("refuse", "32 dimensions")
def many_dimensions(f): replaced(f, KERNEL, data=np.zeros((1,) * 32, "<f4"))


@hostile("refuse", "a chunk of its own for each value of a large dataset")
def tiny_chunks(f): replaced(f, KERNEL, shape=(2 ** 16, 2 ** 16, 3, 4), dtype="<f4", chunks=(1, 1, 1, 1))


# Names

@hostile("refuse", "a weight's name that climbs out of its group")
def name_climbs(f): attribute(f, "model_weights/conv2d", "weight_names", [b"../../../../etc/passwd", b"conv2d/bias:0"])


@hostile("refuse", "a weight's name that is absolute")
def name_absolute(f): attribute(f, "model_weights/conv2d", "weight_names", [b"/etc/passwd", b"conv2d/bias:0"])


@hostile("refuse", "a layer's name that climbs")
def layer_name_climbs(f):
    names = ["../conv2d" if name == "conv2d" else name for name in f["model_weights"].attrs["layer_names"]]
    attribute(f, "model_weights", "layer_names", names)


@hostile("refuse", "a weight's name of 60,000 characters")
def name_long(f): attribute(f, "model_weights/dense", "weight_names", [b"n" * 60_000])


@hostile("refuse", "a weight's name with an escape sequence and a line break, which no message may pass on")
def name_control_characters(f):
    attribute(f, "model_weights/conv2d", "weight_names", [b"\x1b[2J\r\nkernel", b"conv2d/bias:0"])


@hostile("refuse", "names that aren't UTF-8")
def name_not_utf8(f): attribute(f, "model_weights/conv2d", "weight_names", [b"\xff\xfe\x80", b"conv2d/bias:0"])


@hostile("refuse", "a link's name of 64 KB, with weights of no layer")
def link_name_long(f): f.create_dataset("model_weights/" + "n" * 65_000 + "/kernel:0", data=np.ones(3, "<f4"))


@hostile("refuse", "the same weight twice")
def name_twice(f): attribute(f, "model_weights/conv2d", "weight_names", [b"conv2d/kernel:0", b"conv2d/kernel:0"])


@hostile("refuse", "no names for a layer's weights")
def names_empty(f): attribute(f, "model_weights/conv2d", "weight_names", np.array([], "S1"))


@hostile("refuse", "a layer without the attribute")
def names_missing(f): del f["model_weights/conv2d"].attrs["weight_names"]


@hostile("refuse", "numbers in place of names")
def names_numbers(f): attribute(f, "model_weights/conv2d", "weight_names", [1, 2])


@hostile("refuse", "names in a null dataspace")
def names_null(f): attribute(f, "model_weights/conv2d", "weight_names", h5py.Empty("S1"))


# Types

@hostile("refuse", "a compound type")
def compound(f): replaced(f, KERNEL, data=np.zeros((3, 3, 3, 4), [("value", "<f4"), ("other", "<i4")]))


@hostile("refuse", "text")
def strings(f): replaced(f, KERNEL, data=np.full((3, 3, 3, 4), b"0.5", "S4"))


@hostile("refuse", "text of variable length")
def variable_strings(f): replaced(f, KERNEL, data=np.full((3, 3, 3, 4), "0.5", object), dtype=h5py.string_dtype())


@hostile("refuse", "vectors of variable length")
def variable_vectors(f): replaced(f, KERNEL, shape=(3, 3, 3, 4), dtype=h5py.vlen_dtype("<f4"))


@hostile("refuse", "complex numbers")
def complex_numbers(f): replaced(f, KERNEL, data=np.ones((3, 3, 3, 4), "<c8"))


@hostile("refuse", "bytes, as quantised models have them: without their scale they are no weights")
def int8(f): replaced(f, KERNEL, data=np.ones((3, 3, 3, 4), "i1"))


@hostile("refuse", "whole numbers")
def int32(f): replaced(f, KERNEL, data=np.ones((3, 3, 3, 4), "<i4"))


@hostile("refuse", "truth values, which HDF5 has as an enumeration")
def booleans(f): replaced(f, KERNEL, data=np.ones((3, 3, 3, 4), bool))


@hostile("refuse", "an enumeration")
def enumeration(f):
    replaced(f, KERNEL, data=np.ones((3, 3, 3, 4), "i1"), dtype=h5py.enum_dtype({"NO": 0, "YES": 1}, "i1"))


@hostile("refuse", "references to objects")
def object_references(f):
    target = f["model_weights"].ref
    dataset = replaced(f, KERNEL, shape=(3, 3, 3, 4), dtype=h5py.ref_dtype)
    dataset[...] = target


@hostile("refuse", "references to regions")
def region_references(f): replaced(f, KERNEL, shape=(3, 3, 3, 4), dtype=h5py.regionref_dtype)


@hostile("refuse", "opaque bytes")
def opaque(f): replaced(f, KERNEL, data=np.zeros((3, 3, 3, 4), "V4"))


@hostile("refuse", "each value is an array of four")
def array_type(f): replaced(f, KERNEL, shape=(3, 3, 3), dtype=np.dtype(("<f4", (4,))))


@hostile("refuse", "a filter that nobody has")
def unknown_filter(f):
    values = f[KERNEL][...]
    del f[KERNEL]
    settings = undated()
    settings.set_chunk(values.shape)
    settings.set_filter(32_999, h5py.h5z.FLAG_OPTIONAL, (1, 2, 3))
    dataset = h5py.h5d.create(f.id, KERNEL.encode(), h5py.h5t.IEEE_F32LE,
                              h5py.h5s.create_simple(values.shape), settings)
    dataset.write_direct_chunk((0, 0, 0, 0), b"\x28\xb5\x2f\xfd" + bytes(40), 0)


@hostile("refuse", "chunks that aren't what their filter would have written")
def damaged_chunk(f):
    dataset = replaced(f, KERNEL, chunks=(3, 3, 3, 4), compression="gzip")
    dataset.id.write_direct_chunk((0, 0, 0, 0), b"not deflated at all", 0)


@hostile("refuse", "a chunk that unpacks to 1 MB where 432 bytes belong")
def bomb_chunk(f):
    dataset = replaced(f, KERNEL, chunks=(3, 3, 3, 4), compression="gzip")
    dataset.id.write_direct_chunk((0, 0, 0, 0), zlib.compress(bytes(2 ** 20), 9), 0)


# Objects in the wrong place, values

@hostile("refuse", "a group in place of a dataset")
def group_for_dataset(f):
    del f[KERNEL]
    f.create_group(KERNEL)


@hostile("refuse", "a dataset in place of a group")
def dataset_for_group(f):
    del f["model_weights/conv2d"]
    f["model_weights/conv2d"] = np.ones(3, "<f4")


@hostile("refuse", "a type in place of a dataset")
def type_for_dataset(f):
    del f[KERNEL]
    f[KERNEL] = np.dtype("<f4")


@hostile("refuse", "infinite weights")
def infinite(f): f[KERNEL][0, 0, 0, 0] = np.inf


@hostile("refuse", "a variance below zero")
def negative_variance(f): f["model_weights/norm/norm/moving_variance:0"][1] = -0.5


@hostile("refuse", "the configuration is a number")
def config_number(f): attribute(f, "/", "model_config", 7)


@hostile("refuse", "the configuration is a list")
def config_list(f): attribute(f, "/", "model_config", ["{}", "{}"])


@hostile("refuse", "the configuration is nothing")
def config_null(f): attribute(f, "/", "model_config", h5py.Empty("S1"))


@hostile("refuse", "the configuration isn't UTF-8")
def config_not_utf8(f): attribute(f, "/", "model_config", np.bytes_(b'{"class_name": "\xff\xfe"}'))


@hostile("refuse", "the configuration names an object that Python code would have to make")
def config_foreign_class(f):
    config = f.attrs["model_config"].replace('"class_name": "Conv2D"', '"class_name": "os.system"')
    attribute(f, "/", "model_config", config)


def write(name, folder, base):
    expect, reason, options, change = FILES[name]
    with h5py.File(base) as source, h5py.File(folder / f"{name}.h5", "w", **options) as f:
        for key, value in source.attrs.items():
            f.attrs[key] = value
        for key in source:
            source.copy(key, f)
        change(f)
    return {"expect": expect, "reason": reason}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unpacked", type=pathlib.Path)
    arguments = parser.parse_args()
    quiet()
    target = RESOURCES.parent / "keras-hostile"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.unpacked or pathlib.Path(temporary)
        folder.mkdir(exist_ok=True)
        made = model()
        x = inputs(Case("hostile", build), made, ())
        y, mids = record(made, tf_keras, x)
        mids = {f"mid__{name}": value for name, value in mids.items()}
        np.savez_compressed(folder / "io.npz", x=x[0], y=y[0], **mids)
        base = pathlib.Path(temporary) / "base"
        made.save(base, save_format="h5")
        with h5py.File(base) as f:
            f[KERNEL][...].tofile(folder / "kernel.bin")
        manifest = {f"{name}.h5": write(name, folder, base) for name in FILES}
        for name, entry in manifest.items():
            if entry["expect"] == "import":
                off = difference(y, run(tf_keras.models.load_model(folder / name), x))
                if off > 1e-6:
                    raise SystemExit(f"{name}: Keras gives y {off:.2g} off")
        base.unlink()
        pack(folder, target / "files.zip")
        (target / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
