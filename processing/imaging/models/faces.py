"""Faces by installed models: where they are (YuNet, SCRFD) and whose they may be (SFace, ArcFace)."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.imaging.models.adapter import Adapter, Floats, planes, side_lengths
from processing.imaging.sessions import Feeds
from processing.imaging.types import Pixels

LONGEST: Final = 640
STRIDES: Final = (8, 16, 32)
CROP: Final = 112
FACE_BATCH: Final = 32
# Where ArcFace and SFace were taught to find eyes, nose and mouth corners in a 112 px crop (Deng et al. 2019).
TEMPLATE: Final = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)


@dataclass(frozen=True)
class Face:
    """In pixels of the photo: box by its left, top, width, height; ``score`` 0..1.

    ``landmarks`` 5 x 2 float32, x and y: eye, eye (left one in the picture first), nose, mouth corner, mouth corner.
    """

    left: float
    top: float
    width: float
    height: float
    score: float
    landmarks: Floats


@dataclass(frozen=True)
class _Canvas:
    """The photo shrunk into the upper left of a black canvas whose sides the model takes."""

    pixels: Pixels
    scale: float


class _Detector(Adapter):
    least_score: float
    overlap: float

    def __call__(self, photo: Pixels) -> list[Face]:
        """The faces of an upright RGB photo, uint8 height x width x 3, the surest first."""
        with self.opened() as model:
            canvas = _canvas(photo, side_lengths(model))
            found = self.run(model, {model.inputs[0][0]: self.prepared(canvas.pixels)}).outputs
        boxes, scores, landmarks = self.decoded(found, canvas.pixels.shape[0], canvas.pixels.shape[1])
        return _best(boxes / canvas.scale, scores, landmarks / canvas.scale, self.least_score, self.overlap)

    def prepared(self, pixels: Pixels) -> Floats:
        raise NotImplementedError

    def decoded(self, found: Feeds, height: int, width: int) -> tuple[Floats, Floats, Floats]:
        raise NotImplementedError


class YuNet(_Detector):
    """Wu, Peng, Yu: YuNet, a tiny millisecond-level face detector (2023). One anchor a cell; BGR 0..255."""

    part = "detector"
    least_score = 0.7
    overlap = 0.3

    def prepared(self, pixels: Pixels) -> Floats:
        return planes(pixels[..., ::-1])

    def decoded(self, found: Feeds, height: int, width: int) -> tuple[Floats, Floats, Floats]:
        """Boxes n x 4 (left, top, width, height), scores n, landmarks n x 5 x 2, in pixels of the canvas."""
        every = []
        for stride in STRIDES:
            cells = _cells(height, width, stride)
            box, kps = found[f"bbox_{stride}"][0], found[f"kps_{stride}"][0].reshape(-1, 5, 2)
            sure = np.clip(found[f"cls_{stride}"][0, :, 0], 0, 1) * np.clip(found[f"obj_{stride}"][0, :, 0], 0, 1)
            middle, size = (cells + box[:, :2]) * stride, np.exp(box[:, 2:]) * stride
            every.append((np.hstack([middle - size / 2, size]), np.sqrt(sure), (cells[:, None] + kps) * stride))
        boxes, scores, landmarks = (np.concatenate(parts) for parts in zip(*every, strict=True))
        return boxes, scores, landmarks


class Scrfd(_Detector):
    """Guo et al.: Sample and Computation Redistribution for Efficient Face Detection (2021). Two anchors a cell."""

    part = "det_10g"
    least_score = 0.5
    overlap = 0.4

    def prepared(self, pixels: Pixels) -> Floats:
        return (planes(pixels) - np.float32(127.5)) / np.float32(128)

    def decoded(self, found: Feeds, height: int, width: int) -> tuple[Floats, Floats, Floats]:
        """As YuNet.decoded; this model gives distances from each anchor to the four sides, in strides."""
        values = list(found.values())
        every = []
        for index, stride in enumerate(STRIDES):
            cells = np.repeat(_cells(height, width, stride), 2, axis=0) * stride
            scores, box, kps = (values[index + 3 * kind] for kind in range(3))
            near, far = cells - box[:, :2] * stride, cells + box[:, 2:] * stride
            marks = cells[:, None] + kps.reshape(-1, 5, 2) * stride
            every.append((np.hstack([near, far - near]), scores[:, 0], marks))
        boxes, certain, landmarks = (np.concatenate(parts) for parts in zip(*every, strict=True))
        return boxes, certain, landmarks


class Embedder(Adapter):
    """A face as a vector of length one; two of one person point the same way."""

    def __call__(self, photo: Pixels, faces: list[Face]) -> Floats:
        """One row a face, n x 128 (SFace) or n x 512 (ArcFace), for an upright RGB photo."""
        crops = [aligned(photo, face.landmarks) for face in faces]
        return self.embedded(np.stack(crops) if crops else np.empty((0, CROP, CROP, 3), np.uint8))

    def embedded(self, crops: NDArray[np.uint8], batch: int = FACE_BATCH) -> Floats:
        """The same for crops that are aligned already: n x 112 x 112 x 3 RGB uint8, of any number of photos."""
        if not len(crops):
            return np.empty((0, 0), np.float32)
        with self.opened() as model:
            feeds = {model.inputs[0][0]: self.prepared(crops.transpose(0, 3, 1, 2).astype(np.float32))}
            found = next(iter(self.run(model, feeds, batch).outputs.values())).reshape(len(crops), -1)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        vectors: Floats = (found / np.maximum(lengths, 1e-12)).astype(np.float32)
        return vectors

    def prepared(self, crops: Floats) -> Floats:
        raise NotImplementedError


class SFace(Embedder):
    """Zhong et al.: SFace (2021). RGB 0..255."""

    part = "embedder"

    def prepared(self, crops: Floats) -> Floats:
        return crops


class ArcFace(Embedder):
    """Deng et al.: ArcFace (2019), R50 on WebFace600K. RGB -1..1."""

    part = "w600k_r50"

    def prepared(self, crops: Floats) -> Floats:
        return (crops - np.float32(127.5)) / np.float32(127.5)


def aligned(photo: Pixels, landmarks: Floats) -> Pixels:
    """The face turned, scaled and moved so that its landmarks lie nearest to the template: 112 x 112 x 3.

    The least-squares similarity in closed form, points as complex numbers (Umeyama 1991).
    """
    have, want = (points[:, 0] + 1j * points[:, 1] for points in (landmarks.astype(np.float64), TEMPLATE))
    centred = have - have.mean()
    spread = float(np.sum(np.abs(centred) ** 2))
    turn = np.sum(np.conj(centred) * (want - want.mean())) / max(spread, 1e-12)
    shift = want.mean() - turn * have.mean()
    matrix = np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
    return np.asarray(cv2.warpAffine(photo, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR), dtype=np.uint8)


def _canvas(photo: Pixels, sides: tuple[int | None, int | None]) -> _Canvas:
    height, width = photo.shape[:2]
    scale = min((sides[0] or LONGEST) / height, (sides[1] or LONGEST) / width)
    small = (max(1, round(height * scale)), max(1, round(width * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    shape = tuple(side or -(-length // 32) * 32 for side, length in zip(sides, small, strict=True))
    canvas = np.zeros((*shape, 3), np.uint8)
    canvas[: small[0], : small[1]] = cv2.resize(photo[..., :3], small[::-1], interpolation=how)
    return _Canvas(canvas, scale)


def _cells(height: int, width: int, stride: int) -> Floats:
    """Column and row of each cell, row by row: n x 2."""
    rows, columns = np.mgrid[: height // stride, : width // stride]
    return np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float32)


def _best(boxes: Floats, scores: Floats, landmarks: Floats, least: float, overlap: float) -> list[Face]:
    kept = np.asarray(cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), least, overlap), dtype=int).ravel()
    return [_face(boxes[index].tolist(), float(scores[index]), landmarks[index]) for index in kept]


def _face(box: list[float], score: float, landmarks: Floats) -> Face:
    left, top, width, height = box
    return Face(left, top, width, height, score, landmarks.astype(np.float32))
