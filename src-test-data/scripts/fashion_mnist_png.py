"""Writes the quickstart's images: Fashion-MNIST as PNG folders in one zip, the first n of each class in file order.

Input is Debian's package dataset-fashion-mnist (apt-get install dataset-fashion-mnist). Needs Python 3.9+ and no
library. The same input gives the same zip, byte for byte, wherever zlib compresses alike.
"""
import argparse
import gzip
import pathlib
import struct
import zipfile
import zlib

CLASSES = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "training-examples/src/main/resources/org/resnet4j/training/quickstart"
LIMIT = 2_000_000


def read_idx(path: pathlib.Path) -> tuple[list[int], bytes]:
    """The dimensions and the bytes of an IDX file of unsigned bytes."""
    raw = gzip.decompress(path.read_bytes())
    zero, kind, rank = struct.unpack(">HBB", raw[:4])
    if (zero, kind) != (0, 8):
        raise SystemExit(f"{path}: not an IDX file of unsigned bytes")
    shape = struct.unpack(f">{rank}I", raw[4:4 + 4 * rank])
    return list(shape), raw[4 + 4 * rank:]


def paeth(a: int, b: int, c: int) -> int:
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(row: bytes, above: bytes, kind: int) -> bytes:
    """One row behind PNG's filter byte; kinds as in the PNG specification, section 9.2."""
    left = bytes(1) + row[:-1]
    corner = bytes(1) + above[:-1]
    predict = [
        lambda i: 0,
        lambda i: left[i],
        lambda i: above[i],
        lambda i: (left[i] + above[i]) // 2,
        lambda i: paeth(left[i], above[i], corner[i]),
    ][kind]
    return bytes([kind]) + bytes((row[i] - predict(i)) & 255 for i in range(len(row)))


def deflate(data: bytes) -> bytes:
    """The shortest zlib stream that zlib's strategies give."""
    streams = []
    for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED):
        for memory in (8, 9):
            compressor = zlib.compressobj(9, zlib.DEFLATED, 10, memory, strategy)
            streams.append(compressor.compress(data) + compressor.flush())
    return min(streams, key=len)


def png(pixels: bytes, width: int, height: int) -> bytes:
    """An 8-bit grey PNG, its row filters chosen by trial."""
    rows = [pixels[y * width:(y + 1) * width] for y in range(height)]
    above = [bytes(width)] + rows[:-1]
    choices = [[filtered(row, up, kind) for kind in range(5)] for row, up in zip(rows, above)]
    candidates = [b"".join(choice[kind] for choice in choices) for kind in range(5)]
    candidates.append(b"".join(min(choice, key=lambda f: sum(min(b, 256 - b) for b in f[1:])) for choice in choices))
    data = min((deflate(candidate) for candidate in candidates), key=len)

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def images(folder: pathlib.Path, part: str, each: int):
    """(class name, PNG) pairs: the first `each` images of every class, in the order of the file."""
    (count, height, width), pixels = read_idx(folder / f"{part}-images-idx3-ubyte.gz")
    (labelled,), labels = read_idx(folder / f"{part}-labels-idx1-ubyte.gz")
    if labelled != count:
        raise SystemExit(f"{part}: {count} images but {labelled} labels")
    taken = [0] * len(CLASSES)
    size = width * height
    for i in range(count):
        label = labels[i]
        if taken[label] < each:
            taken[label] += 1
            yield CLASSES[label], taken[label], png(pixels[i * size:(i + 1) * size], width, height)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, default="/usr/share/datasets/fashion-mnist",
                        help="folder of the four IDX files")
    parser.add_argument("--train", type=int, default=260, help="training images of each class")
    parser.add_argument("--test", type=int, default=60, help="test images of each class")
    arguments = parser.parse_args()

    entries = {}
    for folder, part, each in (("train", "train", arguments.train), ("test", "t10k", arguments.test)):
        for name, number, data in images(arguments.source, part, each):
            entries[f"{folder}/{name}/{number:03d}.png"] = data

    OUT.mkdir(parents=True, exist_ok=True)
    target = OUT / "fashion-mnist.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # PNG is deflated already
        for path in sorted(entries):
            entry = zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, entries[path])
    print(f"{len(entries)} images, {sum(map(len, entries.values()))} bytes of PNG, {target.stat().st_size} in the zip")
    if target.stat().st_size > LIMIT:
        raise SystemExit(f"{target.name} is larger than {LIMIT} bytes: take fewer images")


if __name__ == "__main__":
    main()
