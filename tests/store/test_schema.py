from sqlalchemy import Engine, text

from hotline.store.database import transaction
from hotline.store.schema import differences, migrate


def test_the_revisions_make_the_tables(database: Engine) -> None:
    with transaction(database) as db:
        assert differences(db) == []


def test_migrating_again_changes_nothing(database: Engine) -> None:
    migrate(database)
    with transaction(database) as db:
        assert differences(db) == []


def test_a_difference_would_be_seen(database: Engine) -> None:
    with transaction(database) as db:
        db.execute(text("ALTER TABLE contact DROP COLUMN seen_at"))
        assert any("seen_at" in difference for difference in differences(db))
