import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgerow.signals import BadSignal
from hedgerow.signals.vpdq_text import (
    read_vpdq_json,
    read_vpdq_text,
    write_vpdq_json,
    write_vpdq_text,
)

CODE = "d8f8f0cce0f4a84f0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b22"


def frames(most=10):
    """Lists of frame, quality, code and milliseconds in order, no code near another."""
    return st.lists(
        st.tuples(st.integers(1, 1000), st.integers(0, 100), st.binary(min_size=32, max_size=32)),
        min_size=1,
        max_size=most,
        unique_by=lambda row: row[2],
    )


@given(frames())
def test_what_is_written_is_read(rows):
    numbers = np.cumsum([row[0] for row in rows])
    lines = [
        f"{number},{row[1]},{row[2].hex()},{number / 30:.3f}"
        for number, row in zip(numbers, rows, strict=True)
    ]
    video = read_vpdq_text(lines)
    kept = list(write_vpdq_text(video))
    assert set(kept) <= set(lines)
    assert list(write_vpdq_text(read_vpdq_text(kept))) == kept
    items = json.loads(write_vpdq_json(video))
    assert [item.split(",")[0] for item in items] == [line.split(",")[2] for line in kept]
    assert json.loads(write_vpdq_json(read_vpdq_json(json.dumps(items)))) == items


def test_every_file_of_the_reference(shared_data):
    paths = sorted((shared_data / "videos/vpdq-hashes").glob("*.txt"))
    assert len(paths) > 30
    for path in paths:
        lines = path.read_text().splitlines()
        video = read_vpdq_text(lines)
        written = list(write_vpdq_text(video))
        # Of thirty frames a second many are near-identical; those that are kept are untouched.
        assert set(written) <= set(lines)
        assert written[0] == lines[0]
        last = float(lines[-1].split(",")[3])
        assert video.frames["until"][-1] == pytest.approx(last)
        assert video.seconds == pytest.approx(last)


def test_as_the_peer_writes_it():
    """The JSON that ThreatExchange's own class writes, and its reading of ours."""
    try:
        from threatexchange.extensions.vpdq.vpdq_util import (
            VpdqCompactFeature,
            json_to_vpdq,
            vpdq_to_json,
        )
    except ImportError:
        theirs = json.dumps([f"{CODE},100,0.000", f"{CODE[::-1]},50,1.500"])
    else:
        features = [
            VpdqCompactFeature(CODE, 100, 0.0),
            VpdqCompactFeature(CODE[::-1], 50, 1.5),
        ]
        theirs = vpdq_to_json(features)
        assert json_to_vpdq(write_vpdq_json(read_vpdq_json(theirs))) == features
    video = read_vpdq_json(theirs)
    assert video.frames["quality"].tolist() == [100, 50]
    assert video.frames["frame"].tolist() == [0, 1]
    assert video.frames["seconds"].tolist() == [0, 1.5]


def test_empty_lines_and_blanks_are_passed_over():
    text = f"\n 0 , 100 , {CODE.upper()} , 0.5 \r\n\n"
    assert list(write_vpdq_text(read_vpdq_text(text.splitlines()))) == [f"0,100,{CODE},0.500"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "no frames"),
        ("words", "line 2: a frame is written"),
        (f"0,100,{CODE}", "line 2: a frame is written"),
        (f"0,100,{CODE},0,0", "line 2: a frame is written"),
        (f"-1,100,{CODE},0", "line 2: the frame's number"),
        (f"1_0,100,{CODE},0", "line 2: the frame's number"),
        (f"4294967296,100,{CODE},0", "line 2: the frame's number"),
        (f"٣,100,{CODE},0", "line 2: the frame's number"),
        (f"0,101,{CODE},0", "line 2: the quality"),
        (f"0,1e1,{CODE},0", "line 2: the quality"),
        (f"0,100,{CODE[1:]},0", "line 2: the code has 64"),
        (f"0,100,x{CODE[1:]},0", "line 2: the code has hexadecimal"),
        (f"0,100,{CODE},soon", "line 2: 'soon' are no seconds"),
        (f"0,100,{CODE},-1", "line 2: '-1' are no seconds"),
        (f"0,100,{CODE},nan", "line 2: 'nan' are no seconds"),
        (f"0,100,{CODE},inf", "line 2: 'inf' are no seconds"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(line, said):
    with pytest.raises(BadSignal, match=said):
        read_vpdq_text(["", line])


def test_frames_out_of_order_are_told():
    for second in (f"3,100,{CODE},2.0", f"4,100,{CODE},0.5"):
        with pytest.raises(BadSignal, match="line 2: a video's frames come in the order"):
            read_vpdq_text([f"3,100,{CODE},1.0", second])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "isn't JSON"),
        ("[" * 100_000, "isn't JSON"),
        ("{}", "but none"),
        ("[]", "no frames"),
        ("[1]", "item 0: a frame is written"),
        (json.dumps([f"{CODE},100,0", f"{CODE},100"]), "item 1: a frame is written"),
        (json.dumps([f"{CODE},100,x"]), "item 0: 'x' are no seconds"),
    ],
)
def test_what_is_wrong_in_json_is_told_with_its_place(text, said):
    with pytest.raises(BadSignal, match=said):
        read_vpdq_json(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    for read in (read_vpdq_json, lambda given: read_vpdq_text(given.splitlines())):
        try:
            read(text)
        except BadSignal as bad:
            assert len(str(bad)) < 300  # noqa: PT017 - any text may be a good one
