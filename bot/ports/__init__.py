"""Ports: what the services need of the world, as protocols that adapters fulfil."""

from bot.ports.addresses import Addresses
from bot.ports.aura import Accepted, Aura, Created, SnapshotAccepted
from bot.ports.chat import ChannelFacts, Chat, Directory, Identity, MessageRef
from bot.ports.delivery import Deliveries, Receipt
from bot.ports.drills import LastDrills, Records
from bot.ports.graph import (
    Access,
    Accesses,
    Fingerprints,
    Gauges,
    Gauging,
    Graph,
    GraphDoor,
    MetricsDoor,
    Rows,
)
from bot.ports.imports import FileImports, Files, Readings, Sendings, Source
from bot.ports.leases import Leases
from bot.ports.messages import Budget, Card, Cards, Catalogue, Draft, Drafts, Outbox, Seen
from bot.ports.operations import AuditLog, Meter, Operations, Queue
from bot.ports.passwords import FirstPassword, Passwords
from bot.ports.plans import Cursors, Schedules
from bot.ports.scratch import Ledger, Secrets
from bot.ports.time import Clock, NewId
from bot.ports.vault import Condemned, Vault
from bot.ports.watch import Alerts, Ping, Raised, WatchLog

__all__ = [
    "Accepted",
    "Access",
    "Accesses",
    "Addresses",
    "Alerts",
    "AuditLog",
    "Aura",
    "Budget",
    "Card",
    "Cards",
    "Catalogue",
    "ChannelFacts",
    "Chat",
    "Clock",
    "Condemned",
    "Created",
    "Cursors",
    "Deliveries",
    "Directory",
    "Draft",
    "Drafts",
    "FileImports",
    "Files",
    "Fingerprints",
    "FirstPassword",
    "Gauges",
    "Gauging",
    "Graph",
    "GraphDoor",
    "Identity",
    "LastDrills",
    "Leases",
    "Ledger",
    "MessageRef",
    "Meter",
    "MetricsDoor",
    "NewId",
    "Operations",
    "Outbox",
    "Passwords",
    "Ping",
    "Queue",
    "Raised",
    "Readings",
    "Receipt",
    "Records",
    "Rows",
    "Schedules",
    "Secrets",
    "Seen",
    "Sendings",
    "SnapshotAccepted",
    "Source",
    "Vault",
    "WatchLog",
]
