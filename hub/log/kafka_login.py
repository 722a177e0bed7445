"""The first knock at Kafka's door: what is wrong with the settings is told at once, by their names.

Its clients try a login that was refused again and again, and in the end say only that they could
not get in.
"""

import asyncio
import ssl
import time
from contextlib import closing

from hub.log.kafka_access import KafkaAccess
from hub.log.port import LogUnavailableError

_AGAIN = 0.5
"""Seconds between two rounds at servers that do not answer (yet)."""

_ONE = 10.0
"""Seconds for one server at most: another may be quicker."""


def check_login(access: KafkaAccess, timeout: float = 30.0) -> None:
    """Wait until one of the servers answers us.

    Raises `LogUnavailableError`: at once where one does not let us in or is not to be believed,
    after `timeout` seconds where none answers.
    """
    # not asyncio.run: it would leave Faust without the loop that it looks for
    with closing(asyncio.new_event_loop()) as loop:
        loop.run_until_complete(_knock_until(access, time.monotonic() + timeout))


async def _knock_until(access: KafkaAccess, limit: float) -> None:
    while True:
        for server in access.servers:
            try:
                await _knock(access, server, min(_ONE, max(1.0, limit - time.monotonic())))
                return
            except (OSError, EOFError) as error:
                reason = f"{server}: {_no_answer(error)}"
        if time.monotonic() > limit:
            raise LogUnavailableError(f"no Kafka server answers, {reason}")
        await asyncio.sleep(_AGAIN)


async def _knock(access: KafkaAccess, server: str, seconds: float) -> None:
    from aiokafka.conn import create_conn
    from aiokafka.errors import KafkaConnectionError, KafkaError
    from aiokafka.protocol.metadata import MetadataRequest

    host, _, port = server.rpartition(":")
    try:
        connection = await create_conn(
            host.strip("[]"), int(port), request_timeout_ms=int(seconds * 1000), **access.login()
        )
        try:  # who must log in and did not is sent away at the first question only
            await connection.send(MetadataRequest([]))
        finally:
            connection.close()
    except ssl.SSLCertVerificationError as error:
        raise LogUnavailableError(
            f"the certificate of {server} is not to be believed ({error.verify_message}); name the "
            "file of the authority that signed it in HUB_KAFKA_CA_FILE, and in HUB_LOG the server "
            "as the certificate does"
        ) from error
    except KafkaConnectionError as error:
        raise EOFError from error
    except KafkaError as error:
        raise LogUnavailableError(
            f"{server} refuses the login ({type(error).__name__}); correct HUB_KAFKA_USER, "
            "HUB_KAFKA_PASSWORD_FILE or HUB_KAFKA_SASL"
        ) from error


def _no_answer(error: Exception) -> str:
    if isinstance(error, EOFError | ConnectionResetError | ssl.SSLError):
        return (
            "it ends the connection; see whether HUB_KAFKA_TLS and HUB_KAFKA_SASL are what it asks "
            "for at this port"
        )
    return f"{str(error) or type(error).__name__}; see whether it runs, and HUB_LOG"
