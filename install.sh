# Sourced by ./up and ./check: a virtual environment with the locked dependencies and the front
# end. `. ./install.sh run` for the platform, `. ./install.sh dev` to work on it.

lock="requirements/$1.lock"

python=""
for candidate in python3.11 python3.12 python3.13 python3; do
    if command -v "$candidate" >/dev/null &&
        "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python="$candidate"
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 or newer with venv is needed (Debian: apt-get install python3 python3-venv)." >&2
    exit 1
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv

# What a lock asks for is installed once; a changed lock is installed again. The larger lock
# holds the smaller, so working on the platform also runs it.
stamp() { cat "$1" pyproject.toml | sha256sum | cut -d' ' -f1; }
kept=".venv/installed"
if ! grep -qs "^$1 $(stamp "$lock")\$" "$kept"; then
    echo "installing the locked dependencies ($lock)"
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
    if [ "$1" = dev ]; then
        printf 'dev %s\nrun %s\n' "$(stamp "$lock")" "$(stamp requirements/run.lock)" >"$kept"
    else
        printf 'run %s\n' "$(stamp "$lock")" >"$kept"
    fi
fi
# The package itself, and its pages where their sources changed. pip brings a Node along where the
# machine has none.
current='import sys; sys.path.insert(0, "build_backend"); import front_end, motcua; sys.exit(not front_end.is_current())'
if [ ! -x .venv/bin/motcua ] || ! .venv/bin/python -c "$current" 2>/dev/null; then
    echo "installing the platform and building its pages"
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps -e .
fi
