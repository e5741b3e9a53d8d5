ALTER TABLE routeshift.revisions ALTER COLUMN places SET STORAGE EXTENDED;
ALTER TABLE routeshift.trees ALTER COLUMN content SET STORAGE EXTENDED;
COMMENT ON TABLE routeshift.trees IS 'Files of the tree over the runs of rows of a revision';
CREATE INDEX rows_in_space_and_time ON routeshift.rows
    USING gist (geom, int8range(start_earliest, end_latest));
