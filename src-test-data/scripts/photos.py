"""Photos, and what torchvision's and Keras's own preprocessing makes of them: resources/.../photos.

photos.py make    writes the JPEG files: free photos of scikit-image 0.26.0 (astronaut: NASA, public domain; rocket:
                  SpaceX, public domain; chelsea: Stefan van der Walt, CC0; coffee: Rachel Michetti, CC0)
photos.py torch   records torchvision (requirements-torch.txt)
photos.py keras   records Keras (requirements-tensorflow.txt)

Networks have the formula's weights. Samples are every STRIDE-th number of the input [C, H, W].
"""
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "src/main/resources/org/resnet4j/testdata/photos"
PHOTOS = ["astronaut", "chelsea", "coffee", "rocket"]
SIZE = 224
STRIDE = 307
LOGITS = 50


def make():
    import skimage.data
    from PIL import Image
    FOLDER.mkdir(exist_ok=True)
    for name in PHOTOS:
        Image.fromarray(getattr(skimage.data, name)()).save(FOLDER / f"{name}.jpg", quality=85)


def recorded(chw, logits=None):
    values = [round(float(v), 5) for v in chw.reshape(-1)[::STRIDE]]
    result = {"shape": list(chw.shape), "stride": STRIDE, "values": values}
    if logits is not None:
        result["logits"] = [float(f"{v:.7g}") for v in logits[:LOGITS]]
    return result


def write(framework, pipelines):
    path = FOLDER / f"{framework.split()[0]}.json"
    path.write_text(json.dumps({"framework": framework, "pipelines": pipelines}, separators=(",", ":")) + "\n")
    print(path.name, path.stat().st_size)


def torch():
    import torch
    import torchvision
    from PIL import Image
    from torch_tensors import set_formula, torchvision_name
    weights = torchvision.models.ResNet50_Weights
    net = torchvision.models.resnet18(num_classes=10)
    set_formula(net, torchvision_name)
    net.eval()
    pipelines = {}
    for name, transforms in (("v1", weights.IMAGENET1K_V1.transforms()), ("v2", weights.IMAGENET1K_V2.transforms())):
        pipelines[name] = {}
        for photo in PHOTOS:
            x = transforms(Image.open(FOLDER / f"{photo}.jpg"))
            with torch.no_grad():
                pipelines[name][photo] = recorded(x.numpy(), net(x[None])[0].numpy())
    write(f"torchvision {torchvision.__version__.split('+')[0]}", pipelines)


def keras_inputs(photo):
    """Each pipeline's input [H, W, C]."""
    import keras
    import tensorflow as tf
    path = FOLDER / f"{photo}.jpg"

    def loaded(interpolation):
        image = keras.utils.load_img(path, target_size=(SIZE, SIZE), interpolation=interpolation)
        return keras.utils.img_to_array(image)

    # As image_dataset_from_directory, which decodes JPEG with INTEGER_FAST, though: a mean grey level off all others.
    decoded = tf.io.decode_jpeg(tf.io.read_file(str(path)), 3, dct_method="INTEGER_ACCURATE")
    dataset = tf.image.resize(decoded, (SIZE, SIZE))
    default = loaded("nearest")
    return {
        "caffe": keras.applications.resnet.preprocess_input(default.copy()),
        "tf": keras.applications.resnet_v2.preprocess_input(default.copy()),
        "caffe_bilinear": keras.applications.resnet.preprocess_input(loaded("bilinear")),
        "dataset": dataset.numpy(),
    }


def keras():
    import tf_canonical  # noqa: F401, sets TensorFlow up
    import keras
    import keras_nets
    nets = {}
    for name, model in (("caffe", "resnet50_keras"), ("tf", "resnet50_v2_keras")):
        nets[name] = keras_nets.APPLICATIONS[model](
            weights=None, input_shape=(SIZE, SIZE, 3), classifier_activation=None)
        keras_nets.set_formula_weights(nets[name])
    pipelines = {}
    for photo in PHOTOS:
        for name, x in keras_inputs(photo).items():
            logits = nets[name](x[None], training=False)[0].numpy() if name in nets else None
            pipelines.setdefault(name, {})[photo] = recorded(x.transpose(2, 0, 1), logits)
    write(f"keras {keras.__version__}", pipelines)


if __name__ == "__main__":
    {"make": make, "torch": torch, "keras": keras}[sys.argv[1]]()
