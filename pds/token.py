"""The access token with which all workers ask PDS (signed JWT, application-restricted).

One token serves every worker: it is kept in Valkey, encrypted, and fetched by one of
them at a time. It is renewed a minute before it ends. Losing it loses nothing: the
next request fetches another.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import httpx
import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from redis import asyncio as redis
from redis.exceptions import LockError, RedisError

from mavis.pds_access import Access
from pds.assertion import assertion

log = structlog.get_logger()

# Seconds before its end at which a token is renewed.
EARLY = 60
# A worker that dies while it fetches a token keeps the others waiting for so long.
LOCK_SECONDS = 15
# Seconds for which the token service is left alone when it has given none.
LEFT_ALONE = 1
# Seconds before its end from which a token is not sent: it may be late on its way.
SPENT = 5
TIMEOUT = httpx.Timeout(10, connect=5)
# A clock that is more than this wrong will have what we sign refused.
CLOCK_SECONDS = 10


class NoToken(Exception):
    """There is no token to be had now.

    :param refused_status: the status with which it was refused; None if the token
        service, or Valkey, did not answer
    """

    def __init__(self, refused_status: int | None = None) -> None:
        super().__init__(f"refused with {refused_status}" if refused_status else "")
        self.refused_status = refused_status


@dataclass(frozen=True, slots=True)
class Token:
    """A token and its life, in seconds since 1970."""

    value: str = field(repr=False)
    fetched_at: float
    ends_at: float


class Tokens(Protocol):
    async def current(self) -> Token | None:
        """Return the token to send; None where none is needed.

        :raises NoToken: there is none to be had now
        """

    async def renewed(self, rejected: Token) -> Token:
        """Return another token than one that PDS has just rejected.

        :raises NoToken: there is none to be had now
        """

    async def close(self) -> None:
        """Let go of what is shared."""


class Anonymous:
    """No token at all: for a simulator that asks for none."""

    async def current(self) -> Token | None:
        return None

    async def renewed(self, rejected: Token) -> Token:
        raise NoToken(401)

    async def close(self) -> None:
        return


class SharedTokens:
    """The one token of an application, by way of Valkey.

    :param transport: instead of the network, in tests
    :param now: seconds since 1970
    """

    def __init__(
        self,
        access: Access,
        *,
        redis_url: str,
        fernet_keys: Sequence[str],
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._access = access
        self._redis = redis.Redis.from_url(
            redis_url, socket_timeout=5, socket_connect_timeout=5
        )
        self._fernet = MultiFernet([Fernet(key) for key in fernet_keys])
        self._key = key_of(access)
        self._now = now
        self._held: Token | None = None
        self._refusal: tuple[float, NoToken] | None = None
        # Of the requests of this process, one alone goes as far as Valkey.
        self._one_at_a_time = asyncio.Lock()
        self._http = httpx.AsyncClient(
            timeout=TIMEOUT, transport=transport, trust_env=False
        )

    async def current(self) -> Token:
        if (held := self._held) and not self._is_late(held):
            return held
        async with self._one_at_a_time:
            if (held := self._held) and not self._is_late(held):
                return held
            try:
                return await self._other_than(None)
            except NoToken:
                # It was early: there is time to try again.
                if held and self._now() < held.ends_at - SPENT:
                    return held
                raise

    async def renewed(self, rejected: Token) -> Token:
        async with self._one_at_a_time:
            if (held := self._held) and held.value != rejected.value:
                return held
            self._held = None
            return await self._other_than(rejected)

    async def _other_than(self, rejected: Token | None) -> Token:
        """Return the token that is shared, or fetch one if it will not do."""
        if self._refusal and self._now() < self._refusal[0] + LEFT_ALONE:
            raise self._refusal[1]
        try:
            self._held = await self._shared_or_fetched(rejected)
        except (RedisError, LockError, NoToken) as error:
            refusal = error if isinstance(error, NoToken) else NoToken()
            self._refusal = (self._now(), refusal)
            raise refusal from None
        return self._held

    async def _shared_or_fetched(self, rejected: Token | None) -> Token:
        if shared := self._if_good(await self._read(), rejected):
            return shared
        fetching = self._redis.lock(
            f"{self._key}:fetching", timeout=LOCK_SECONDS, blocking_timeout=LOCK_SECONDS
        )
        async with fetching:
            # Whoever had the lock before us has probably fetched one.
            if shared := self._if_good(await self._read(), rejected):
                return shared
            fetched = await self._fetch()
            await self._share(fetched)
            return fetched

    def _if_good(self, shared: Token | None, rejected: Token | None) -> Token | None:
        if shared is None or self._is_late(shared):
            return None
        return None if rejected and shared.value == rejected.value else shared

    def _is_late(self, token: Token) -> bool:
        # A token of a short life is used for half of it.
        early = min(EARLY, (token.ends_at - token.fetched_at) / 2)
        return self._now() >= token.ends_at - early

    async def _read(self) -> Token | None:
        sealed = await self._redis.hget(self._key, "sealed")
        if sealed is None:
            return None
        try:
            return Token(**json.loads(self._fernet.decrypt(sealed)))
        except InvalidToken:
            return None  # of a key that is no longer ours

    async def _share(self, token: Token) -> None:
        said = {
            "value": token.value,
            "fetched_at": token.fetched_at,
            "ends_at": token.ends_at,
        }
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(
                self._key,
                mapping={
                    "sealed": self._fernet.encrypt(json.dumps(said).encode()),
                    # For whoever looks after the service; neither is a secret.
                    "fetched_at": token.fetched_at,
                    "ends_at": token.ends_at,
                },
            )
            pipe.expire(self._key, max(1, round(token.ends_at - self._now())))
            await pipe.execute()

    async def _fetch(self) -> Token:
        """Fetch a token, once.

        :raises NoToken: it is refused, or does not come
        """
        at = self._now()
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": (
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            ),
            "client_assertion": assertion(self._access, at=at),
        }
        try:
            async with asyncio.timeout(LOCK_SECONDS - 3):
                response = await self._http.post(self._access.token_url, data=form)
        except (httpx.HTTPError, TimeoutError) as error:
            log.warning("pds.token_service_is_out", fault=type(error).__name__)
            # Without its cause, which holds what was sent.
            raise NoToken from None
        self._check_clock(response)
        token = _token(response, at)
        if token is None:
            refused = response.status_code in {400, 401, 403}
            log.error("pds.no_token", status=response.status_code, refused=refused)
            raise NoToken(response.status_code if refused else None)
        log.info("pds.token_fetched", seconds=round(token.ends_at - at))
        return token

    def _check_clock(self, response: httpx.Response) -> None:
        try:
            theirs = parsedate_to_datetime(response.headers.get("Date", ""))
        except ValueError:
            return
        ours = datetime.fromtimestamp(self._now(), UTC)
        seconds = (ours - theirs.astimezone(UTC)).total_seconds()
        if abs(seconds) > CLOCK_SECONDS:
            log.error("pds.clock_is_wrong", seconds=round(seconds))

    async def close(self) -> None:
        await self._http.aclose()
        await self._redis.aclose()


def tokens(
    access: Access | None,
    *,
    redis_url: str,
    fernet_keys: Sequence[str],
    transport: httpx.AsyncBaseTransport | None = None,
) -> Tokens:
    """Return where requests have their token from; without access they need none."""
    if access is None:
        return Anonymous()
    return SharedTokens(
        access, redis_url=redis_url, fernet_keys=fernet_keys, transport=transport
    )


def key_of(access: Access) -> str:
    """Return the key in Valkey under which the token of an application is shared."""
    said = f"{access.token_url} {access.api_key} {access.key_id}"
    return f"pds:token:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _token(response: httpx.Response, at: float) -> Token | None:
    """Return the token in an answer, or None if there is none."""
    if response.status_code != 200:
        return None
    try:
        said: Any = response.json()
        # As a string: "599".
        seconds = float(said["expires_in"])
        value = said["access_token"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(value, str) or not value.isascii() or not 0 < seconds < 86400:
        return None
    return Token(value=value, fetched_at=at, ends_at=at + seconds)
