#!/usr/bin/env bash
# Makes a bare Debian 12/13 machine ready: system libraries, then the virtual environment from the hash-locked list.
# Usage: scripts/setup.sh demo|test
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:?demo or test}

python=""
for candidate in python3.13 python3.12 python3.11 python3; do
  if command -v "$candidate" >/dev/null &&
    "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    python=$candidate
    # The plain name wins where it fits: it is the one the user chose.
    if command -v python3 >/dev/null && python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
      python=python3
    fi
    break
  fi
done
[ -n "$python" ] || { echo "Cần Python 3.11, 3.12 hoặc 3.13 (Python 3.11 to 3.13 is needed)." >&2; exit 1; }

# Kivy draws through EGL and Mesa even with no display; the tests need a browser and a PostgreSQL server as well.
packages=(libegl1 libgl1-mesa-dri libgles2 libgl1)
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then packages+=(python3-venv); fi
if [ "$purpose" = test ]; then packages+=(chromium postgresql poppler-utils); fi
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "Thiếu thư viện hệ thống, hãy chạy (missing system packages, please run):"
    echo "  sudo apt-get install --yes --no-install-recommends ${missing[*]}"
    exit 1
  fi
  echo "Cài thư viện hệ thống: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
fi

# A stamp of what was installed: a changed lock or pyproject renews the environment, an unchanged one costs nothing.
stamp=.venv/.installed-$(cat requirements.lock pyproject.toml | sha256sum | cut -c1-16)
if [ ! -f "$stamp" ]; then
  echo "Tạo môi trường Python (một lần)…"
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  if command -v uv >/dev/null; then
    uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements.lock
    uv pip install --quiet --python .venv/bin/python --no-deps -e .
  else
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
  fi
  rm -f .venv/.installed-*
  touch "$stamp"
fi
