"""Encoders that help themselves to the whole machine, and how to keep them from it."""

import ctypes
import sys
import threading
from typing import Final

CAP_SYS_NICE: Final = 23
_VERSION_3: Final = 0x20080522
_done = threading.local()


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def stay_ordinary() -> None:
    """Take from the calling thread, and from those it starts, the right to real-time priority. Once a thread; cheap.

    SVT-AV1, run by root, moves its caller to SCHED_FIFO 99 for good: two such processes stop everything else on a
    machine of two cores. Without CAP_SYS_NICE the kernel refuses, and the encoder carries on as any other. Elsewhere
    than on Linux, and for anybody but root, there is nothing to take.
    """
    if sys.platform != "linux" or getattr(_done, "is_done", False):
        return
    _done.is_done = True
    libc = ctypes.CDLL(None, use_errno=True)
    header = _Header(_VERSION_3, 0)
    sets = (_Sets * 2)()
    if libc.capget(ctypes.byref(header), sets) == 0:
        sets[0].effective &= ~(1 << CAP_SYS_NICE)
        libc.capset(ctypes.byref(header), sets)
