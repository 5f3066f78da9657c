"""The models that change or read whole pictures."""

from typing import Final

from processing.imaging.catalog.entry import HELD, LFS, STATED, Entry, Part, Publication, Purpose, Tensor

_WINML: Final = (
    "https://raw.githubusercontent.com/microsoft/Windows-Machine-Learning/"
    "95690c0ed914a65543d064cf9d23e606f22721ae/Samples/StyleTransfer/Assets"
)
_MODEL_ZOO: Final = "https://huggingface.co/onnxmodelzoo"
_WINML_LICENCE: Final = "MIT by its repository; the file itself says: free for personal or research use"

REAL_ESRGAN: Final = Entry(
    name="real-esrgan-x4v3",
    title="Real-ESRGAN x4v3",
    does="Enlarges four times and invents fine detail (shown as “AI detail”).",
    licence="BSD-3-Clause",
    page="https://github.com/xinntao/Real-ESRGAN",
    without_it="Lanczos with back-projection: a little sharper than bicubic, invents nothing.",
    note="Published as weights only; installing makes the ONNX graph of them, without PyTorch. An ONNX file that "
    "somebody else exported needs its hash stated.",
    parts=(
        Part(
            name="upscaler",
            purposes=(Purpose.UPSCALE,),
            inputs=(Tensor("", (None, 3, None, None)),),
            outputs=(Tensor("", (None, 3, None, None)),),
            published=(
                Publication(
                    "realesr-general-x4v3.pth",
                    "8dc7edb9ac80ccdc30c3a5dca6616509367f05fbc184ad95b731f05bece96292",
                    4_885_111,
                    STATED,
                    "https://github.com/xinntao/Real-ESRGAN/releases/download/v0.2.5.0/realesr-general-x4v3.pth",
                    weights_of="srvgg-compact-x4",
                ),
            ),
            takes_unlisted=True,
            enlarges=4,
        ),
    ),
)

DEPTH_ANYTHING: Final = Entry(
    name="depth-anything-v2-small",
    title="Depth Anything V2 Small",
    does="Tells near from far in any photo, for layers and parallax.",
    licence="Apache-2.0",
    page="https://github.com/DepthAnything/Depth-Anything-V2",
    without_it="Geometric cues: the horizon, the ground, and what stands on it; little where there is no ground.",
    parts=(
        Part(
            name="depth",
            purposes=(Purpose.DEPTH,),
            inputs=(Tensor("pixel_values", (None, 3, None, None)),),
            outputs=(Tensor("predicted_depth", (None, None, None)),),
            published=(
                Publication(
                    "model.onnx",
                    "afb6a5c28f3b6bf1618c6e43f02073ef9dfdc70e937502d51603e57b0a1df10c",
                    99_060_839,
                    STATED,
                    "https://huggingface.co/onnx-community/depth-anything-v2-small/resolve/"
                    "4472b7362082ad9968fee890ca0f1e5aca36b93d/onnx/model.onnx",
                ),
            ),
        ),
    ),
)

LAMA: Final = Entry(
    name="lama",
    title="LaMa",
    does="Fills large holes with what could have been there.",
    licence="Apache-2.0",
    page="https://github.com/advimman/lama",
    without_it="Small holes are filled from their edges; large ones need it.",
    note="Its training pictures (Places2) were given for research; whether that binds the weights is not settled.",
    parts=(
        Part(
            name="inpainter",
            purposes=(Purpose.INPAINT,),
            inputs=(Tensor("image", (None, 3, 512, 512)), Tensor("mask", (None, 1, 512, 512))),
            outputs=(Tensor("output", (None, 3, None, None)),),
            published=(
                Publication(
                    "lama_fp32.onnx",
                    "1faef5301d78db7dda502fe59966957ec4b79dd64e16f03ed96913c7a4eb68d6",
                    208_044_816,
                    STATED,
                    "https://huggingface.co/Carve/LaMa-ONNX/resolve/"
                    "c3c0c9e468934d62e79c329e35d82dd09ff8c444/lama_fp32.onnx",
                ),
            ),
        ),
    ),
)

