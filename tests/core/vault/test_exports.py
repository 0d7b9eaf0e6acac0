from datetime import timedelta

import pytest
from pydantic import ValidationError

from bot.core.vault import Check, Debris, Digests, Encryption, UnknownExport, find
from tests.core.vault.samples import DIGESTS, NOW, export


def test_an_export_is_found_by_id_by_name_and_by_file_name() -> None:
    one, other = export(), export(taken=NOW - timedelta(days=1))
    for wanted in (one.id, one.id.upper(), one.name, one.name.split("/")[-1], f" {one.id} "):
        assert find(wanted, [one, other]) == one


def test_an_unknown_export_is_refused_with_a_hint() -> None:
    with pytest.raises(UnknownExport, match="no export “exp-1”"):
        find("exp-1", [export()])


def test_a_file_name_that_two_environments_share_is_refused_with_both_ids() -> None:
    both = [export(), export(environment="staging")]
    with pytest.raises(UnknownExport, match="2 exports") as refused:
        find(both[0].name.split("/")[-1], both)
    assert refused.value.hint is not None
    assert all(e.id in refused.value.hint for e in both)


def test_an_export_is_sound_until_a_check_says_otherwise() -> None:
    whole = export()
    assert whole.sound
    assert whole.verified_at == whole.manifest.reread_at
    later = Check(at=NOW + timedelta(days=9), sound=True)
    assert whole.model_copy(update={"check": later}).verified_at == later.at
    assert not export(sound=False).sound
    assert not export(present=False).sound


def test_the_size_of_the_file_itself_is_known_through_encryption() -> None:
    plain = Digests(size=5, sha256="1" * 64, crc32="11111111")
    seal = Encryption(recipients=("age1x",), plain=plain)
    manifest = export().manifest
    assert manifest.plain == DIGESTS
    assert manifest.model_copy(update={"encryption": seal}).plain == plain


def test_only_what_we_claimed_is_ever_abandoned_and_only_after_a_day() -> None:
    ours = Debris(name="x", size=1, since=NOW, claimed=True, why="")
    theirs = ours.model_copy(update={"claimed": False})
    assert not ours.abandoned(NOW + timedelta(days=1))
    assert ours.abandoned(NOW + timedelta(days=1, seconds=1))
    assert not theirs.abandoned(NOW + timedelta(days=999))


def test_a_digest_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError):
        Digests(size=1, sha256="abc", crc32="0")
