"""A certificate authority that nobody believes but the browser that a test tells to."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from playwright.async_api import Browser, async_playwright

from server.core import clock
from tests.conftest import CHROMIUM

NAME = "Authority of a test"
A_DAY = timedelta(days=1)


class Authority:
    """Signs for addresses; `home` is where a browser lives that believes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = folder / "authority.pem"
        whole = x509.BasicConstraints(ca=True, path_length=None)
        self._write(self.certificate, NAME, self._key.public_key(), whole)

    def certify(self, address: str) -> tuple[Path, Path]:
        """Write a certificate for an address, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate, kept = (
            self._folder / f"{address}.{end}" for end in ("pem", "key")
        )
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        self._write(certificate, address, key.public_key(), names)
        kept.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return certificate, kept

    def home(self) -> Path:
        """Make a home with the database in which Chromium looks for authorities."""
        program = shutil.which("certutil")
        assert program, "certutil is missing; run: sudo apt-get install libnss3-tools"
        home = self._folder / "home"
        database = home / ".pki/nssdb"
        database.mkdir(parents=True)
        at = (program, "-d", f"sql:{database}")
        believe = ("-A", "-n", NAME, "-t", "C,,", "-i", str(self.certificate))
        for what in (("-N", "--empty-password"), believe):
            subprocess.run((*at, *what), check=True)  # noqa: S603
        return home

    def _write(
        self,
        file: Path,
        name: str,
        key: ec.EllipticCurvePublicKey,
        extension: x509.ExtensionType,
    ) -> None:
        now = clock.now()
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named(NAME))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - A_DAY)
            .not_valid_after(now + A_DAY)
            .add_extension(extension, critical=name == NAME)
            .sign(self._key, SHA256())
        )
        file.write_bytes(certificate.public_bytes(Encoding.PEM))


@asynccontextmanager
async def believing_chromium(authority: Authority) -> AsyncIterator[Browser]:
    """Run the system's Chromium; it still checks the chain, the name and the dates."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=CHROMIUM,
            env={**os.environ, "HOME": str(authority.home())},
        )
        yield browser
        await browser.close()


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
