"""Looking into the graphs of the stage's Aura, and writing into them as an application does."""

from pathlib import Path

import httpx

from bot.config import load
from bot.ports import Accesses
from sandbox.aura import fleet as aura
from sandbox.town import configuration, looking_in
from tests.stories.harness import Story


def look_in(story: Story, folder: Path) -> None:
    """Let the bot of a story look into the graphs, and run the sandbox's checks."""
    tables, variables = looking_in(story.aura.url)
    file = folder / "looking.toml"
    file.write_text(configuration(speed=1.0) + tables)
    given = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "AURA_CLIENT_ID": "x"}
    settings = load(
        {**given, **variables, "AURA_CLIENT_SECRET": "x", "SAVEPOINT_CONFIG": str(file)}
    )
    story.change_world(accesses=settings.accesses, checks=settings.checks)


def look_away(story: Story) -> None:
    """Let the bot look into no graph any more."""
    story.change_world(accesses=Accesses())


def write(story: Story, cypher: str, instance: str = aura.ORDERS_PROD) -> None:
    """Run a statement as the application."""
    answer = httpx.post(
        f"{story.aura.url}/databases/{instance}/db/neo4j/query/v2",
        json={"statement": cypher},
        auth=("neo4j", aura.database_password(instance, "neo4j")),
        timeout=300,  # a busy machine takes its time to write thousands of nodes
    )
    assert answer.status_code == 202, answer.text
