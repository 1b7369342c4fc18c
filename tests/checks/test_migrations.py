from pathlib import Path

from checks.migrations import check, differences
from checks.project import Project
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine

ROOT = Path(__file__).parents[2]


def test_the_projects_own_migrations_fit_its_models():
    report = check(Project(ROOT))
    assert report.problems == []
    assert not report.looked_at.startswith("0 ")


def test_a_model_that_no_migration_makes_is_named():
    migrated, modelled = MetaData(), MetaData()
    Table("bank", migrated, Column("id", Integer, primary_key=True))
    Table("bank", modelled, Column("id", Integer, primary_key=True), Column("name", String(9)))
    Table("content", modelled, Column("id", Integer, primary_key=True))
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        migrated.create_all(connection)
        found = differences(connection, modelled)
        modelled.tables["content"].create(connection)
        assert differences(connection, migrated) != []
    engine.dispose()
    assert len(found) == 2
    assert all(line.startswith("a migration is missing: add_") for line in found)


def test_equal_tables_pass():
    same = MetaData()
    Table("bank", same, Column("id", Integer, primary_key=True))
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        same.create_all(connection)
        assert differences(connection, same) == []
    engine.dispose()
