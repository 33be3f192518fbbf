"""One byte of a signed request changed, where it is signed."""

from dataclasses import replace
from random import Random
from urllib.parse import unquote_to_bytes

from wharf.sdk_signed import Form, Wire

# Of these v3 signs the text in lower case and without blanks around it.
SIGNED_HEADERS = ("host", "content-type")
# Of these every byte counts.
EXACT_HEADERS = ("authorization", "x-tc-timestamp", "x-tc-content-sha256")


def flipped(request: Wire, form: Form, chance: Random) -> tuple[Wire, str]:
    """The request with one byte of a signed part changed so that it says something else, and which byte."""
    parts = signed_parts(request, form)
    while True:
        part = chance.choice(parts)
        content = content_of(request, part)
        place, other = chance.randrange(len(content)), chance.randrange(1, 256)
        if part == "authorization" and content[place : place + 1] == b" ":
            continue
        changed = content[:place] + bytes([content[place] ^ other]) + content[place + 1 :]
        if part not in ("body", "query") and b"\n" in changed:
            # The head might end here, and what follows be another request.
            continue
        if meaning(part, form, changed) != meaning(part, form, content):
            return put(request, part, changed), f"byte {place} of {part} ^ {other}"


def signed_parts(request: Wire, form: Form) -> list[str]:
    is_v3 = form.sign == "TC3-HMAC-SHA256"
    headers = (*SIGNED_HEADERS, *EXACT_HEADERS) if is_v3 else ("host",)
    parts = [name for name in headers if request.header(name)]
    if request.method == "GET" and b"?" in request.target:
        # Half of the changes are of what the action is asked.
        parts += ["query"] * len(parts)
    if request.body and not form.unsigned_payload:
        parts += ["body"] * len(parts)
    return [part for part in parts if content_of(request, part)]


def content_of(request: Wire, part: str) -> bytes:
    if part == "body":
        return request.body
    if part == "query":
        return request.target.partition(b"?")[2]
    return request.header(part) or b""


def put(request: Wire, part: str, content: bytes) -> Wire:
    if part == "body":
        return replace(request, body=content)
    if part == "query":
        return replace(request, target=request.target.partition(b"?")[0] + b"?" + content)
    return request.with_header(part, content)


def meaning(part: str, form: Form, content: bytes) -> object:
    """What is signed of the part: two texts of the same meaning have the same signature."""
    if part in SIGNED_HEADERS:
        return content.strip().lower() if form.sign == "TC3-HMAC-SHA256" else content.strip()
    if part in ("body", "query") and form.sign != "TC3-HMAC-SHA256":
        return meaning_of_pairs(content)
    return content


def meaning_of_pairs(encoded: bytes) -> tuple[bytes, list[bytes]]:
    """Method v1 signs the parameters as they are before they are encoded, in the order of their names."""

    def decoded(piece: bytes) -> tuple[bytes, bytes]:
        name, _, value = piece.replace(b"+", b" ").partition(b"=")
        return unquote_to_bytes(name), unquote_to_bytes(value)

    pairs = [decoded(piece) for piece in encoded.split(b"&") if piece]
    others = sorted((pair for pair in pairs if pair[0] != b"Signature"), key=lambda pair: pair[0])
    signatures = [value for name, value in pairs if name == b"Signature"]
    return b"&".join(name + b"=" + value for name, value in others), signatures
