"""Writes small files that only HDF5's and NumPy's own libraries can write, good ones and such as Keras never writes."""
import pathlib
import zlib

import h5py
import ml_dtypes
import numpy as np

FOLDER = pathlib.Path(__file__).parent.parent / "src/main/resources/org/resnet4j/testdata/hostile"

# Every value of every array: exact in all types, so that the Java tests can compute them too.
SHAPE = (2, 3, 5)
VALUES = (np.arange(30) * 2 - 20).reshape(SHAPE)


def file(name: str, libver: str = "earliest", **options) -> h5py.File:
    return h5py.File(FOLDER / name, "w", libver=libver, **options)


def weights(f: h5py.File) -> h5py.Group:
    """The least that makes a file one of weights by name."""
    f.attrs["layer_names"] = np.array([b"a"])
    group = f.create_group("a")
    group.attrs["weight_names"] = np.array([b"a/kernel:0"])
    group["a/kernel:0"] = VALUES.astype("<f4")
    return group


def types(name: str, libver: str) -> None:
    with file(name, libver) as f:
        weights(f)
        g = f.create_group("types")
        for dtype in ("<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8"):
            g[dtype.replace("<", "le_").replace(">", "be_")] = VALUES.astype(dtype)
        for dtype in ("u1", "<u2", ">u4"):
            g[dtype.replace("<", "le_").replace(">", "be_")] = (VALUES + 20).astype(dtype)
        if libver == "earliest":  # Keras never asks for another, and jHDF can't read the newer form of this type.
            bfloat16 = g.create_dataset("bfloat16", data=VALUES.astype(ml_dtypes.bfloat16))
            bfloat16.attrs["dtype"] = "bfloat16"
        g["scalar"] = np.float32(2.5)
        g["empty"] = np.zeros((0, 3), "<f4")
        # Pieces of 2x2x2 reach beyond the edges; 30 values in one; each index that HDF5 has.
        values = VALUES.astype("<f4")
        g.create_dataset("chunked", data=values, chunks=(2, 2, 2))
        g.create_dataset("gzip", data=values, chunks=(1, 3, 2), compression="gzip")
        g.create_dataset("shuffled", data=values, chunks=(2, 2, 2), compression="gzip", shuffle=True)
        g.create_dataset("single", data=values, chunks=SHAPE, compression="gzip")
        g.create_dataset("growing", data=values, chunks=(2, 2, 2), maxshape=(None, 3, 5))
        g.create_dataset("growing_twice", data=values, chunks=(2, 2, 2), maxshape=(None, None, 5), compression="gzip")
        g.create_dataset("big_endian_gzip", data=VALUES.astype(">f4"), chunks=(2, 2, 2), compression="gzip")
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_layout(h5py.h5d.COMPACT)
        compact = h5py.h5d.create(g.id, b"compact", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(SHAPE), plist)
        compact.write(h5py.h5s.ALL, h5py.h5s.ALL, values)
        # Gzip makes noise longer, so HDF5 leaves it out of these pieces and says so in their masks.
        noise = np.frombuffer(np.random.default_rng(1).bytes(4 * 64), "<u4").reshape(8, 8)
        g.create_dataset("noise", data=noise, chunks=(4, 4), compression="gzip")
        g["noise_plain"] = noise

        t = f.create_group("texts")
        t.attrs["variable"] = "h\u00e4llo"
        t.attrs["fixed"] = np.bytes_(b"hello")
        t.attrs["bytes"] = b"hello"
        t.attrs["variables"] = ["one", "", "three"]
        t.attrs["fixeds"] = np.array([b"one", b"", b"three"])
        t.attrs["none"] = np.array([])
        t.attrs["number"] = 3
        t.attrs["void"] = h5py.Empty("f4")
        t.attrs["cut0"] = np.array([b"a", b"b"])
        t.attrs["cut1"] = np.array([b"c"])
        t.attrs["latin1"] = np.bytes_(b"h\xe4llo")

        m = f.create_group("many")
        for i in range(300):
            m[f"layer_{i}"] = t

        u = f.create_group("unsupported")
        u["complex"] = np.ones(2, "<c8")
        u["text"] = np.array([b"one", b"two"])
        u["compound"] = np.zeros(2, [("x", "<f4"), ("y", "<i4")])
        u["boolean"] = np.array([True, False])
        if libver == "earliest":
            u["opaque"] = np.array([b"ab"], "V2")  # not marked as bfloat16
        u["x87"] = np.ones(2, np.longdouble)
        u.create_dataset("lzf", data=VALUES.astype("<f4"), compression="lzf")
        u.create_dataset("unwritten", SHAPE, "<f4")
        u.create_dataset("unwritten_chunks", SHAPE, "<f4", chunks=(2, 2, 2))
        u.create_dataset("nothing", data=h5py.Empty("<f4"))
        u["named_type"] = np.dtype("<f4")


