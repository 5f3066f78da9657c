#!/bin/sh
# Usage: install.sh PYTHON PIP-INSTALL-WORDS...
# uv does in half a minute what pip needs minutes for on a busy machine. Where it cannot reach its packages
# (pip may be set up for a mirror that uv knows nothing of), pip does the work.
set -eu
python=$1
shift
here=$(dirname "$python")
unfinished="$here/../.unfinished"

# What a killed start left may be half a package, or an environment without pip.
"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null
if [ -e "$unfinished" ]; then set -- --force-reinstall "$@"; fi
: > "$unfinished"

[ -x "$here/uv" ] || "$python" -m pip install --quiet --disable-pip-version-check "uv==0.13.8" || true
"$here/uv" pip install --quiet --python "$python" "$@" ||
  "$python" -m pip install --quiet --disable-pip-version-check "$@"
rm "$unfinished"
