"""The store: Redis 6.2 or newer, or Valkey; embedded or shared by replicas.

Rules
  * Whatever must happen together happens in one Lua script, on the server's own clock.
  * A script that changes something carries a token of its call, so that redis-py may send it again
    after a lost answer without doing it twice or taking its own work for somebody else's.
  * Every failure of the store becomes StoreUnavailable.
  * Each key has an end (a TTL) or an owner that keeps it. This table is checked by a test:

==============================  ========  ========================================
key                             type      kept
==============================  ========  ========================================
``sp:op:<id>:open``             hash      owner: the operation, while it is open
``sp:op:<id>:final``            hash      ttl: 400 days from its end
``sp:ops:open``                 hash      owner: the open operations
``sp:ops:recent``               zset      owner: the operations of 400 days
``sp:lease:<held>``             hash      owner: the operation that holds it
``sp:long:<name>``             string    ttl: a minute, prolonged while it lives
``sp:fence:<instance>``         string    owner: the instance, for ever
``sp:audit``                    stream    owner: the auditor, for ever
``sp:audit:head``               hash      owner: the auditor, for ever
``sp:card:<operation>``         string    ttl: 400 days from the last change
``sp:draft:<id>``               string    ttl: 1 hour
``sp:catalogue:<instance>``     hash      ttl: 400 days from the last note
``sp:address:<digest>``         string    ttl: as the caller says
``sp:schedules``                hash      owner: whoever added them
``sp:schedules:pauses``         hash      owner: whoever paused them
``sp:schedules:cursors``        hash      owner: the schedules
``sp:fingerprints:<instance>``  zset      ttl: 400 days from the newest
``sp:watch:sightings``          hash      owner: the instances that are watched
``sp:watch:copies``             hash      owner: the instances that are watched
``sp:watch:proofs``             hash      owner: the instances that are watched
``sp:watch:outcomes``           hash      owner: the schedules and their instances
``sp:watch:outcomes:at``        hash      owner: the schedules and their instances
``sp:watch:witnesses``          hash      owner: the watch, until they are forgotten
``sp:watch:bearings``           string    owner: the watch
``sp:watch:heard``              hash      owner: the loops, one field each
``sp:watch:vitals``             string    owner: the watch
``sp:alerts``                   hash      owner: the open alerts, and those of the last hour
``sp:alerts:past``              zset      ttl: 400 days from the last end
``sp:seen:<key>``               string    ttl: as the caller says
``sp:permit:<operation>``       string    ttl: 400 days
``sp:scratch``                  hash      owner: the scratch instances that live
``sp:scratch:<name>``           string    ttl: 400 days from when it had gone
``sp:secret:<key>``             string    ttl: as the caller says
``sp:budget:<name>``            zset      ttl: one window
``sp:outbox:<name>``            zset      owner: the operations that are behind
``sp:outbox:<name>:taken``      zset      owner: the operations that are behind
``sp:drill:<instance>``         hash      ttl: 400 days from the last drill
``sp:evidence:<operation>``     string    ttl: 400 days
``sp:readings``                 hash      owner: whoever reads, then the sweep
``sp:sending:<operation>``      string    ttl: 7 days
==============================  ========  ========================================

(An operation has one key, ``sp:op:<id>``; the table's last word only tells its two ages apart.)
"""

from bot.adapters.redis.addresses import RedisAddresses
from bot.adapters.redis.alerts import RedisAlerts
from bot.adapters.redis.audit import RedisAuditLog
from bot.adapters.redis.budget import RedisBudget
from bot.adapters.redis.cards import RedisCards, RedisDrafts
from bot.adapters.redis.catalogue import RedisCatalogue
from bot.adapters.redis.connection import connect
from bot.adapters.redis.drills import RedisLastDrills, RedisRecords
from bot.adapters.redis.fingerprints import RedisFingerprints
from bot.adapters.redis.leases import RedisLeases
from bot.adapters.redis.ledger import RedisLedger
from bot.adapters.redis.once import RedisPermits, RedisSeen
from bot.adapters.redis.operations import RedisOperations
from bot.adapters.redis.outbox import RedisOutbox
from bot.adapters.redis.persistence import Weakness, durability
from bot.adapters.redis.schedules import RedisSchedules
from bot.adapters.redis.secrets import RedisSecrets
from bot.adapters.redis.sendings import RedisReadings, RedisSendings
from bot.adapters.redis.watch import RedisWatchLog

__all__ = [
    "RedisAddresses",
    "RedisAlerts",
    "RedisAuditLog",
    "RedisBudget",
    "RedisCards",
    "RedisCatalogue",
    "RedisDrafts",
    "RedisFingerprints",
    "RedisLastDrills",
    "RedisLeases",
    "RedisLedger",
    "RedisOperations",
    "RedisOutbox",
    "RedisPermits",
    "RedisReadings",
    "RedisRecords",
    "RedisSchedules",
    "RedisSecrets",
    "RedisSeen",
    "RedisSendings",
    "RedisWatchLog",
    "Weakness",
    "connect",
    "durability",
]
