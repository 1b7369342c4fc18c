import ssl
import subprocess
from pathlib import Path

import pytest

_NAMES = "subjectAltName=DNS:cdn.example.org,DNS:www.example.org,IP:93.184.215.14"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key, for cdn.example.org, www.example.org and 93.184.215.14."""
    folder = tmp_path_factory.mktemp("certificate")
    made = folder / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=test", "-addext", _NAMES]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    made.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return made


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    """For a server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    """For a fetcher that trusts the certificate."""
    return ssl.create_default_context(cafile=certificate)
