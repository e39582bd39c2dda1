"""What the kit's widgets are, where no widget renders: all of their words."""

from __future__ import annotations

import ipywidgets as W


class WordyBox(W.VBox):
    """A column of widgets whose saved text is its whole ``repr``, for GitHub and editors: ipywidgets cuts it short."""

    def _repr_mimebundle_(self, **options) -> dict | None:
        shown = super()._repr_mimebundle_(**options)
        return shown and {**shown, "text/plain": repr(self)}
