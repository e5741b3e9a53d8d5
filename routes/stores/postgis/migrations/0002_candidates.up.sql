-- Small boxes are found by what services have in memory.
DROP INDEX IF EXISTS routeshift.rows_in_space_and_time;
-- Deflated already.
ALTER TABLE routeshift.trees ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE routeshift.revisions ALTER COLUMN places SET STORAGE EXTERNAL;
COMMENT ON TABLE routeshift.trees IS 'Files of the tree over the rows of a revision, deflated';
