CREATE SCHEMA IF NOT EXISTS routeshift;

CREATE TABLE routeshift.editions (
    number integer PRIMARY KEY CHECK (number > 0),
    document bytea NOT NULL
);
COMMENT ON TABLE routeshift.editions IS 'Manifests, byte for byte as they were published';

CREATE TABLE routeshift.removed (
    number integer PRIMARY KEY CHECK (number > 0),
    document bytea NOT NULL
);
COMMENT ON TABLE routeshift.removed IS 'What is kept of editions that were pruned';

CREATE TABLE routeshift.current (
    number integer NOT NULL,
    sha256 text NOT NULL,
    one boolean PRIMARY KEY DEFAULT true CHECK (one)
);
COMMENT ON TABLE routeshift.current IS 'The newest edition, and the hash of its manifest';

CREATE TABLE routeshift.pieces (
    sha256 bytea PRIMARY KEY,
    content bytea NOT NULL
);
-- GeoParquet is compressed already.
ALTER TABLE routeshift.pieces ALTER COLUMN content SET STORAGE EXTERNAL;
COMMENT ON TABLE routeshift.pieces IS 'Parts of GeoParquet files, each once';

CREATE TABLE routeshift.records (
    sha256 text NOT NULL,
    position integer NOT NULL,
    piece bytea NOT NULL REFERENCES routeshift.pieces,
    PRIMARY KEY (sha256, position)
);
CREATE INDEX ON routeshift.records (piece);
COMMENT ON TABLE routeshift.records IS 'Which pieces make the GeoParquet of a collection, by its hash';

-- No number is given twice: who has a revision open must not be shown another.
CREATE SEQUENCE routeshift.revision AS integer;

CREATE TABLE routeshift.revisions (
    revision integer PRIMARY KEY,
    collection text NOT NULL,
    sha256 text NOT NULL,
    format integer NOT NULL,
    count integer NOT NULL,
    bbox double precision[],
    interval text[] NOT NULL,
    places bytea NOT NULL,
    UNIQUE (collection, sha256, format)
);
COMMENT ON TABLE routeshift.revisions IS 'States of a collection; editions that did not change it share one';

CREATE TABLE routeshift.trees (
    revision integer NOT NULL REFERENCES routeshift.revisions ON DELETE CASCADE,
    name text NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (revision, name)
);
COMMENT ON TABLE routeshift.trees IS 'Files of the tree over the runs of rows of a revision';

CREATE TABLE routeshift.rows (
    collection text NOT NULL,
    place bigint NOT NULL,
    since integer NOT NULL,
    until integer NOT NULL DEFAULT 2147483647 CHECK (since < until),
    id text NOT NULL,
    digest bytea NOT NULL,
    geom geometry(Geometry, 4326),
    west double precision NOT NULL,
    south double precision NOT NULL,
    east double precision NOT NULL,
    north double precision NOT NULL,
    start_earliest bigint NOT NULL,
    start_latest bigint NOT NULL,
    end_earliest bigint NOT NULL,
    end_latest bigint NOT NULL,
    attested_from bigint NOT NULL,
    attested_until bigint NOT NULL,
    fragment bytea NOT NULL,
    PRIMARY KEY (collection, place, since)
) WITH (fillfactor = 95);
CREATE INDEX ON routeshift.rows (collection, id);
COMMENT ON TABLE routeshift.rows IS
    'Each distinct feature once, in the revisions from since on and before until; place orders them. '
    'Times are seconds since 1970, UTC; -2^62 and 2^62 are no bound. Boxes are NaN without geometry';
