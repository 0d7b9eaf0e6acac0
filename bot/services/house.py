"""All services of the house, furnished from one world."""

from dataclasses import dataclass, replace

from bot.core.operations import (
    Clone,
    Drill,
    Export,
    Holding,
    Operation,
    Overwrite,
    Restore,
    TakeSnapshot,
    Upload,
    Verification,
)
from bot.core.schedules import Work
from bot.core.vault import Export as Kept
from bot.services.alarms import Alarms
from bot.services.announce import Announcer
from bot.services.arrivals import Arrivals
from bot.services.attention import Attention
from bot.services.backup_files import BackupFiles
from bot.services.cloning import Cloning
from bot.services.decisions import Decisions
from bot.services.deliveries import Deliveries
from bot.services.digests import Digests
from bot.services.drills import Drills
from bot.services.evidence import EvidenceRoom
from bot.services.examination import Examination
from bot.services.exporting import Exporting
from bot.services.exports import Exports
from bot.services.fingerprints import Fingerprints
from bot.services.fleet import Fleet
from bot.services.gate import Gate
from bot.services.hauls import Hauls
from bot.services.home import Home
from bot.services.jobs import Jobs
from bot.services.overwrites import Overwrites
from bot.services.passwords import FirstPasswords
from bot.services.post import PostOffice
from bot.services.proof import Proof
from bot.services.readers import Readers
from bot.services.reaper import Reaper
from bot.services.recheck import Recheck
from bot.services.rehearsals import Rehearsals
from bot.services.reports import Compiler, Reports
from bot.services.restores import Restores
from bot.services.runner import Runner
from bot.services.scheduler import Scheduler
from bot.services.schedules import Schedules
from bot.services.scratch import Scratches
from bot.services.sharing import SharedDirectory
from bot.services.slots import Begin, Slots
from bot.services.snapshots import Snapshots
from bot.services.steps import Perform
from bot.services.steps.clone import CloneSteps
from bot.services.steps.drill import DrillSteps
from bot.services.steps.export import ExportSteps
from bot.services.steps.overwrite import OverwriteSteps
from bot.services.steps.restore import RestoreSteps
from bot.services.steps.snapshot import SnapshotSteps
from bot.services.steps.upload import UploadSteps
from bot.services.steps.vault import HoldingSteps, VerificationSteps
from bot.services.sweep import Sweep
from bot.services.uploads import Uploads
from bot.services.vaults import Vaults
from bot.services.watch import Watch
from bot.services.world import World


@dataclass(frozen=True, kw_only=True)
class House:
    """What handlers and loops call."""

    world: World
    gate: Gate
    fleet: Fleet
    fingerprints: Fingerprints
    proof: Proof
    restores: Restores
    overwrites: Overwrites
    decisions: Decisions
    snapshots: Snapshots
    uploads: Uploads
    vaults: Vaults
    schedules: Schedules
    reports: Reports
    scheduler: Scheduler
    jobs: Jobs
    home: Home
    digests: Digests
    runner: Runner
    announcer: Announcer
    post_office: PostOffice
    sweep: Sweep
    scratches: Scratches
    reaper: Reaper
    cloning: Cloning
    passwords: FirstPasswords
    watch: Watch
    attention: Attention
    exports: Exports
    exporting: Exporting
    deliveries: Deliveries
    hauls: Hauls
    drills: Drills
    rehearsals: Rehearsals
    evidence: EvidenceRoom


def furnish(world: World) -> House:
    """Build every service on one world."""
    gate = Gate(world)
    fleet = Fleet(world)
    jobs = Jobs(world, gate)
    evidence = EvidenceRoom(world, gate)
    announcer = Announcer(world, gate, evidence)
    # Hundreds of operations may look a second time at the same moment.
    shared = replace(world, directory=SharedDirectory(world.directory, world.clock))
    recheck, files = Recheck(shared, Gate(shared)), BackupFiles(world)
    restore_steps = RestoreSteps(world, recheck)
    overwrite_steps = OverwriteSteps(world, recheck)
    snapshot_steps = SnapshotSteps(world)
    snapshots = Snapshots(world, gate, fleet)
    alarms = Alarms(world)
    scratches = Scratches(world)
    restores = Restores(world, gate, fleet)
    passwords = FirstPasswords(world, gate)
    exports = Exports(vault=world.vault, audit=world.audit, clock=world.clock, rules=world.keep)

    async def kept() -> tuple[Kept, ...]:
        return (await exports.contents()).exports if world.vault else ()

    steps: dict[type[Operation], Perform] = {
        Restore: restore_steps.perform,
        Overwrite: overwrite_steps.perform,
        TakeSnapshot: snapshot_steps.perform,
        Clone: CloneSteps(world, recheck, passwords).perform,
    }
    runner = Runner(world, steps)
    hauls = Hauls(world, runner.note)
    arrivals = Arrivals(
        exports=exports,
        operations=world.operations,
        leases=world.leases,
        fingerprints=world.fingerprints,
        new_id=world.new_id,
        record=runner.note,
    )
    deliveries = Deliveries(world, arrivals)
    readers = Readers(world, files)
    steps[Upload] = UploadSteps(world, recheck, files, hauls, runner.note).perform
    steps[Holding] = HoldingSteps(world, exports, recheck).perform
    steps[Verification] = VerificationSteps(world, exports, hauls).perform
    steps[Export] = ExportSteps(world, arrivals, scratches, hauls, runner.note).perform
    exporting = Exporting(world, gate, fleet, exports, scratches, deliveries)
    begin: dict[Work, Begin] = {Work.SNAPSHOT: snapshots.begin, Work.EXPORT: exporting.begin}
    drills = Drills(world, gate, fleet, scratches)
    rehearsals = Rehearsals(world, restores, drills)
    proof = Proof(world)
    examination = Examination(world, proof)
    drill_steps = DrillSteps(world, fleet, scratches, examination, ask=rehearsals.ask)
    steps[Drill] = drill_steps.perform
    if world.scratch.project is not None:
        begin[Work.DRILL] = drills.begin
    slots = Slots(world, fleet, begin)
    scheduler = Scheduler(world, fleet, slots)
    watch = Watch(world, gate, alarms)
    return House(
        world=world,
        gate=gate,
        fleet=fleet,
        fingerprints=Fingerprints(world),
        proof=proof,
        restores=restores,
        overwrites=Overwrites(world, gate, fleet, restores),
        rehearsals=rehearsals,
        decisions=Decisions(world, gate),
        snapshots=snapshots,
        uploads=Uploads(world, gate, fleet, files, readers),
        vaults=Vaults(world, gate, exports),
        schedules=Schedules(world, gate, fleet, scheduler, slots),
        reports=Reports(
            world,
            gate,
            Compiler(
                estate=world.estate,
                clock=world.clock,
                aura=world.aura,
                operations=world.operations,
                audit=world.audit,
                exports=kept,
                watch=world.watch,
                alerts=world.alerts,
                vault=world.vault_url,
                keep=world.keep,
            ),
        ),
        scheduler=scheduler,
        jobs=jobs,
        home=Home(world, gate, fleet, jobs, watch, scheduler),
        digests=Digests(world, watch),
        runner=runner,
        announcer=announcer,
        post_office=PostOffice(world, announcer),
        sweep=Sweep(world, readers),
        scratches=scratches,
        cloning=Cloning(world, gate, fleet),
        passwords=passwords,
        exports=exports,
        exporting=exporting,
        deliveries=deliveries,
        hauls=hauls,
        drills=drills,
        evidence=evidence,
        reaper=Reaper(world),
        watch=watch,
        attention=Attention(world, gate, alarms),
    )
