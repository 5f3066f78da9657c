"""Hostile and friendly origins on loopback, and an outside that leads to them without ever leaving this machine."""

import contextlib
import datetime
import io
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image

from processing.fetching.network import Network

PUBLIC = "93.184.216.34"
Answer = Callable[[bytes, socket.socket], None]


@cache
def png(width: int = 40, height: int = 30) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), (180, 90, 40)).save(target, "PNG")
    return target.getvalue()


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> Answer:
    """Says it whole and closes. ``Content_Length="5"`` is a header; an empty one is left out."""
    lines = {"Content-Length": str(len(body)), "Content-Type": "image/png"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    whole = f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body
    return lambda request, sock: sock.sendall(whole)


def redirect(location: str, status: str = "302 Found") -> Answer:
    return answer(b"", status, Location=location, Set_Cookie="session=1")


class Origin:
    """Answers by path; what was asked is in ``requests``, how often somebody connected in ``connections``."""

    def __init__(self, pages: dict[str, Answer], context: ssl.SSLContext | None = None) -> None:
        self.pages = pages
        self.requests: list[bytes] = []
        self.connections = 0
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def _talk(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError), sock:
            talk = self._context.wrap_socket(sock, server_side=True) if self._context else sock
            with talk:
                request = _read_request(talk)
                self.requests.append(request)
                self.pages.get(request.split()[1].decode(), answer(b"", "404 Not Found"))(request, talk)


def _read_request(sock: socket.socket) -> bytes:
    """Head and, as far as Content-Length says, body."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += sock.recv(65536) or b"\r\n\r\n"
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


@dataclass
class Outside:
    """A resolver with a table, and connections that are written down and lead to an origin whatever their address."""

    names: dict[str, list[str] | Callable[[], list[str]]]
    port: int = 0
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    reached: list[tuple[str, int]] = field(default_factory=list)

    def resolve(self, host: str, port: int, seconds: float) -> list[str]:
        if host not in self.names:
            raise OSError("no such name")
        found = self.names[host]
        return found if isinstance(found, list) else found()

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        self.reached.append((address, port))
        return socket.create_connection(("127.0.0.1", self.port), seconds)

    @property
    def network(self) -> Network:
        """Judges addresses as the real one does."""
        return Network(self.resolve, self.connect, lambda: self.context)


@contextlib.contextmanager
def serving(pages: dict[str, Answer], context: ssl.SSLContext | None = None) -> Iterator[Origin]:
    origin = Origin(pages, context)
    try:
        yield origin
    finally:
        origin.close()


def certify(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS for a server called ``name``, and for a client that trusts whoever certified it."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    try:
        called: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        called = x509.DNSName(name)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([called]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{name}.pem", folder / f"{name}.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(public, private)
    return server, ssl.create_default_context(cafile=str(public))


def drip(request: bytes, sock: socket.socket) -> None:
    """A byte every now and then, for ever."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for byte in png() * 10:
        sock.sendall(bytes([byte]))
        time.sleep(0.05)


def drip_headers(request: bytes, sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        sock.sendall(b"a")
        time.sleep(0.05)


def endless_chunks(request: bytes, sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        sock.sendall(b"10000\r\n" + b"\x89" * 0x10000 + b"\r\n")


def endless(request: bytes, sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + png())
    while True:
        sock.sendall(b"\0" * 65536)


def many_headers(request: bytes, sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        sock.sendall(b"X-Bomb: " + b"a" * 60_000 + b"\r\n")


def endless_continue(request: bytes, sock: socket.socket) -> None:
    while True:
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def silence(request: bytes, sock: socket.socket) -> None:
    """Takes the request and never answers."""
    sock.recv(1)
