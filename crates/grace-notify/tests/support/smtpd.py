"""smtpd.py tls|starttls: a mail server on loopback that wants TLS and a password.

Prints `READY port`. Each mail is parsed by Python's own parser and written to mail.N in the working folder:
its headers and its parts, decoded. The authority to trust is in ca.pem.
"""
import asyncio
import datetime
import email
import email.policy
import ipaddress
import ssl
import sys

try:
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
except ImportError as error:
    print("MISSING", error, flush=True)
    sys.exit()


def certificate():
    def build(subject, issuer, public, signer, is_ca):
        now = datetime.datetime.now(datetime.timezone.utc)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.SubjectAlternativeName(names), False)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), True)
            .sign(signer, hashes.SHA256())
        )

    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca = build(name("test authority"), name("test authority"), ca_key, ca_key, True)
    leaf = build(name("localhost"), name("test authority"), key, ca_key, False)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for path, content in [
        ("ca.pem", ca.public_bytes(pem)),
        ("leaf.pem", leaf.public_bytes(pem)),
        ("key.pem", private),
    ]:
        with open(path, "wb") as file:
            file.write(content)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("leaf.pem", "key.pem")
    return context


class Handler:
    count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with open(f"mail.{self.count}", "w", encoding="utf-8") as file:
            secure = server.transport.get_extra_info("sslcontext") is not None
            file.write(f"over TLS: {secure}\n")
            file.write(f"authenticated: {session.authenticated}\n")
            for header, value in mail.items():
                file.write(f"{header}: {value}\n")
            for part in mail.walk():
                if not part.is_multipart():
                    file.write(f"{part.get_content_type()} {part.get_content_charset()}\n")
                    file.write(part.get_content().replace("\r\n", "\n"))
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    known = isinstance(data, LoginPassword) and data.login == b"user"
    ok = known and data.password == b"p4ss-w0rd-of-the-user"
    return AuthResult(success=ok, handled=ok)


async def main():
    context = certificate()
    options = {"authenticator": authenticate, "auth_required": True, "hostname": "localhost"}
    listen = None
    if sys.argv[1] == "tls":
        options |= {"auth_require_tls": False}
        listen = context
    else:
        options |= {"tls_context": context, "require_starttls": True}
    handler = Handler()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, loop=loop, **options), "127.0.0.1", 0, ssl=listen
    )
    print("READY", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
