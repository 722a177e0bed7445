"""One connection in time: what takes too long ends.

Nobody without a key may hold the hub up: the head of a request has its time, a body must go on
coming, an answer must be taken.
"""

from hub.server.protocol import HttpProtocol, Part
from hub.server.refusals import STOPPING, TOO_SLOW

HEAD_SECONDS = 5.0
"""From a connection to a request's whole head, and from the head's first byte to its last."""
BODY_SECONDS = 10.0
"""Without a byte of a body that is not whole."""
_BODY_GRACE, _BODY_RATE = 30.0, 500
"""Seconds after which a body must have come at so many bytes a second since the head."""
TAKE_SECONDS = 30.0
"""In which an answer's reader takes nothing."""
LINGER_SECONDS = 5.0
"""In which what still comes after an answer is read and dropped."""
_STOP_GRACE, _STOP_LAST = 1.0, 1.5
"""Seconds for bodies that are coming and answers that are being taken when the server is asked to
stop: then they are told so, or the connection is broken."""


class Connection(HttpProtocol):
    """Takes requests one after the other; is looked at by `Edge`."""

    _unsent, _taken_at = 0, 0.0

    def look(self) -> None:
        """End what takes too long."""
        now = self.edge.clock
        waited = now - self.since
        if self._is_stuck():
            self.break_off()
        elif self.transport.is_closing() or self.flow.read_paused:
            return  # what was said goes out; or it is the hub that does not read
        elif self.refused and not self.is_busy:
            if waited > LINGER_SECONDS:
                self.break_off()
        elif self.part is Part.BODY:
            self._look_at_body(now, waited)
        elif self.is_busy:
            return
        elif waited > HEAD_SECONDS:
            if self.part is Part.HEAD:
                self.refuse(TOO_SLOW)
            else:
                self.transport.close()

    def _is_stuck(self) -> bool:
        """Whether what is sent has not been taken for long."""
        unsent, self._unsent = self._unsent, self.transport.get_write_buffer_size()
        if self._unsent == 0 or self._unsent != unsent:
            self._taken_at = self.edge.clock
        return self.edge.clock - self._taken_at > TAKE_SECONDS

    def _look_at_body(self, now: float, waited: float) -> None:
        if not self.is_busy:  # it was answered before it was whole
            if waited > LINGER_SECONDS:
                self.break_off()
        elif self.running is self.cycle and not self.cycle.waiting_for_100_continue:
            too_few = waited > _BODY_GRACE + self.body_bytes / _BODY_RATE
            if too_few or now - self.last_piece > BODY_SECONDS:
                self.refuse(TOO_SLOW)

    def shutdown(self) -> None:
        """The server stops; called again and again until the connection is closed."""
        asked = self.loop.time() - (self.edge.stopping or self.loop.time())
        is_busy = self.is_busy and not self.flow.write_paused
        if asked > _STOP_LAST and not is_busy:
            self.break_off()
        elif asked > _STOP_GRACE and self.part is Part.BODY:
            self.refuse(STOPPING)
        elif self.running is not None and self.is_busy:
            self.running.keep_alive = False
        elif not self.refused:
            self.transport.close()
