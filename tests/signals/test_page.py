"""The examples on docs/signals.md do what they say."""

import io
import re
from pathlib import Path

from PIL import Image

from hedgerow.media import File, Limits
from hedgerow.signals import SignalType, registry, signal_type
from hedgerow.signals.registry import GROUP
from hedgerow.signals.transforms import ALL

PAGE = (Path(__file__).parents[2] / "docs" / "signals.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def run(example):
    names = {"__name__": "my_signals"}
    exec(compile(example, "docs/signals.md", "exec"), names)
    return names


def test_the_first_example_runs(capsys):
    run(EXAMPLES[0])
    assert "pdq has 64 hexadecimal digits, not 6" in capsys.readouterr().out


def test_the_signal_type_of_the_example_is_one(photographs):
    assert len(EXAMPLES) == 2
    fields = run(EXAMPLES[1])["FIELDS"]
    assert isinstance(fields, SignalType)
    values = []
    for pixels in (photographs["chelsea"], photographs["chelsea"][::2, ::2], photographs["coffee"]):
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "PNG")
        values.append(fields.parse(fields.compute(File(stream.getvalue(), Limits())).value))
    same, other = ((int(values[0], 16) ^ int(value, 16)).bit_count() for value in values[1:])
    assert same <= fields.default_threshold < other


def test_types_transforms_and_group_are_told():
    assert f"`{GROUP}`" in PAGE
    assert f'"{GROUP}"' in PAGE
    for name in registry():
        assert f"| `{name}` |" in PAGE
        assert f"| {signal_type(name).default_threshold} |" in PAGE
    assert all(f"`{each}`" in PAGE for each in ALL[:9])
