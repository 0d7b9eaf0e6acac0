"""The Home tab."""

from bot.core.errors import BadCommand
from handlers.edge import Context
from handlers.payloads import Click


async def opened(ctx: Context) -> None:
    """Show the Home tab to the person who opened it."""
    await ctx.house.home.publish(ctx.person)


async def turn_page(ctx: Context, click: Click) -> None:
    """Show another page of the instances."""
    if not click.value.isdecimal():
        raise BadCommand("there is no such page", hint="Open the Home tab again.")
    await ctx.house.home.publish(ctx.person, page=int(click.value))
