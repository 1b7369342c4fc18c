"""Our reader of .npy files against NumPy's."""

import ast

import numpy as np
import pytest

from hedgerow.index.arrays import open_array


@pytest.mark.parametrize("dtype", [np.uint8, np.uint32, np.uint64, np.int64])
@pytest.mark.parametrize("shape", [(0,), (1,), (7,), (0, 4), (300, 4), (14, 2**10 + 1)])
def test_arrays_are_read_as_numpy_reads_them(tmp_path, dtype, shape):
    path = tmp_path / "array.npy"
    np.save(path, np.arange(np.prod(shape), dtype=dtype).reshape(shape))
    ours, theirs = open_array(path), np.load(path)
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    assert np.array_equal(ours, theirs)
    assert not ours.flags.writeable


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(np.ones((3, 2), np.uint64)),
        np.ones(3, ">u8"),
        np.ones(3),
        np.array(["text"]),
        np.ones(3, [("a", "u8")]),
    ],
    ids=str,
)
def test_what_we_never_write_is_no_array_of_ours(tmp_path, array):
    np.save(tmp_path / "array.npy", array)
    with pytest.raises(ValueError, match=r"array\.npy has no header of ours"):
        open_array(tmp_path / "array.npy")


@pytest.mark.parametrize("kept", [0, 5, 9, 40, 127, 130])
def test_a_file_cut_short_is_an_error(tmp_path, kept):
    path = tmp_path / "array.npy"
    np.save(path, np.arange(10, dtype=np.uint64))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError, match=r"\w"):
        open_array(path)


def test_a_header_is_never_parsed_as_python(tmp_path, monkeypatch):
    """In several threads at once Python 3.11 fails at that now and then."""
    np.save(tmp_path / "array.npy", np.arange(10, dtype=np.uint64))
    monkeypatch.setattr(ast, "literal_eval", lambda _text: pytest.fail("parsed as Python"))
    assert open_array(tmp_path / "array.npy").sum() == 45
