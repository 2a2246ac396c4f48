"""Bodies that break a rule of the contract, by rule; each cut in two where it breaks it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.hostile.request import CANARY

BOM = b"\xef\xbb\xbf"
_TEXT = CANARY.encode()
_MEMBER = b'{"a": '
_IN_TEXT = b'{"' + _TEXT + b'": "'
_DEEP = b'[{"a":' * 6


class Broken(NamedTuple):
    body: bytes
    code: str
    at: int


_ROWS: Mapping[str, Sequence[tuple[bytes, bytes]]] = {
    "not_utf8": (
        (b"", b"\xff"),
        (b"", BOM[:2]),
        (b"", '{"a": 1}'.encode("utf-16")),
        (_IN_TEXT, 'Москва"}'.encode("cp1251")),
        (_IN_TEXT, 'Москва"}'.encode("koi8-r")),
        (_IN_TEXT, b'\xd0"}'),
        (_IN_TEXT, b"\xd0"),
        (_IN_TEXT, b'\xc0\xaf"}'),
        (_IN_TEXT, b'\xed\xa0\x80"}'),
        (_IN_TEXT, b'\xf4\x90\x80\x80"}'),
        (_IN_TEXT + "Москва ".encode(), b'\x98"}'),
        (_IN_TEXT, '\ufffd"}'.encode()),
        (_IN_TEXT, b'\\ufffd"}'),
        (_IN_TEXT + b"\\\\", b'\\uFffD"}'),
        (b'{"', b'\xef\xbf\xbd": 1}'),
        (b'{"', b'\\uFFFD": 1}'),
        (b'{"a": [{"b": "', b'\xef\xbf\xbd"}]}'),
        (_MEMBER, b"\xef\xbf\xbd}"),
        (BOM + _IN_TEXT, b'\xff"}'),
        (_IN_TEXT, b'\xff"} }'),
    ),
    "not_json": (
        (b"", b""),
        (b" \t\r\n", b""),
        (BOM, b""),
        (BOM, BOM + b"{}"),
        (b" ", BOM + b"{}"),
        (b"{", b""),
        (b"[1", b""),
        (b"", b"}"),
        (b"{}", b"{}"),
        (b"{}", b","),
        (b"null", _TEXT),
        (b'{"' + _TEXT, b""),
        (_IN_TEXT + b"\\", b""),
        (_IN_TEXT + b"\\u12", b""),
        (_IN_TEXT + b"\\u12", b'g4"}'),
        (_IN_TEXT + b"\\", b'x41"}'),
        (_IN_TEXT, b'\n"}'),
        (b'{"a', b'\t": 1}'),
        (b"{", b"'" + _TEXT + b"': 1}"),
        (b"{", _TEXT + b": 1}"),
        (b"{", b"1: 1}"),
        (b'{"a" ', b"1}"),
        (_MEMBER, b"}"),
        (_MEMBER + b"1,", b"}"),
        (_MEMBER + b"1 ", b'"b": 2}'),
        (_MEMBER + b"[1,", b"]}"),
        (_MEMBER + b"1", b"]"),
        (_MEMBER + b"1} ", b"// " + _TEXT),
        (_MEMBER + b"0", b"1}"),
        (_MEMBER + b"0", b"x10}"),
        (_MEMBER + b"-", b"}"),
        (_MEMBER + b"1.", b"}"),
        (_MEMBER + b"1e+", b""),
        (_MEMBER, b"+1}"),
        (_MEMBER, b".5}"),
        (_MEMBER, "٤٢}".encode()),
        (_MEMBER, b"None}"),
        (_MEMBER + b"tru", b"}"),
        (_MEMBER, "\u00a01}".encode()),
        (_MEMBER, b'x, "b": "\xff", "a": 1}'),
        (b"", b"a=" + _TEXT + b"&b=1"),
        (b"", b"<?xml version='1.0'?><a>" + _TEXT + b"</a>"),
    ),
    "repeated_member": (
        (b'{"' + _TEXT + b'": 1, ', b'"' + _TEXT + b'": 1}'),
        (b'{"a": [{"b": 1,', b'"b": 2}]}'),
        (b'{"a": 1, ', b'"\\u0061": 1}'),
        (b'{"\\u0451": 1, "a": 2,', '"ё": 1}'.encode()),
        (b'{"": 1, ', b'"": 1}'),
        (BOM + b'{"a": {"a": 1}, ', b'"a": 1}'),
        (b'{"a": 1, ', b'"a"'),
    ),
    "character": (
        (_IN_TEXT, b'\\ud800"}'),
        (b'{"', b'\\udfff": 1}'),
        (_IN_TEXT, b'\\udc00\\ud800"}'),
        (_IN_TEXT + b"\\ud83d\\ude00", b'\\uD83D\\u0041"}'),
        (_IN_TEXT, b"\\u0000" + _TEXT + b'"}'),
        (_IN_TEXT, b'\\u001f"}'),
        (_IN_TEXT, b'\\b"}'),
        (_IN_TEXT, b'\\f"}'),
        (b'{"', b'\\u007F": 1}'),
        (_IN_TEXT + "ж".encode(), b'\x7f"}'),
        (_IN_TEXT, b'\x00"}'),
        (b"{", b'\x00"\x00a\x00"\x00:\x001\x00}\x00'),
        (b"", b"\x1f\x8b\x08\x00\x00\x00\x00\x00"),
        (_MEMBER + b"1}", b"\x1a"),
    ),
    "number": (
        (_MEMBER, b"NaN}"),
        (_MEMBER, b"Infinity}"),
        (_MEMBER, b"-Infinity}"),
        (_MEMBER, b"1e999}"),
        (_MEMBER, b"-1e31}"),
        (_MEMBER, b"1" + b"0" * 29 + b"1}"),
        (_MEMBER, b"1e99999999999999999999}"),
        (_MEMBER, b"1e-999999999}"),
        (_MEMBER, b"1" * 65 + b"}"),
        (_MEMBER, b"9" * 5_000 + b"}"),
        (_MEMBER, b"0." + b"3" * 100_000 + b"}"),
        (_MEMBER, b"1" * 70 + b".x}"),
        (b'{"' + "имя".encode() + b'": [1, ', b"1e31]}"),
    ),
    "depth": (
        (b"[" * 12, b"[" + b"]" * 13),
        (_MEMBER * 12, b'{"a": 1' + b"}" * 13),
        (_DEEP, b"[]" + b"}]" * 6),
        (b"[" * 12, b"[" * 100_000),
        (_MEMBER * 12, b'{"a":' * 50_000),
    ),
}
BROKEN = [
    Broken(left + right, code, len(left)) for code, rows in _ROWS.items() for left, right in rows
]
