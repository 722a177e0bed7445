"""A vendor's database as tests write it. All data is made up."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connectors.sql import ChildRead, SqlRead, SqlSource

START = datetime(2026, 3, 2, 8, 0, 0)  # noqa: DTZ001  # as the vendor has it


class Database:
    """Dossiers with requests for supplements, written as a vendor's software writes them."""

    def __init__(self, url: str, key: Any = sa.BigInteger) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        # MariaDB's writers would otherwise lock the gaps between keys, and wait for each other.
        level = {} if self.is_sqlite else {"isolation_level": "READ COMMITTED"}
        self.engine = sa.create_engine(url, **level)
        moment: Any = sa.DateTime()
        if self.engine.dialect.name == "mariadb":
            moment = sa.dialects.mysql.DATETIME(fsp=6)
        if self.is_sqlite and key is sa.BigInteger:
            key = sa.Integer
        text = sa.String(100)
        metadata = sa.MetaData()
        self.dossiers = sa.Table(
            "ho_so",
            metadata,
            sa.Column("id", key, primary_key=True, autoincrement=False),
            sa.Column("Mã hồ sơ", text),
            sa.Column("TrangThai", sa.SmallInteger),
            sa.Column("người nộp", text),
            sa.Column("ngay_cap_nhat", moment, index=True),
        )
        self.supplements = sa.Table(
            "ho_so_bo_sung",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("ho_so_id", key, index=True),
            sa.Column("NgayBoSung", moment),
        )
        metadata.create_all(self.engine)

    def close(self) -> None:
        self.engine.dispose()

    def read(self, **changed: Any) -> SqlRead:
        """What a document would say of it."""
        child = ChildRead("BoSung", "ho_so_bo_sung", ("ho_so_id",), ("id",), ("id", "NgayBoSung"))
        read = SqlRead(
            url=self.url, table="ho_so", key=("id",), cursor="ngay_cap_nhat", overlap=60.0,
            keys=10, deletes=True, columns=("Mã hồ sơ", "TrangThai", "ngay_cap_nhat"),
            children=(child,),
        )  # fmt: skip
        return read._replace(**changed)

    def source(self, page: int = 7, **changed: Any) -> SqlSource:
        return SqlSource(self.read(**changed), page=page)

    def put(self, key: Any, state: int, at: datetime | None, code: str = "") -> None:
        """Write a dossier, new or not."""
        values = {
            "Mã hồ sơ": code or f"H29-{key}", "TrangThai": state, "người nộp": "ai đó",
            "ngay_cap_nhat": at,
        }  # fmt: skip
        with self.engine.begin() as connection:
            changed = connection.execute(
                self.dossiers.update().where(self.dossiers.c.id == key).values(values)
            )
            if not changed.rowcount:
                connection.execute(self.dossiers.insert().values(id=key, **values))

    def fill(self, rows: int) -> None:
        """Dossiers 1 … rows, a second apart."""
        with self.engine.begin() as connection:
            connection.execute(
                self.dossiers.insert(),
                [
                    {
                        "id": key, "Mã hồ sơ": f"H29-{key}", "TrangThai": 2,
                        "người nộp": "ai đó", "ngay_cap_nhat": START + timedelta(seconds=key),
                    }
                    for key in range(1, rows + 1)
                ],
            )  # fmt: skip

    def run(self, statement: sa.Executable) -> None:
        with self.engine.begin() as connection:
            connection.execute(statement)

    def supplement(self, key: int, of: Any, at: datetime) -> None:
        """Write a request for a supplement."""
        table = self.supplements
        with self.engine.begin() as connection:
            connection.execute(table.delete().where(table.c.id == key))
            connection.execute(table.insert().values(id=key, ho_so_id=of, NgayBoSung=at))

    def expected(self) -> dict[str, Any]:
        """A fresh read of all that a document names, by plain statements of its own."""
        dossiers, supplements = self.dossiers, self.supplements
        with self.engine.connect() as connection:
            children: dict[Any, list[Any]] = {}
            for it in connection.execute(sa.select(supplements).order_by(supplements.c.id)):
                child = {"id": it.id, "NgayBoSung": _text(it.NgayBoSung, self.is_sqlite)}
                children.setdefault(it.ho_so_id, []).append(child)
            found = {}
            for it in connection.execute(sa.select(dossiers)).mappings():
                found[str(it["id"])] = {
                    "Mã hồ sơ": it["Mã hồ sơ"],
                    "TrangThai": it["TrangThai"],
                    "ngay_cap_nhat": _text(it["ngay_cap_nhat"], self.is_sqlite),
                    "BoSung": children.get(it["id"], []),
                }
        return found


def _text(value: Any, is_sqlite: bool) -> Any:
    """SQLite has no times: SQLAlchemy wrote a text."""
    if is_sqlite and isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    return value
