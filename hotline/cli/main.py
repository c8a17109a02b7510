"""The command `hotline`."""

import typer

from hotline.cli import demo, serving

app = typer.Typer(
    name="hotline",
    help="One phone number for a neighbourhood, by text and by call, in Spanish and English.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command()(demo.demo)
app.command()(serving.up)
app.command()(serving.serve)
app.command()(serving.work)

database = typer.Typer(help="The database.", no_args_is_help=True)
database.command("migrate")(serving.database_migrate)
app.add_typer(database, name="database")
