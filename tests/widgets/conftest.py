import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg


@pytest.fixture
def full_draws(monkeypatch):
    """The canvases that were drawn with all that is on them, one after the other."""
    drawn, draw = [], FigureCanvasAgg.draw

    def drawing(canvas, *args, **options):
        drawn.append(canvas)
        draw(canvas, *args, **options)

    monkeypatch.setattr(FigureCanvasAgg, "draw", drawing)
    return drawn
