"""zstd, in one place: bodies for the head-end and stored configurations."""

import zstandard

FAST = 1
SMALL = 9


def compress(content: bytes, level: int = FAST) -> bytes:
    """A zstd frame that states its content's size."""
    return zstandard.ZstdCompressor(level=level).compress(content)


def decompress(frame: bytes, at_most: int) -> bytes:
    """The content of one frame, refused where it would be larger than `at_most` bytes.

    Raises:
        ValueError: not a zstd frame, damaged, without a size, or too large.
    """
    try:
        size = zstandard.frame_content_size(frame)
        if not 0 <= size <= at_most:
            raise ValueError(f"a frame of {size} bytes; at most {at_most} are taken")
        return zstandard.ZstdDecompressor().decompress(frame, max_output_size=at_most)
    except zstandard.ZstdError as error:
        raise ValueError(f"not a whole zstd frame: {error}") from error
