"""Fashion-MNIST's files and small PNG files. The same pixels give the same bytes wherever zlib compresses alike."""
import gzip
import pathlib
import struct
import zlib

CLASSES = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "training-examples/src/main/resources/org/resnet4j/training/quickstart"


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
