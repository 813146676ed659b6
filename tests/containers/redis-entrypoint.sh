#!/bin/sh
# A server never runs as root; anything else runs as it is.
set -e
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  chown redis /data
  exec setpriv --reuid redis --regid redis --clear-groups "$@"
fi
exec "$@"
