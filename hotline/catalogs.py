"""Staff sentences in their languages, from the Babel catalogs in `locales/`: one file for each room."""

from collections.abc import Callable
from pathlib import Path

from babel.messages.pofile import read_po

from hotline.domain.language import LANGUAGES, Language


def sentence(words: str) -> str:
    """Mark a sentence that is said later, from a table: the catalogs must hold it."""
    return words


def load_catalogs(folder: Path) -> Callable[[Language, str], str]:
    """A function that gives an English sentence in a language; a sentence without one stays English."""
    sentences = {language: _read(folder, language) for language in LANGUAGES}

    def say(language: Language, sentence: str) -> str:
        return sentences[language].get(sentence, sentence)

    return say


def _read(folder: Path, language: Language) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((folder / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
        found |= {
            str(message.id): str(message.string) for message in catalog if message.id and message.string
        }
    return found
