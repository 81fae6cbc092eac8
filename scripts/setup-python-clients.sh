#!/usr/bin/env bash
# Installs the Python clients of tests/compat and examples/ under .venv. Does nothing when they are there already.
# Each set of clients has a directory of its own, .venv/clients/NAME, as old and new majors cannot share one.
set -euo pipefail
cd "$(dirname "$0")/.."

python="${PYTHON:-python3}"
if ! command -v "$python" >/dev/null; then
  echo "Python clients: $python not found; install Python 3.11 or later." >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "Python clients: need Python 3.11 or later, found $("$python" --version)." >&2
  exit 1
fi

# A virtual environment that was moved or lost its Python is built anew.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  rm -rf .venv
  "$python" -m venv .venv || {
    echo "Python clients: could not make .venv (on Debian: apt-get install python3-venv)." >&2
    exit 1
  }
fi
version="$(.venv/bin/python --version)"

install_set() {
  local name="$1" requirements="$2"
  local target=".venv/clients/$name" stamp
  stamp="$version $(sha256sum <"$requirements")"
  if [ "$(cat "$target/.installed" 2>/dev/null)" = "$stamp" ]; then return; fi
  echo "Python clients: installing $name ($requirements)"
  rm -rf "$target" "$target.new"
  mkdir -p .venv/clients
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
    --target "$target.new" --requirement "$requirements"
  echo "$stamp" >"$target.new/.installed"
  mv "$target.new" "$target"
}

install_set current tests/compat/requirements.txt
install_set openai-1 tests/compat/requirements-openai-1.txt
install_set openai-2 tests/compat/requirements-openai-2.txt
install_set llama-index tests/compat/requirements-llama-index.txt
