# What contributors run. `just` alone lists it.

python := ".venv/bin/python"
bin := ".venv/bin"

_default:
    @just --list

# Rules, actions, pages and structure: under a minute.
test *ARGS:
    {{ python }} -m pytest -n 2 --dist loadgroup --ignore tests/journeys {{ ARGS }}

# Whole lives in a browser, and sign-in against an independent provider.
journeys *ARGS:
    {{ python }} -m pytest tests/journeys {{ ARGS }}

# Everything that must hold before a change lands.
check: lint test journeys

# Format, lint, types, floors, migrations, packs.
lint:
    {{ bin }}/ruff format --check motcua tests benchmarks build_backend
    {{ bin }}/ruff check motcua tests benchmarks build_backend
    {{ bin }}/mypy
    {{ bin }}/lint-imports
    {{ bin }}/squawk motcua/db/migrations/*.sql
    {{ bin }}/motcua pack check packs/hanoi
    {{ bin }}/motcua pack check packs/sample

# Put the house in order.
format:
    {{ bin }}/ruff format motcua tests benchmarks build_backend
    {{ bin }}/ruff check --fix motcua tests benchmarks build_backend

# The longest functions and files, to be mended by meaning.
look:
    @{{ python }} tests/structure/look.py

# Pin again after a change in pyproject.toml.
lock:
    {{ bin }}/uv pip compile pyproject.toml --generate-hashes --python-version 3.11 --universal -q --no-header --no-annotate -o requirements/run.lock
    {{ bin }}/uv pip compile pyproject.toml --extra dev --generate-hashes --python-version 3.11 --universal -q --no-header --no-annotate -o requirements/dev.lock

# What the platform is made of, as CycloneDX JSON from the lock files.
sbom FILE="sbom.cdx.json":
    {{ python }} build_backend/sbom.py {{ FILE }}

# Every route as everybody: writes the table of who may do what anew, to be read before it is kept.
access:
    MOTCUA_ACCESS_TABLE=write {{ python }} -m pytest tests/structure/test_access.py

# The empty files of a new room.
new-room NAME:
    @mkdir -p motcua/{{ NAME }}/html tests/{{ NAME }}
    @touch motcua/{{ NAME }}/{__init__,model,rules,queries,actions,pages,api,jobs}.py motcua/{{ NAME }}/{tables,queries}.sql
    @echo "now: .importlinter (floors, rooms), motcua/db/migrate.py (ROOMS), docs/words.md"
