"""Makes the quickstart's Keras model, what it computes, and the images: real Keras 2 trains the reference net R1b.

The net has an eighth of R1b's widths and sees 64x64 pixels. It learns five classes of Fashion-MNIST from all of their
training images; the other five, of which the quickstart makes a folder of few images, it never sees. The images are
28x28 grey PNG files; the net's input is Pillow's bilinear 64x64 of them, grey as RGB, pixel / 255: the zoo's
`Preprocessing.unit(64)`.

Input is Debian's package dataset-fashion-mnist (apt-get install dataset-fashion-mnist). Needs
requirements-tensorflow.txt and takes about five minutes on one core. Seeds and the thread count are fixed: the same
kind of processor gives the same files, another rounds otherwise and so ends in slightly other weights.
"""
import argparse
import io
import json
import os
import pathlib
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import fashion_mnist_png
import numpy as np
import tensorflow as tf
import tf_keras as keras
from PIL import Image
from tf_keras import layers

SEED = 1
SIZE = 64
WIDTH = 8
DEPTHS = (3, 4, 6, 3)
# Sorted, as folders of classes are read. Upper garments that differ in detail, and two kinds of shoe: what tells them
# apart serves the others.
KNOWN = ["coat", "pullover", "sandal", "shirt", "sneaker"]
OTHER = ["ankle-boot", "bag", "dress", "t-shirt", "trouser"]
EPOCHS = 6
BATCH = 64
PEAK_RATE = 2e-3
MODEL_LIMIT = 2_000_000
IMAGES_LIMIT = 2_500_000
# Folder in the zip, part of Fashion-MNIST, classes, the first image of each class that is taken, how many.
FOLDERS = [
    ("known", "t10k", KNOWN, 0, 120),
    ("other/train", "train", OTHER, 0, 10),
    ("other/val", "train", OTHER, 3000, 20),
    ("other/test", "t10k", OTHER, 0, 200),
]


def reference_net(classes: int) -> keras.Model:
    """R1b as a program of that time writes it: layers by their default names, 0.99 as the norms' momentum."""
    image = layers.Input((SIZE, SIZE, 3))
    x = layers.ZeroPadding2D(3)(image)
    x = layers.Conv2D(WIDTH, 7, strides=2)(x)
    x = layers.MaxPool2D(3, 2)(x)
    for stage, depth in enumerate(DEPTHS):
        mid = WIDTH << stage
        for block in range(depth):
            stride = 2 if stage < len(DEPTHS) - 1 and block == depth - 1 else 1
            norm = layers.BatchNormalization()(x)
            if x.shape[-1] == 4 * mid:
                shortcut = layers.MaxPool2D(1, strides=stride)(norm)
            else:
                shortcut = layers.Conv2D(4 * mid, 1, strides=stride, activation="relu")(norm)
            x = layers.Conv2D(mid, 1, padding="same", activation="relu")(norm)
            x = layers.Conv2D(mid, 3, strides=stride, padding="same", activation="relu")(x)
            x = layers.Conv2D(4 * mid, 1, padding="same", activation="relu")(x)
            x = layers.Add()([x, shortcut])
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Flatten()(layers.AveragePooling2D(2)(x))
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x), name="resnet_v2_50")


class FashionMnist:
    """One part of the data set: 28x28 pixels and labels, in the order of the files."""

    def __init__(self, source: pathlib.Path, part: str):
        shape, pixels = fashion_mnist_png.read_idx(source / f"{part}-images-idx3-ubyte.gz")
        _, labels = fashion_mnist_png.read_idx(source / f"{part}-labels-idx1-ubyte.gz")
        self.pixels = np.frombuffer(pixels, np.uint8).reshape(shape)
        self.labels = np.frombuffer(labels, np.uint8)

    def of(self, name: str, first: int = 0, count: int | None = None) -> np.ndarray:
        """Images of a class: [N, 28, 28], 0..255."""
        found = np.flatnonzero(self.labels == fashion_mnist_png.CLASSES.index(name))
        return self.pixels[found[first:None if count is None else first + count]]


def enlarged(images) -> np.ndarray:
    """[N, 64, 64] of 28x28 images, 0..255."""
    return np.stack([np.asarray(Image.fromarray(image).resize((SIZE, SIZE), Image.BILINEAR)) for image in images])


def network_input(grey):
    """[N, 64, 64, 3] in [0, 1] of enlarged images."""
    return tf.repeat(tf.cast(grey, tf.float32)[..., tf.newaxis] / 255, 3, axis=-1)


def labelled(data: FashionMnist, names) -> tuple[np.ndarray, np.ndarray]:
    """Every enlarged image of the classes, and its class's position among the names."""
    images = [enlarged(data.of(name)) for name in names]
    return np.concatenate(images), np.repeat(np.arange(len(names)), [len(part) for part in images])


