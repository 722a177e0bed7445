"""How many files and sockets the process may have open, and what of them is for connections."""

import logging
import resource

logger = logging.getLogger(__name__)

_FOR_ALL_ELSE = 1024
"""Descriptors kept for the engine, the log, the registry and what they need for a moment. chDB
never answers again once it could not open a file."""

_FOR_ENGINE = 384
"""Of a low limit up to three quarters: chDB holds three descriptors for each of its threads, over a
hundred in a hub that does little, and more where the machine is busy."""

_MOST = 20_000
"""Connections at most, however high the limit: each costs memory."""


def raise_limit() -> None:
    """Let the process have open what the system lets it have: the soft limit is often 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):  # some systems call it unlimited and then refuse it
            hard = soft
    if hard != resource.RLIM_INFINITY and hard < _FOR_ALL_ELSE:
        logger.warning(
            "the system lets this process open %d files only, the hub wants %d or more: "
            "raise the limit (ulimit -Hn, LimitNOFILE of systemd)", hard, _FOR_ALL_ELSE,
        )  # fmt: skip


def most_connections() -> int:
    """How many connections may be open at once; the rest of the descriptors is the hub's own."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MOST
    kept = max(min(soft // 2, _FOR_ALL_ELSE), min(soft * 3 // 4, _FOR_ENGINE))
    return max(1, min(_MOST, soft - kept))
