"""Writes the tiny images that Java's own writers can't write: pip install pillow==11.3.0; python images.py

Each is 32 x 24 pixels: red, green over blue, white, a quarter each.
"""
from pathlib import Path
from PIL import Image

FOLDER = Path(__file__).parents[1] / "src/main/resources/org/resnet4j/testdata/images"
CORNERS = [(200, 30, 20), (20, 180, 40), (30, 40, 210), (255, 255, 255)]


def quarters() -> Image.Image:
    image = Image.new("RGB", (32, 24))
    for i, colour in enumerate(CORNERS):
        image.paste(colour, ((i % 2) * 16, (i // 2) * 12, (i % 2) * 16 + 16, (i // 2) * 12 + 12))
    return image


def turned_exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


FOLDER.mkdir(parents=True, exist_ok=True)
rgb = quarters()
black = Image.new("RGB", rgb.size)
half = rgb.copy()
half.putalpha(128)
turned = rgb.transpose(Image.Transpose.ROTATE_90)  # what a camera held upright stores, orientation 6 undoes it

rgb.save(FOLDER / "lossless.webp", lossless=True)
rgb.save(FOLDER / "lossy.webp", quality=95)
half.save(FOLDER / "alpha.webp", lossless=True, exact=True)
half.save(FOLDER / "alpha_lossy.webp", quality=95, exact=True)
rgb.save(FOLDER / "animated.webp", save_all=True, append_images=[black], duration=100, lossless=True)
turned.save(FOLDER / "turned.webp", lossless=True, exif=turned_exif(6))
turned.save(FOLDER / "turned.png", exif=turned_exif(6))
turned.save(FOLDER / "turned.tiff", exif=turned_exif(6))
rgb.convert("CMYK").save(FOLDER / "cmyk.jpg", quality=95)
rgb.save(FOLDER / "bad_profile.jpg", quality=95, icc_profile=b"this is no colour profile" * 8)
rgb.save(FOLDER / "bad_profile.png", icc_profile=b"this is no colour profile" * 8)
rgb.save(FOLDER / "progressive.jpg", quality=95, progressive=True)
rgb.save(FOLDER / "lzw.tiff", compression="tiff_lzw")
rgb.save(FOLDER / "deflate.tiff", compression="tiff_adobe_deflate")
rgb.save(FOLDER / "jpeg.tiff", compression="jpeg", quality=95)
rgb.convert("CMYK").save(FOLDER / "cmyk.tiff")
rgb.save(FOLDER / "animated.gif", save_all=True, append_images=[black], duration=100)
rgb.quantize(4).save(FOLDER / "palette.png", bits=2)
rgb.save(FOLDER / "plain.bmp")
rgb.save(FOLDER / "photo.avif", quality=95)
