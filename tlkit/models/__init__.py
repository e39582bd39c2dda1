"""Networks as ordered lists of stages, and the weights that they come with."""

from tlkit.runtime.compat import mend_torchvision

mend_torchvision()  # before anything meets a torchvision that does not fit its torch
