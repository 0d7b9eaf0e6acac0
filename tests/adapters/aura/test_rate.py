"""The whole client on a real Valkey against an Aura that counts: nobody is ever turned away."""

from pydantic import SecretStr
from redis.asyncio import Redis

from bot.adapters.aura.auth import Credential
from bot.adapters.aura.bucket import Buckets
from bot.adapters.aura.client import AuraClient
from bot.core.base import InstanceId
from sandbox.aura.double import AuraDouble
from sandbox.aura.fleet import CLIENT_ID, CLIENT_SECRET, ORDERS_PROD
from tests.adapters.aura.stage import Ledger, MovingClock


async def test_two_replicas_stay_below_the_limit_that_aura_counts(
    redis: Redis, clock: MovingClock
) -> None:
    credential = Credential(
        name="main", client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET), per_minute=25
    )

    def replica(url: str) -> AuraClient:
        return AuraClient(
            [credential],
            url=url,
            clock=clock,
            allowance=Buckets(redis, clock=clock),
            consume=Ledger(),
        )

    async with (
        AuraDouble(now=clock.now, requests_per_minute=25) as double,
        replica(double.url) as one,
        replica(double.url) as two,
    ):
        for turn in range(80):
            client = (one, two)[turn % 2]
            await client.instance(InstanceId(ORDERS_PROD), background=turn % 3 == 0)
            clock.pass_by(0.25)
        statuses = [call.status for call in double.calls if call.method == "GET"]
    assert statuses == [200] * 80
    assert clock.monotonic() > 120  # 80 calls do not fit into two minutes
