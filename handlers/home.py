"""The Home tab."""

from bot.core.board import Place, number
from bot.core.errors import BadCommand
from handlers.edge import Context
from handlers.payloads import Click


async def shown(ctx: Context, place: str) -> None:
    """Show the Home tab to this person, at the place that it was left at."""
    await ctx.house.home.publish(ctx.person, Place.read(place))


async def turn_page(ctx: Context, click: Click) -> None:
    """Show another page of the instances."""
    page = number(click.value)
    if page is None:
        raise BadCommand("there is no such page", hint="Open the Home tab again.")
    here = Place.read(click.metadata)
    await ctx.house.home.publish(ctx.person, here.model_copy(update={"page": page}))


async def choose(ctx: Context, click: Click) -> None:
    """Show another part of the instances, from its beginning."""
    await ctx.house.home.publish(ctx.person, Place(part=click.value))