def trained(training: FashionMnist, test: FashionMnist) -> keras.Model:
    """A net of the known classes, uncompiled, as R1b is saved."""
    images, labels = labelled(training, KNOWN)
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images), seed=SEED).batch(BATCH)
    validation = tf.data.Dataset.from_tensor_slices(labelled(test, KNOWN)).batch(BATCH)
    net = reference_net(len(KNOWN))
    rate = keras.optimizers.schedules.CosineDecay(PEAK_RATE, EPOCHS * len(batches))
    pupil = keras.Model(net.input, net.output)  # compiled in the net's stead, on the same layers
    pupil.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])

    def inputs(grey, label):
        return network_input(grey), label

    pupil.fit(batches.map(inputs), epochs=EPOCHS, validation_data=validation.map(inputs), verbose=2)
    return net


def image_files(parts: dict[str, FashionMnist]) -> dict[str, bytes]:
    """The zip's PNG files by path, sorted."""
    files = {}
    for folder, part, names, first, count in FOLDERS:
        for name in names:
            for number, pixels in enumerate(parts[part].of(name, first, count), 1):
                files[f"{folder}/{name}/{number:03d}.png"] = fashion_mnist_png.png(pixels.tobytes(), 28, 28)
    return dict(sorted(files.items()))


def write_images(target: pathlib.Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # PNG is deflated already
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, data)
    refuse_larger(target, IMAGES_LIMIT)


def refuse_larger(file: pathlib.Path, limit: int) -> None:
    size = file.stat().st_size
    print(f"{file.name}: {size} bytes")
    if size > limit:
        raise SystemExit(f"{file.name} is larger than {limit} bytes")


def input_of_files(files) -> np.ndarray:
    """What the net sees of PNG files."""
    return network_input(enlarged([np.asarray(Image.open(io.BytesIO(data))) for data in files])).numpy()


def write_outputs(target: pathlib.Path, model: keras.Model, files: dict[str, bytes]) -> None:
    """The probabilities of every image in `known`, and how many are right."""
    known = {path.removeprefix("known/"): data for path, data in files.items() if path.startswith("known/")}
    y = model.predict(input_of_files(known.values()), batch_size=BATCH, verbose=0)
    right = sum(KNOWN[best] == path.split("/")[0] for path, best in zip(known, y.argmax(axis=1)))
    rows = ",\n".join(f'    {json.dumps(path)}: [{", ".join(str(value) for value in row)}]' for path, row in zip(known, y))
    target.write_text(
        "{\n"
        f'  "framework": "tf-keras {keras.__version__} / tensorflow {tf.__version__}",\n'
        f'  "classes": {json.dumps(KNOWN)},\n'
        f'  "right": {right},\n'
        f'  "probabilities": {{\n{rows}\n  }}\n'
        "}\n")
    closest = np.diff(np.sort(y)[:, -2:]).min()
    print(f"{right} of {len(known)} right; the two best of an image lie {closest:.1e} apart or more")
    if closest < 1e-3:  # ten times the tolerance of outputs: a reader in another program must get the same count
        print("Warning: rounding could change which class is first")


def write_io(target: pathlib.Path, model: keras.Model, files: dict[str, bytes]) -> None:
    """Input and outputs of one image of each class, as `resnet4j verify` reads them."""
    x = input_of_files(files[f"known/{name}/001.png"] for name in KNOWN)
    # The first and the last stage's end, and what the head sees.
    middle = {name: model.get_layer(name).output for name in ("max_pooling2d", "add_2", "add_15", "flatten")}
    computed = keras.Model(model.input, middle | {"y": model.output}).predict(x, verbose=0)
    arrays = {name if name == "y" else f"mid__{name}": value for name, value in computed.items()}
    np.savez_compressed(target, x=x, **arrays)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, default="/usr/share/datasets/fashion-mnist",
                        help="folder of the four IDX files")
    parser.add_argument("--out", type=pathlib.Path, default=fashion_mnist_png.OUT, help="folder of the four files")
    arguments = parser.parse_args()

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(SEED)
    parts = {part: FashionMnist(arguments.source, part) for part in ("train", "t10k")}
    arguments.out.mkdir(parents=True, exist_ok=True)
    files = image_files(parts)
    write_images(arguments.out / "fashion-mnist-classes.zip", files)
    saved = arguments.out / "resnet_v2.h5"
    trained(parts["train"], parts["t10k"]).save(saved, save_format="h5")
    refuse_larger(saved, MODEL_LIMIT)
    model = keras.models.load_model(saved, compile=False)  # what users get
    write_outputs(arguments.out / "resnet_v2.outputs.json", model, files)
    write_io(arguments.out / "resnet_v2.io.npz", model, files)


if __name__ == "__main__":
    main()