ONE_STEP_DIFFUSION: Final = Entry(
    name="one-step-diffusion",
    title="One-step image-to-image diffusion",
    does="Goes over the details of a wall that got another texture.",
    licence="that of the weights it was exported from",
    page="https://github.com/GaParmar/img2img-turbo",
    without_it="An edge-aware pass brings back the photo's own relief and grain; it invents nothing.",
    note="Nobody publishes it as one ONNX graph: export one that takes an image (0 to 1) and Gaussian noise, and state "
    "its hash. It works on pieces of 512 pixels and needs as much memory as its file is large and half of that again: "
    "set RENDER_MEMORY_MB.",
    is_free=False,
    parts=(
        Part(
            name="refiner",
            purposes=(Purpose.REFINE,),
            inputs=(Tensor("image", (None, 3, 512, 512)), Tensor("noise", (None, 4, 64, 64))),
            outputs=(Tensor("refined", (None, 3, 512, 512)),),
            published=(),
            takes_unlisted=True,
        ),
    ),
)


def _zoo_style(name: str, revision: str, sha256: str, known_from: str) -> Part:
    """A style of the ONNX model zoo: RGB 0..255 in and out."""
    file = f"{name}-9.onnx"
    return Part(
        name=name,
        purposes=(Purpose.STYLE,),
        inputs=(Tensor("input1", (None, 3, None, None)),),
        outputs=(Tensor("output1", (None, 3, None, None)),),
        published=(
            Publication(file, sha256, 6_728_029, known_from, f"{_MODEL_ZOO}/{name}-9/resolve/{revision}/{file}"),
        ),
    )


def _winml_style(name: str, sha256: str, size: int, *, has_address: bool = True) -> Part:
    """A style of the original authors as Microsoft converted it: BGR 0..255 in and out."""
    file = f"{name}.onnx"
    address = f"{_WINML}/{file}" if has_address else ""
    return Part(
        name=name.replace("_", "-") + "-720",
        purposes=(Purpose.STYLE,),
        inputs=(Tensor("inputImage", (None, 3, None, None)),),
        outputs=(Tensor("outputImage", (None, 3, None, None)),),
        published=(Publication(file, sha256, size, HELD, address, licence=_WINML_LICENCE),),
    )


FAST_STYLE: Final = Entry(
    name="fast-neural-style",
    title="fast-neural-style",
    does="Paints a photo in one of nine learnt styles.",
    licence="BSD-3-Clause",
    page="https://github.com/onnx/models/tree/main/validated/vision/style_transfer/fast_neural_style",
    without_it="The learnt styles are not offered.",
    note="Each style is a file of its own; install as many as you like.",
    needs_all=False,
    parts=(
        _zoo_style(
            "mosaic",
            "9a267ba8540fba8fb12bc78f3770e0fd9c923c56",
            "fa646dedade881243f8d5a2ceb7de2b93675b21fc24f7482894ac4851a9a0a47",
            STATED,
        ),
        _zoo_style(
            "candy",
            "f24fcf558bd4564360f41cf3b5321975a33f962f",
            "9d11a3529d1e547da6ae07201d93484dbab2ec0a3614535752c8f40f0fe2968a",
            STATED,
        ),
        _zoo_style(
            "rain-princess",
            "205625e4c00565b6c0946814de6165116b271e58",
            "4162912e6f75fedef6f810ae989b9e10d3d5d43308dab34b027c850cf255e152",
            LFS,
        ),
        _zoo_style(
            "udnie",
            "ab74109f694dc8117f5e39a8571ac53bf83618f6",
            "8656b6ce7dec8f22ee13c2d557d6b67bd6f550dde88d0f2e7c9972aeb765cc0d",
            LFS,
        ),
        _zoo_style(
            "pointilism",
            "d9c3c80c36d238db4155f3029f996ce62b3c101f",
            "5ee2b8d4d6bc60a777f54e0fe96a1b717360a004b79d56c67390d4a975b14d98",
            LFS,
        ),
        _winml_style(
            "candy", "4cc994e51bc371584fe38d91ac66015909d8e06eec5b22de9a6b969ad091c2c0", 1_712_395, has_address=False
        ),
        _winml_style("la_muse", "77804dc5e9d494c95c8797c2191cda9f0df810b2b3ba476aed4bb7defab18473", 1_712_531),
        _winml_style("mosaic", "88bae7a0b1df776190c0edceb94878dc9d39178a06df97ca44d08dfb5b56e035", 1_712_530),
        _winml_style("udnie", "8a1576e5014f3a24461217b1829c27c1af61cba1bfa831c008b2b7958c1085cb", 1_712_529),
    ),
)
