#!/bin/sh
# Usage: install.sh PYTHON PIP-INSTALL-WORDS...
# uv does in half a minute what pip needs minutes for on a busy machine. Where it cannot reach its packages
# (pip may be set up for a mirror that uv knows nothing of), pip does the work.
set -eu
python=$1
shift
uv="$(dirname "$python")/uv"
[ -x "$uv" ] || "$python" -m pip install --quiet --disable-pip-version-check "uv==0.13.8" || true
"$uv" pip install --quiet --python "$python" "$@" ||
  exec "$python" -m pip install --quiet --disable-pip-version-check "$@"
