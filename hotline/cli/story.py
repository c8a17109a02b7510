"""`hotline story`: the demo that runs on this machine tells its story, in the terminal and on its pages."""

import time
from typing import Annotated

import typer

from hotline.bootstrap import open_line
from hotline.channels.pretend_phones import PretendPhones
from hotline.cli.console import Refusal, out, sentences
from hotline.cli.words import say
from hotline.operations import demo_story
from hotline.operations.demo_story import FAILED, PACE_S, SCENES, Stage, Story, StoryRefused
from hotline.settings import environment, read_settings


def story_command(
    pace: Annotated[float, typer.Option(help=say("seconds between two scenes"))] = PACE_S,
    phones: Annotated[str, typer.Option(help=say("address of the pretend phones"))] = "",
) -> None:
    with sentences():
        settings = read_settings(environment())
        with open_line(settings, connections=2) as line:
            try:
                story = demo_story.begin(line, line.clock())
            except StoryRefused:
                raise Refusal(say("It is being told already, or this is no demo.")) from None
            stage = Stage(line, PretendPhones(phones or settings.api_base_url), time.sleep, pace)
            try:
                demo_story.tell(stage, story, _show)
            except Exception as fault:
                raise Refusal(f"{say(FAILED)} ({type(fault).__name__})") from None


def _show(story: Story) -> None:
    if story.state == "playing":
        words = demo_story.said_of(story, story.scene, say)
        out.print(f"{story.scene + 1}/{len(SCENES)}  {words}", highlight=False)
    elif story.state == "over":
        out.print(say("The story is told. It can be played again."))
