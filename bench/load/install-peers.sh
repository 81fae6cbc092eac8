#!/bin/sh
# Installs the gateways that `npm run bench` measures beside ours into .bench/ (ignored by git).
# A peer that fails to install is left out of the run; nothing else depends on them.
#   sh bench/load/install-peers.sh [litellm] [portkey]     (both when none is named)
# Versions can be set: LITELLM_VERSION=1.77.5 PORTKEY_VERSION=1.15.2 sh bench/load/install-peers.sh
set -u
cd "$(dirname "$0")/../.." || exit 1
mkdir -p .bench
wanted="${*:-litellm portkey}"
failed=0

install_litellm() {
  python3 -m venv .bench/venv &&
    .bench/venv/bin/pip install --quiet --disable-pip-version-check "litellm[proxy]${LITELLM_VERSION:+==$LITELLM_VERSION}"
}

# Portkey gets a current Node of its own, so that an old one here does not slow it down.
install_portkey() {
  mkdir -p .bench/portkey &&
    npm install --prefix .bench/portkey --no-audit --no-fund --ignore-scripts \
      "@portkey-ai/gateway@${PORTKEY_VERSION:-latest}" "node-linux-$(node -p process.arch)@24"
}

for peer in $wanted; do
  case "$peer" in
    litellm) install_litellm ;;
    portkey) install_portkey ;;
    *) echo "unknown peer '$peer': litellm or portkey" >&2; false ;;
  esac && echo "$peer installed" || { echo "$peer NOT installed" >&2; failed=1; }
done
exit "$failed"
