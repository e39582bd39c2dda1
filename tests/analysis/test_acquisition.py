import dataclasses

import numpy as np
import pytest

import tlkit as tl
from tests.small_networks import *  # noqa: F403
from tlkit.analysis import acquisition
