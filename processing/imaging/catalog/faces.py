"""The models that find and tell apart faces."""

from typing import Final

from processing.imaging.catalog.entry import HELD, LFS, STATED, Entry, Part, Publication, Purpose, Tensor

_ZOO: Final = "https://media.githubusercontent.com/media/opencv/opencv_zoo/main/models"
_INSIGHTFACE: Final = "https://github.com/deepinsight/insightface/releases/download/v0.7/buffalo_l.zip"

_STRIDES: Final = (8, 16, 32)
YUNET: Final = Entry(
    name="yunet",
    title="YuNet",
    does="Finds faces with eyes, nose and mouth corners.",
    licence="MIT",
    page="https://github.com/opencv/opencv_zoo/tree/main/models/face_detection_yunet",
    without_it="Faces are not looked for.",
    parts=(
        Part(
            name="detector",
            purposes=(Purpose.DETECT_FACES,),
            inputs=(Tensor("input", (None, 3, None, None)),),
            outputs=tuple(
                Tensor(f"{kind}_{stride}", (None, None, width))
                for kind, width in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10))
                for stride in _STRIDES
            ),
            published=(
                Publication(
                    "face_detection_yunet_2023mar.onnx",
                    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
                    232_589,
                    LFS,
                    f"{_ZOO}/face_detection_yunet/face_detection_yunet_2023mar.onnx",
                ),
                Publication(
                    "yunet_n_640_640.onnx",
                    "25a606a145a5b6d7271ae138fbd00eba91dad8b83222ae3f2c7ecd0f4a7b0e31",
                    317_466,
                    HELD,
                    licence="Apache-2.0",
                ),
                Publication(
                    "yunet_n_dynamic.onnx",
                    "104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12",
                    322_906,
                    HELD,
                    licence="Apache-2.0",
                ),
            ),
        ),
    ),
)

SFACE: Final = Entry(
    name="sface",
    title="SFace",
    does="Turns a face into 128 numbers, so that photos of one person can be grouped.",
    licence="Apache-2.0",
    page="https://github.com/opencv/opencv_zoo/tree/main/models/face_recognition_sface",
    without_it="Faces are not grouped.",
    parts=(
        Part(
            name="embedder",
            purposes=(Purpose.EMBED_FACES,),
            inputs=(Tensor("", (None, 3, 112, 112)),),
            outputs=(Tensor("", (None, 128)),),
            published=(
                Publication(
                    "face_recognition_sface_2021dec.onnx",
                    "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
                    38_696_353,
                    LFS,
                    f"{_ZOO}/face_recognition_sface/face_recognition_sface_2021dec.onnx",
                ),
            ),
        ),
    ),
)

# Scores, boxes and landmarks of the strides 8, 16, 32, in this order.
_SCRFD: Final = tuple(
    zip(("448", "471", "494", "451", "474", "497", "454", "477", "500"), (1,) * 3 + (4,) * 3 + (10,) * 3, strict=True)
)
BUFFALO: Final = Entry(
    name="buffalo_l",
    title="insightface buffalo_l",
    does="Finds faces (SCRFD-10G) and turns them into 512 numbers (ArcFace R50): the more accurate pair.",
    licence="non-commercial research only",
    is_free=False,
    page="https://github.com/deepinsight/insightface/tree/master/model_zoo",
    without_it="YuNet and SFace where they are installed; else faces are neither looked for nor grouped.",
    leaves_out="Landmark, age and gender models of the folder are not kept: Aureole guesses nobody's age or gender.",
    note="The licence of the weights forbids commercial use. Grouping begins anew when the embedding model changes.",
    archive=Publication(
        "buffalo_l.zip",
        "80ffe37d8a5940d59a7384c201a2a38d4741f2f3c51eef46ebb28218a7b0ca2f",
        288_621_354,
        STATED,
        _INSIGHTFACE,
    ),
    parts=(
        Part(
            name="det_10g",
            purposes=(Purpose.DETECT_FACES,),
            inputs=(Tensor("input.1", (None, 3, None, None)),),
            outputs=tuple(Tensor(name, (None, width)) for name, width in _SCRFD),
            published=(
                Publication(
                    "det_10g.onnx",
                    "5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91",
                    16_923_827,
                    STATED,
                ),
            ),
        ),
        Part(
            name="w600k_r50",
            purposes=(Purpose.EMBED_FACES,),
            inputs=(Tensor("input.1", (None, 3, 112, 112)),),
            outputs=(Tensor("683", (None, 512)),),
            published=(
                Publication(
                    "w600k_r50.onnx",
                    "4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43",
                    174_383_860,
                    STATED,
                ),
            ),
        ),
    ),
)
