"""What one document may cost the process that works on it: seconds, and bytes of memory on top of what it holds.

Both hold where Python code runs or memory is asked for. Code of a library that hangs without ever returning is
ended together with its process, where ``deadly`` allows that; the pool then makes an error of the document.
"""

import contextlib
import faulthandler
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

try:
    import resource
except ImportError:  # Windows has no limits of this kind
    resource = None  # type: ignore[assignment]

DEFAULT_MAX_SECONDS = 300.0
DEFAULT_MAX_MEMORY = 4 * 2**30
GRACE = 1.5
"""How many times its seconds a document may take before its process is ended."""


class TimeLimitError(BaseException):
    """A document took too long. No ``Exception``, so that no library takes it for one of its own."""


@contextlib.contextmanager
def limited(seconds: float, memory: int, *, deadly: bool) -> Iterator[None]:
    """Raise ``TimeLimitError`` or ``MemoryError`` in the block once it goes beyond; 0 is no limit."""
    with _memory_limited(memory), _seconds_limited(seconds, deadly=deadly):
        yield


@contextlib.contextmanager
def _seconds_limited(seconds: float, *, deadly: bool) -> Iterator[None]:
    in_time = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not seconds or not in_time:
        yield
        return
    earlier = signal.signal(signal.SIGALRM, _out_of_time)
    if deadly:
        faulthandler.dump_traceback_later(seconds * GRACE, exit=True, file=_nowhere())
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:  # also where the alarm came in this very moment
        signal.signal(signal.SIGALRM, earlier)
        if deadly:
            faulthandler.cancel_dump_traceback_later()


def _out_of_time(number: int, frame: FrameType | None) -> None:
    raise TimeLimitError


_opened: list[int] = []


def _nowhere() -> int:
    if not _opened:
        _opened.append(os.open(os.devnull, os.O_WRONLY))
    return _opened[0]


@contextlib.contextmanager
def _memory_limited(memory: int) -> Iterator[None]:
    held = _data_bytes()
    if not memory or held is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    allowed = held + memory
    if hard != resource.RLIM_INFINITY:
        allowed = min(allowed, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int | None:
    """Return the size of this process's writable memory as Linux counts it (proc(5)); None elsewhere."""
    try:
        handle = os.open(
            "/proc/self/statm", os.O_RDONLY
        )  # for each document: a file object would take longer
        try:
            pages = int(os.read(handle, 256).split()[5])
        finally:
            os.close(handle)
    except (OSError, IndexError, ValueError):
        return None
    return pages * resource.getpagesize()
