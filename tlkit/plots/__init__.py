"""Estimates and arrays in, a picture with its numbers in words out."""

from tlkit.lazy import exports

__all__, __getattr__ = exports(
    __name__,
    {
        "Picture": "plots.picture:Picture",
        "gains_picture": "plots.gains:gains_picture",
        "curve_picture": "plots.label_curve:curve_picture",
        "plot_depth": "plots.by_depth:plot_depth",
        "plot_depths": "plots.by_depth:plot_depths",
        "plot_spread": "plots.spread:plot_spread",
        "show_classes": "plots.items:show_classes",
        "show_questions": "plots.items:show_questions",
        "show_where": "plots.items:show_where",
    },
)
