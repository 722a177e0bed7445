"""A mail server that the tests of alerts send to."""

import email.policy
import socket
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.eventually import eventually


class PostOffice:
    """A port on which nobody says anything until it `opens`; then it notes the mail it takes.

    `refuses`: by recipient the answers that come before it is taken.
    """

    def __init__(self) -> None:
        self.got: list[tuple[str, EmailMessage]] = []
        self.refuses: dict[str, list[str]] = {}
        self._silent = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._silent.getsockname()[1])
        self._controller: Controller | None = None

    def waits_for_it(self) -> bool:
        """Whether somebody has called while it was silent."""
        self._silent.settimeout(20)
        self._caller, _ = self._silent.accept()
        return True

    def open(self) -> None:
        """From now on it answers."""
        self._silent.close()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_RCPT(  # noqa: N802 - the library's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answers := self.refuses.get(address):
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.got += [(address, mail) for address in envelope.rcpt_tos]
        return "250 OK"

    def wait(self, count: int) -> list[tuple[str, EmailMessage]]:
        """The mail, once there is so much."""
        eventually(lambda: len(self.got) >= count, f"{count} are told")
        assert len(self.got) == count
        return self.got

    def close(self) -> None:
        self._silent.close()
        if self._controller is not None:
            self._controller.stop()
