"""The photos of an order: what a pretend phone may send."""

import base64
from typing import Any

from hotline.simulator.control.refusals import Refused
from hotline.simulator.media import LARGEST_MESSAGE, MOST_FILES, picture_kind
from hotline.simulator.texts.writing import Photo


def read_photos(given: Any) -> tuple[Photo, ...]:
    """`[{base64}]`: JPEG, PNG and GIF, told apart by how they begin. Raises Refused."""
    if not isinstance(given, list):
        raise Refused("bad_photo")
    if len(given) > MOST_FILES:
        raise Refused("too_many_photos")
    photos = tuple(_photo(item) for item in given)
    if sum(len(content) for _, content in photos) > LARGEST_MESSAGE:
        raise Refused("photo_too_big")
    return photos


def _photo(item: Any) -> Photo:
    """A `type` that is given, too, is not believed: phones name pictures by their file's ending."""
    try:
        content = base64.b64decode(item["base64"], validate=True)
    except (KeyError, TypeError, ValueError):
        raise Refused("bad_photo") from None
    kind = picture_kind(content)
    if kind is None:
        raise Refused("photo_kind")
    return kind, content