def small(name: str, libver: str) -> None:
    """The least whole model, to be damaged byte by byte."""
    with file(name, libver) as f:
        f.attrs["model_config"] = '{"class_name": "Functional", "config": {"name": "small", "layers": []}}'
        f.attrs["keras_version"] = "2.15.0"
        group = f.create_group("model_weights")
        group.attrs["layer_names"] = ["conv", "norm"]
        conv = group.create_group("conv")
        conv.attrs["weight_names"] = np.array([b"conv/kernel:0", b"conv/bias:0"])
        conv["conv/kernel:0"] = VALUES.astype("<f4")
        conv["conv/bias:0"] = VALUES[0].astype(">f8")
        norm = group.create_group("norm")
        norm.attrs["weight_names"] = ["norm/gamma:0"]
        norm.create_dataset("norm/gamma:0", data=VALUES.astype("<f2"), chunks=(2, 2, 2), compression="gzip",
                            shuffle=True)


def hostile() -> None:
    with file("soft_link.h5") as f:
        weights(f)["link"] = h5py.SoftLink("/a/link")
    with file("external_link.h5") as f:
        weights(f)["link"] = h5py.ExternalLink("other.h5", "/a")
    with file("external_link_latest.h5", "latest") as f:
        weights(f)["link"] = h5py.ExternalLink("other.h5", "/a")
    with file("external_storage.h5") as f:
        weights(f).create_dataset("b", SHAPE, "<f4", external=[("other.bin", 0, 120)])
    with file("virtual.h5", "latest") as f:
        layout = h5py.VirtualLayout(SHAPE, "<f4")
        layout[...] = h5py.VirtualSource("other.h5", "a/kernel", SHAPE)
        weights(f).create_virtual_dataset("b", layout)
    with file("hard_cycle.h5") as f:
        group = weights(f)
        group["again"] = group
        group["root"] = f["/"]
    with file("petabytes.h5") as f:
        group = weights(f)
        group.create_dataset("chunked", (1 << 40, 1 << 10), "<f4", chunks=(1 << 10, 1 << 10), compression="gzip")
        group.create_dataset("contiguous", (1 << 30, 1 << 20), "<f4")
        group.create_dataset("gigabyte", (1 << 28,), "<f4", chunks=(1 << 28,))
        group.create_dataset("overflow", (1 << 40, 1 << 40), "<f4", chunks=(1, 1))
        bomb = group.create_dataset("bomb", (4, 1000), "<f4", chunks=(4, 1000), compression="gzip")
        bomb.id.write_direct_chunk((0, 0), zlib.compress(bytes(10_000_000), 9))
        short = group.create_dataset("short", (4, 1000), "<f4", chunks=(4, 1000), compression="gzip")
        short.id.write_direct_chunk((0, 0), zlib.compress(bytes(100), 9))
    for name, child in (("name_parent", b".."), ("name_escape", b"\x1b[2J"), ("name_long", b"x" * 65_000)):
        with file(f"{name}.h5") as f:
            h5py.h5g.create(weights(f).id, child)


def npz() -> None:
    arrays = {dtype.replace("<", "").replace("|", "").replace(">", "be_"): VALUES.astype(dtype)
              for dtype in ("<f2", "<f4", "<f8", ">f4", "i1", "|u1", "<i4", "<i8")}
    arrays |= {"fortran": np.asfortranarray(VALUES, "<f4"), "scalar": np.float32(2.5), "empty": np.zeros((0, 3), "<f4"),
               "mid__a/b": VALUES.astype("<f4"), "objects": np.array([{}, None])}
    np.savez(FOLDER / "plain.npz", **arrays)
    np.savez_compressed(FOLDER / "compressed.npz", **arrays)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    types("types.h5", "earliest")
    types("types_latest.h5", "latest")
    small("small.h5", "earliest")
    small("small_latest.h5", "latest")
    hostile()
    npz()
    for path in sorted(FOLDER.iterdir()):
        print(path.name, path.stat().st_size)
