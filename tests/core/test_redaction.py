from dataclasses import dataclass

import pytest

from bot.core.redaction import CUT, Redactor


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("token xoxb-12345-abcdef here", f"token {CUT} here"),
        ("xoxe.xoxb-1-abcdefgh", CUT),
        ("xapp-1-A0-123-abcdef", CUT),
        ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl", CUT),
        ("signs with evsec-AAECAwQFBgcICQoLDA0ODw", f"signs with {CUT}"),
        ("Authorization: Bearer abc.def.ghi-123", f"Authorization: Bearer {CUT}"),
        ("{'Authorization': 'Basic Y2xpZW50OnNlY3JldA=='}", f"{{'Authorization': '{CUT}'}}"),
        ("redis://:p4ssw0rd@redis:6379/0", f"redis://:{CUT}@redis:6379/0"),
        ("rediss://user:p4ssw0rd@redis:6379/0", f"rediss://user:{CUT}@redis:6379/0"),
        ("POST https://hooks.slack.com/commands/T1/2/abc failed", f"{CUT} failed"),
        ("GET https://sp.example/fetch/Zm9vYmFy_Zm9vYmFy-Zm9v now", f"/fetch/{CUT} now"),
        ("PUT /bring/Zm9vYmFy_Zm9vYmFy-Zm9v/orders.backup", f"/bring/{CUT}/orders.backup"),
        ("wss://wss.slack.com/link/?ticket=1234-5678&app_id=A1", f"?ticket={CUT}&app_id=A1"),
        ("https://s3/x?X-Amz-Signature=abcdef0123&b=1", f"?X-Amz-Signature={CUT}&b=1"),
        ('{"password": "swordfish", "name": "orders"}', f'"password": "{CUT}", "name": "orders"'),
        ("{'response_url': 'http://127.0.0.1/response/k'}", f"{{'response_url': '{CUT}'}}"),
        ("client_secret=swordfish&grant=x", f"client_secret={CUT}&grant=x"),
    ],
)
def test_whatever_looks_like_a_secret_is_cut_out(text: str, left: str) -> None:
    assert left in Redactor().text(text)


@pytest.mark.parametrize(
    "text",
    [
        "the bot token begins with xoxb- and the app token with xapp-",
        "https://console.neo4j.io/projects/1?tab=instances",
        "restore of orders-prod at 08:15: basic checks passed",
        "redis://redis:6379/0",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert Redactor().text(text) == text


def test_known_secrets_are_cut_out_however_they_are_spelt() -> None:
    redactor = Redactor(['p"ä/ss', "p", 'longer p"ä/ss'])
    spelt = 'p"ä/ss p%22%C3%A4%2Fss p\\"\\u00e4/ss longer p"ä/ss'
    assert redactor.text(spelt) == f"{CUT} {CUT} {CUT} {CUT}"


@dataclass
class Carrier:
    token: str


def test_containers_are_searched_and_objects_are_read_as_they_show_themselves() -> None:
    redactor = Redactor(["swordfish"])
    assert redactor.value(
        {
            "list": ["swordfish", 1, None, True, 1.5],
            "set": {"swordfish"},
            "tuple": ("a swordfish",),
            "Authorization": {"scheme": "x"},
            "swordfish": Carrier("swordfish"),
            "count": 3,
        },
    ) == {
        "list": [CUT, 1, None, True, 1.5],
        "set": [CUT],
        "tuple": [f"a {CUT}"],
        "Authorization": CUT,
        CUT: f"Carrier(token='{CUT}')",
        "count": 3,
    }
