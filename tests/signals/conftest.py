import numpy as np
import pytest
from skimage import data


@pytest.fixture(scope="session")
def photographs():
    """Ordinary pictures that come with scikit-image, by name."""
    names = ("astronaut", "camera", "chelsea", "coffee", "coins", "moon", "page", "rocket")
    return {name: np.asarray(getattr(data, name)()) for name in names}
