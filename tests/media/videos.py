"""Small videos of our own making: a landscape that a camera pans over, in every container."""

import io
import os
import struct
from fractions import Fraction

import av
import numpy as np
from PIL import Image

SIZE = (96, 64)

# Name of the format, FFmpeg's muxer, encoder, its pixel format.
WAYS = (
    ("mp4", "mp4", "libx264", "yuv420p"),
    ("mp4", "mp4", "libx265", "yuv420p"),
    ("mp4", "mp4", "mpeg4", "yuv420p"),
    ("mp4", "mp4", "libsvtav1", "yuv420p"),
    ("mov", "mov", "libx264", "yuv444p"),
    ("mov", "mov", "prores_ks", "yuv422p10le"),
    ("webm", "webm", "libvpx", "yuv420p"),
    ("webm", "webm", "libvpx-vp9", "yuv420p"),
    ("mkv", "matroska", "libx264", "yuv420p"),
    ("mkv", "matroska", "libx264rgb", "rgb24"),
    ("mkv", "matroska", "mpeg2video", "yuv420p"),
    ("mkv", "matroska", "ffv1", "gray"),
    ("avi", "avi", "mpeg4", "yuv420p"),
    ("avi", "avi", "mjpeg", "yuvj420p"),
    ("avi", "avi", "libx264", "yuv420p"),
)
QUIET = {"libx265": {"x265-params": "log-level=none"}}

MOVING = ("GIF", "PNG", "WEBP", "AVIF")


def scene(number, size=SIZE):
    """Frame `number`, RGB (h, w, 3): smooth, changing all over, and no mirror image of itself."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width] / max(size)
    t = number / 10
    luma = (
        128
        + 50 * np.sin(9 * x + 2.3 * t)
        + 40 * np.cos(11 * y - 3.1 * t)
        + 30 * np.sin(14 * (x + 2 * y) + 1.7 * t)
    )
    colours = np.stack([luma, luma * 0.8 + 20 * x, luma * 0.9 + 10 * y], axis=-1)
    return np.clip(colours, 0, 255).astype(np.uint8)


def scenes(count, size=SIZE):
    return [scene(number, size) for number in range(count)]


def film(frames, muxer="mp4", encoder="libx264", pixels="yuv420p", rate=10, **more):
    """The bytes of a video. more: `options` of the encoder, `stamps` in thousandths of a second,
    `matrix` for the display."""
    before = os.sched_getscheduler(0)
    stream = io.BytesIO()
    with av.open(stream, "w", format=muxer) as container:
        video = container.add_stream(encoder, rate=rate)
        video.height, video.width = frames[0].shape[:2]
        video.pix_fmt = pixels
        video.codec_context.thread_count = 1
        video.options = QUIET.get(encoder, {}) | more.get("options", {})
        if "matrix" in more:
            video.set_display_matrix(more["matrix"])
        if "stamps" in more:
            video.codec_context.time_base = Fraction(1, 1000)
        for number, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if "stamps" in more:
                frame.pts, frame.time_base = more["stamps"][number], Fraction(1, 1000)
            container.mux(video.encode(frame))
        container.mux(video.encode())
    # Run by root, SVT-AV1 makes the thread that encodes a real-time one, which with all that it
    # starts would keep everybody else from the cores.
    if os.sched_getscheduler(0) != before:
        os.sched_setscheduler(0, before, os.sched_param(0))
    return stream.getvalue()


def animation(frames, form, milliseconds=100):
    """The bytes of an animated picture."""
    images = [Image.fromarray(frame) for frame in frames]
    stream = io.BytesIO()
    options = {"lossless": True} if form == "WEBP" else {}
    images[0].save(
        stream, form, save_all=True, append_images=images[1:], duration=milliseconds, **options
    )
    return stream.getvalue()


def every_format():
    """One video in each way, and one animation in each."""
    frames = scenes(12)
    made = {
        f"{muxer}-{encoder}": film(frames, muxer, encoder, pixels)
        for _name, muxer, encoder, pixels in WAYS
    }
    return made | {form.lower(): animation(frames, form) for form in MOVING}


def decoded_by_itself(data):
    """All frames of a video as FFmpeg has them by way of RGB: our oracle."""
    with av.open(io.BytesIO(data)) as container:
        container.streams.video[0].thread_type = "NONE"
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def luma(colours):
    return colours @ np.array([0.299, 0.587, 0.114])


def box(kind, body):
    """A box of an MP4."""
    return struct.pack(">I", len(body) + 8) + kind + body


def inside(data, kind):
    """Where the first box of that kind begins and ends."""
    start = data.index(kind) - 4
    return start, start + struct.unpack_from(">I", data, start)[0]


def begun_with_header(data):
    """An MP4 that has its header at the beginning and not at the end, as on the web."""
    start, end = inside(data, b"moov")
    media, _ = inside(data, b"mdat")
    moov = bytearray(data[start:end])
    at = moov.index(b"stco") + 8
    for chunk in range(struct.unpack_from(">I", moov, at)[0]):
        (offset,) = struct.unpack_from(">I", moov, at + 4 + 4 * chunk)
        struct.pack_into(">I", moov, at + 4 + 4 * chunk, offset + end - start)
    return data[:media] + bytes(moov) + data[media:start] + data[end:]


def with_many_tracks(data, count):
    """An MP4 whose one track is there `count` times."""
    start, end = inside(data, b"moov")
    track, after = inside(data, b"trak")
    moov = data[start + 8 : track] + data[track:after] * count + data[after:end]
    return data[:start] + box(b"moov", moov) + data[end:]


def element(name, body):
    """An element of a Matroska file."""
    return name + struct.pack(">Q", len(body) | 1 << 56) + body


def matroska_of_many_tracks(count):
    """A Matroska file of nothing but tracks, and one cluster with nothing in it."""
    tracks = b"".join(
        element(
            b"\xae",
            element(b"\xd7", struct.pack(">I", number + 1))
            + element(b"\x73\xc5", struct.pack(">I", number + 1))
            + element(b"\x83", b"\x01")
            + element(b"\x86", b"V_VP8")
            + element(b"\xe0", element(b"\xb0", b"\x40") + element(b"\xba", b"\x40")),
        )
        for number in range(count)
    )
    header = element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"matroska"))
    cluster = element(b"\x1f\x43\xb6\x75", element(b"\xe7", b"\0"))
    return header + element(b"\x18\x53\x80\x67", element(b"\x16\x54\xae\x6b", tracks) + cluster)


def changed(data, kind, offset, packed, format_="I"):
    """An MP4 with a number of a box changed; `offset` from after the box's name."""
    made = bytearray(data)
    struct.pack_into(f">{format_}", made, data.index(kind) + 4 + offset, packed)
    return bytes(made)


