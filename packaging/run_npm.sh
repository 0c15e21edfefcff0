#!/bin/sh
# Runs a script of a package.json with the right Node: packaging/run_npm.sh FOLDER SCRIPT
set -eu
. "$(dirname "$0")/node_path.sh"
cd "$1"
exec npm run --silent "$2"
