#!/bin/sh
# Copy the primary that PGHOST and PGPORT name, unless that is done, and run the copy as its replica.
# What is given is handed to `postgres`. PGDATA is the folder of the copy.
set -eu

if [ ! -e "$PGDATA" ]; then
    # Half a copy is none: it gets its name when it is whole.
    rm -rf "$PGDATA.new"
    pg_basebackup --pgdata "$PGDATA.new" --username replicator --write-recovery-conf \
        --slot replica --checkpoint fast --no-password
    mv "$PGDATA.new" "$PGDATA"
fi
exec postgres "$@"
