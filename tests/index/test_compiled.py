"""Numba keeps compiled code until the file of the function changes, not the files it takes from."""

import hashlib
from pathlib import Path

import pytest

from hedgerow.index import kernels, processor, tables


@pytest.mark.parametrize(
    ("module", "compiled_in"), [(kernels, processor), (tables, kernels)], ids=["kernels", "tables"]
)
def test_a_file_changes_with_what_is_compiled_into_it(module, compiled_in):
    digest = hashlib.sha256(Path(compiled_in.__file__).read_bytes()).hexdigest()[:16]
    assert digest == module.COMPILED_WITH, f'write COMPILED_WITH = "{digest}" in {module.__file__}'
