"""What crosses a wall is JSON in bounded frames, whatever the far side sends."""

# The bare calls are what matters here.
# ruff: noqa: PTH208

import json
import socket
import struct
import threading

import pytest

from sandbox import Channel, ChannelClosed, ChannelTimeout, FrameTooLarge


@pytest.fixture
def ends():
    ours, theirs = Channel.pair(frame_mb=1)
    yield ours, theirs
    ours.close()
    theirs.close()


def frame(body):
    return struct.pack(">I", len(body)) + body


@pytest.mark.parametrize("value", [None, True, 0, -1.5, "Một chạm 🇻🇳", [], {"a": [1, {"b": None}]}])
def test_a_json_value_arrives_as_it_was_sent(value, ends):
    ours, theirs = ends
    with Channel(theirs) as far:
        far.send(value)
        assert ours.receive(5) == value


def test_frames_keep_their_order_and_their_borders(ends):
    ours, theirs = ends
    theirs.sendall(b"".join(frame(json.dumps(n).encode()) for n in range(100)))
    assert [ours.receive(5) for _ in range(100)] == list(range(100))


def test_a_frame_of_many_megabytes_arrives_whole():
    ours, theirs = Channel.pair(frame_mb=20)
    text = "x" * (15 << 20)
    with ours, Channel(theirs, frame_mb=20) as far:
        sender = threading.Thread(target=far.send, args=(text,))
        sender.start()
        assert ours.receive(30) == text
        sender.join()


def test_a_frame_above_the_bound_is_refused_before_it_is_read(ends):
    ours, theirs = ends
    theirs.sendall(struct.pack(">I", 0xFFFFFFFF))
    with pytest.raises(FrameTooLarge):
        ours.receive(5)
    assert ours.closed


def test_a_frame_above_the_bound_is_not_sent(ends):
    ours, _ = ends
    with pytest.raises(FrameTooLarge):
        ours.send("x" * (2 << 20))
    ours.send("still open")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[1,]",
        b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x8c\x06system\x93.",
        b"cos\nsystem\n(S'true'\ntR.",
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b"9" * 100_000,
        b'"\\ud800"',
    ],
    ids=[
        "nothing",
        "half an object",
        "no UTF-8",
        "a trailing comma",
        "a pickle",
        "an old pickle",
        "half a million lists in each other",
        "a hundred thousand objects in each other",
        "a number of a hundred thousand digits",
        "half a surrogate pair",
    ],
)
def test_what_is_no_json_closes_the_channel_and_harms_nobody(body, ends):
    ours, theirs = ends
    sender = threading.Thread(target=theirs.sendall, args=(frame(body),))
    sender.start()
    with pytest.raises(ChannelClosed):
        ours.receive(10)
    sender.join()
    assert ours.closed


def test_a_frame_of_too_many_values_is_refused_before_it_becomes_a_gigabyte():
    ours, theirs = Channel.pair(frame_mb=32)
    body = b"[" + b"[]," * 3_000_000 + b"[]]"
    with ours, theirs:
        sender = threading.Thread(target=theirs.sendall, args=(frame(body),))
        sender.start()
        with pytest.raises(FrameTooLarge):
            ours.receive(30)
        sender.join()


def test_an_escaped_pair_of_surrogates_is_an_ordinary_character(ends):
    ours, theirs = ends
    theirs.sendall(frame(b'"\\ud83c\\uddfb"'))
    assert ours.receive(5) == "🇻"


def test_half_a_surrogate_pair_that_we_send_arrives_as_a_question_mark(ends):
    ours, theirs = ends
    with Channel(theirs) as far:
        far.send("a\ud800b")
        assert ours.receive(5) == "a?b"


def test_half_a_frame_is_waited_for_no_longer_than_asked_and_not_lost(ends):
    ours, theirs = ends
    whole = frame(b'"later"')
    theirs.sendall(whole[:6])
    with pytest.raises(ChannelTimeout):
        ours.receive(0.05)
    theirs.sendall(whole[6:])
    assert ours.receive(5) == "later"


def test_a_frame_that_drips_is_waited_for_no_longer_than_asked(ends):
    ours, theirs = ends
    stop = threading.Event()

    def drip():
        theirs.sendall(struct.pack(">I", 1000))
        while not stop.wait(0.02):
            theirs.sendall(b" ")

    dripper = threading.Thread(target=drip)
    dripper.start()
    with pytest.raises(ChannelTimeout):
        ours.receive(0.3)
    stop.set()
    dripper.join()


def test_a_far_side_that_never_reads_does_not_hold_us(ends):
    ours, _ = ends
    with pytest.raises(ChannelTimeout):
        for _ in range(100):
            ours.send("x" * 100_000, timeout=0.1)
    assert ours.closed


def test_a_closed_far_side_is_said_when_receiving_and_when_sending(ends):
    ours, theirs = ends
    theirs.close()
    with pytest.raises(ChannelClosed):
        ours.receive(5)
    with pytest.raises(ChannelClosed):
        ours.send("anybody?")


def test_two_threads_may_send_at_once(ends):
    ours, theirs = ends
    words = ["a" * 5000, "b" * 5000]
    with Channel(theirs) as far:
        senders = [
            threading.Thread(target=lambda w=w: [far.send(w) for _ in range(50)]) for w in words
        ]
        for sender in senders:
            sender.start()
        got = [ours.receive(10) for _ in range(100)]
        for sender in senders:
            sender.join()
    assert sorted(got) == sorted(words * 50)


def test_descriptors_sent_along_are_not_taken(ends):
    ours, theirs = ends
    before = _open_descriptors()
    socket.send_fds(theirs, [frame(b"1")], [0, 1])
    assert ours.receive(5) == 1
    assert _open_descriptors() == before


def _open_descriptors():
    import os

    return len(os.listdir("/proc/self/fd"))
