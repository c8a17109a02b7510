"""`hotline fallback export`: what the carrier says for us on the day this server is gone."""

from pathlib import Path

import typer

from hotline.bootstrap import fault_documents
from hotline.cli.console import Refusal, out, sentences, settings_or_stop
from hotline.cli.words import say
from hotline.flow.load import load_flow
from hotline.flow.network import load_network

fallback = typer.Typer(help=say("Answers for the day this server is gone."), no_args_is_help=True)

# The text `fault` has the rights essentials and the backup number; `core` offers words and keys that
# nobody would answer then.


@fallback.command("export", help=say("Write static answers in both languages, to host at the carrier."))
def export_command(folder: Path) -> None:
    settings = settings_or_stop()
    with sentences():
        documents = fault_documents(
            load_flow(settings.flows_dir), load_network(settings.network_file), settings
        )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "sms.xml").write_text(documents.sms, encoding="utf-8")
            (folder / "voice.xml").write_text(documents.voice, encoding="utf-8")
        except OSError as fault:
            raise Refusal(
                say("The folder {FOLDER} cannot be written: {WHY}.", FOLDER=folder, WHY=fault.strerror)
            ) from None
    out.print(say("Written: {FILE}.", FILE=f"{folder / 'sms.xml'}, {folder / 'voice.xml'}"))
    out.print(say("Host both as TwiML Bins and set them as the fallback addresses of your number."))


@fallback.callback()
def _group() -> None:
    """Keep `export` a command of its own."""