def remuxed(data, muxer, change):
    """The packets of a video's one stream in a new container; `change` gets a list of them."""
    stream = io.BytesIO()
    with av.open(io.BytesIO(data)) as source, av.open(stream, "w", format=muxer) as container:
        video = container.add_stream_from_template(source.streams.video[0])
        packets = [packet for packet in source.demux(video=0) if packet.size]
        change(packets)
        for packet in packets:
            packet.stream = video
            container.mux(packet)
    return stream.getvalue()


def side_by_side(films, change):
    """A Matroska file with a stream of each film; `change` gets the packets of the first."""
    stream = io.BytesIO()
    with av.open(stream, "w", format="matroska") as container:
        sources = [av.open(io.BytesIO(data)) for data in films]
        made = [container.add_stream_from_template(each.streams.video[0]) for each in sources]
        packets = [[one for one in each.demux(video=0) if one.size] for each in sources]
        change(packets[0])
        for together in zip(*packets, strict=True):
            for packet, video in zip(together, made, strict=True):
                packet.stream = video
                container.mux(packet)
    return stream.getvalue()


def with_sound(frames, seconds, muxer="matroska", rate=1):
    """A film and a silence of so many seconds."""
    stream = io.BytesIO()
    with av.open(stream, "w", format=muxer) as container:
        video = container.add_stream("libx264", rate=rate, options={"tune": "zerolatency"})
        video.height, video.width = frames[0].shape[:2]
        video.pix_fmt, video.codec_context.thread_count = "yuv420p", 1
        sound = container.add_stream("aac", rate=8000, layout="mono")
        for picture in frames:
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode())
        for number in range(seconds * 8):
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 1000), np.float32), "fltp", "mono")
            silence.sample_rate, silence.pts = 8000, number * 1000
            container.mux(sound.encode(silence))
        container.mux(sound.encode())
    return stream.getvalue()


def edited(data, *entries):
    """An MP4 with its header at the end, and a list of edits: milliseconds, time of the media."""
    start, end = inside(data, b"elst")
    made = struct.pack(">II", 0, len(entries))
    made += b"".join(struct.pack(">IiI", length, at, 1 << 16) for length, at in entries)
    grown = bytearray(data[:start] + box(b"elst", made) + data[end:])
    for kind in (b"edts", b"trak", b"moov"):
        at = grown.index(kind) - 4
        (size,) = struct.unpack_from(">I", grown, at)
        struct.pack_into(">I", grown, at, size + len(made) + 8 - (end - start))
    return bytes(grown)
