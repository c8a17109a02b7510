"""What every table is made of: the catalogue, the ids, the times."""

from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData, Sequence

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# A turn takes a block of ten ids: its own message and up to nine answers, in one round trip.
MESSAGE_BLOCK = 10
message_ids = Sequence("message_id_seq", increment=MESSAGE_BLOCK, metadata=metadata)


def row_id() -> Column[int]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def at(name: str, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)
