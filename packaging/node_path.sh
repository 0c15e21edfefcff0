# shellcheck shell=sh
# Sourced: puts the Node that ./dev deps may have taken from npm before the system's. Sets node_dir.
node_dir=${LECTERN_NODE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/lectern/node}
PATH=$node_dir/node_modules/.bin:$PATH
export PATH
