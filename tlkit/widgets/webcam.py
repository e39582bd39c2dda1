"""One picture of the reader's own camera, taken by a button: the browser asks first, and nothing is kept."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

HERE = Path(__file__).parent


class Webcam(anywidget.AnyWidget):
    """A button that switches the camera on, and then takes its picture and switches it off again.

    ``frame`` is the picture taken last, as JPEG; ``said`` stands below the button, and a screen reader speaks it. Where
    there is no camera, or it may not be used, that is said there.
    """

    _esm = HERE / "webcam.js"

    frame = traitlets.Bytes(b"").tag(sync=True)
    said = traitlets.Unicode("").tag(sync=True)
    hidden = traitlets.Bool(False).tag(sync=True)
