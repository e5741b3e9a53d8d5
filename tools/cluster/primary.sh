#!/bin/sh
# Who may do what in a new primary: `editor` publishes, `reader` serves, `replicator` copies it all.
# The image of PostgreSQL runs this once, in /docker-entrypoint-initdb.d; so does the demo.
set -eu

# None of them may be missing.
: "$EDITOR_PASSWORD" "$READER_PASSWORD" "$REPLICATOR_PASSWORD"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv editor EDITOR_PASSWORD
\getenv reader READER_PASSWORD
\getenv replicator REPLICATOR_PASSWORD
CREATE ROLE editor LOGIN PASSWORD :'editor';
CREATE ROLE reader LOGIN PASSWORD :'reader';
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'replicator';
CREATE DATABASE atlas OWNER editor;
\connect atlas
CREATE EXTENSION postgis;
-- What the first publication makes, and later ones, is there to be read.
ALTER DEFAULT PRIVILEGES FOR ROLE editor GRANT USAGE ON SCHEMAS TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE editor GRANT SELECT ON TABLES TO reader;
-- Keeps what the replica has not fetched yet, also while it is away.
SELECT pg_create_physical_replication_slot('replica') \g (format=unaligned tuples_only) /dev/null
SQL

echo "host replication replicator samenet scram-sha-256" >>"$PGDATA/pg_hba.conf"
