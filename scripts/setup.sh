#!/usr/bin/env bash
# Makes a bare Debian 12/13 machine ready: system libraries, then the virtual environment from a hash-locked list.
# Usage: scripts/setup.sh office|demo|lint|test [TARGET]     (TARGET: what `make` was asked for, to be named at the end)
# People read standard error. Standard output stays empty, or has one line: why the machine is not ready.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$(pwd -P)
purpose=${1:?office, demo, lint or test}
target=${2:-$purpose}
exec 3>&1 1>&2

ticker=""
reason="Chưa xong, xem các dòng trên; rồi chạy lại: make $target (not ready, see above; then again: make $target)"
finish() {
  local status=$?
  [ -z "$ticker" ] || kill "$ticker" 2>/dev/null || true
  [ "$status" -eq 0 ] || echo "$reason" >&3
}
trap finish EXIT

# Run a command whose output goes to a log; every ten seconds one line tells how far it is. `set -e` does not reach into it.
watched() {
  local log
  log=$(mktemp)
  echo "$*" >"$log"
  (
    exec 3>&-
    while sleep 10 >/dev/null 2>&1; do
      echo "  … $SECONDS giây (s)$(installed "$1"): $(tail -n 1 "$log" | tr -d '\r' | cut -c -90)"
    done
  ) &
  ticker=$!
  if ! "$@" >>"$log" 2>&1; then
    tail -n 20 "$log"
    rm -f "$log"
    return 1
  fi
  kill "$ticker"
  ticker=""
  rm -f "$log"
}

installed() {
  [ "$1" != install_python_packages ] || echo ", $(find .venv -name '*.dist-info' -prune | wc -l) gói (packages)"
}

install_system_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update &&
    apt-get install --yes --no-install-recommends "$@"
}

# Wheels alone: a source archive runs its own code when it is installed. Off x86-64 pysqlite3 has none.
install_python_packages() {
  local uv_wheels=() pip_wheels=()
  [ "$(uname -m)" != x86_64 ] || uv_wheels=(--no-build) pip_wheels=(--only-binary :all:)
  if command -v uv >/dev/null; then
    uv pip install --python .venv/bin/python "${uv_wheels[@]}" --require-hashes -r "$lock" &&
      uv pip install --python .venv/bin/python --no-deps -e .
  else
    .venv/bin/python -m pip install --disable-pip-version-check --progress-bar off "${pip_wheels[@]}" --require-hashes -r "$lock" &&
      .venv/bin/python -m pip install --disable-pip-version-check --progress-bar off --no-deps -e .
  fi
}

# An environment names the folder it was made in and the Python it was made with: either can be gone.
is_usable() {
  grep -qsF "$here/.venv" .venv/bin/activate && .venv/bin/python -c 'import field178_shared' 2>/dev/null
}

# The plain name first: it is the one the user chose.
python=""
for candidate in python3 python3.13 python3.12 python3.11; do
  if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  reason="Cần Python 3.11, 3.12 hoặc 3.13 (Python 3.11 to 3.13 is needed)"
  exit 1
fi

is_installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

# Kivy draws through EGL and Mesa even with no display. The tests need a browser, its driver's library, and PostgreSQL as well.
packages=(libegl1 libgl1-mesa-dri libgles2 libgl1)
size="khoảng 60 MB, 1–2 phút (about 60 MB, 1–2 minutes)"
if [ "$purpose" = office ]; then
  packages=()
  size="khoảng 15 MB (about 15 MB)"
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then packages+=(python3-venv); fi
if [ "$purpose" = test ]; then
  packages+=(libatomic1 postgresql poppler-utils)
  # A proof runs the tests on other days.
  if [ "$target" = prove ]; then packages+=(faketime); fi
  # The browser's engine without its windows: drawing those, for nobody to see, is near half of the whole browser's work.
  is_installed chromium || packages+=(chromium-headless-shell)
  size="khoảng 260 MB, 2–5 phút (about 260 MB, 2–5 minutes)"
fi
missing=()
for package in "${packages[@]}"; do
  is_installed "$package" || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "Thiếu thư viện hệ thống, tải $size."
    echo "Hãy chạy dòng này (system packages are missing, please run this line):"
    echo
    echo "  sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${missing[*]}"
    echo
    reason="Chạy dòng trên, rồi chạy lại: make $target (run the line above, then again: make $target)"
    exit 1
  fi
  echo "Cài thư viện hệ thống, tải $size: ${missing[*]}"
  watched install_system_packages "${missing[@]}"
fi

# A stamp of what was installed: changed pins renew the environment, unchanged ones cost nothing. The large lock has all pins
# of the small one, so an environment of the tests is good for the demonstration, and nothing is ever removed.
stamp=$(cat requirements.lock requirements-demo.lock requirements-office.lock pyproject.toml | sha256sum | cut -c -16)
full=.venv/.installed-full-$stamp
small=.venv/.installed-demo-$stamp
least=.venv/.installed-office-$stamp
lock=requirements.lock
is_enough() { [ -f "$full" ]; }
size="khoảng 230 MB, 3–6 phút (about 230 MB, 3–6 minutes)"
if [ "$purpose" = demo ]; then
  lock=requirements-demo.lock
  is_enough() { [ -f "$full" ] || [ -f "$small" ]; }
  size="khoảng 60 MB, 1–3 phút (about 60 MB, 1–3 minutes)"
fi
if [ "$purpose" = office ]; then
  lock=requirements-office.lock
  is_enough() { [ -f "$full" ] || [ -f "$small" ] || [ -f "$least" ]; }
  size="khoảng 45 MB, 1 phút (about 45 MB, a minute)"
fi
if is_enough && is_usable; then exit 0; fi

echo "Cài thư viện Python vào .venv (một lần), tải $size"
if [ -d .venv ] && ! grep -qsF "$here/.venv" .venv/bin/activate; then
  echo "  .venv được tạo cho thư mục khác, tạo lại (made for another folder, making it anew)"
fi
is_usable || watched "$python" -m venv --clear .venv
watched install_python_packages
rm -f .venv/.installed-*
case $purpose in
office) touch "$least" ;;
demo) touch "$small" ;;
*) touch "$full" ;;
esac
echo "Đã cài xong sau $SECONDS giây (ready after $SECONDS s)"
