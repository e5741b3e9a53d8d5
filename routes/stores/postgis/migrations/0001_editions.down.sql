DROP TABLE routeshift.rows, routeshift.trees, routeshift.revisions, routeshift.records, routeshift.pieces,
    routeshift.current, routeshift.removed, routeshift.editions;
DROP SEQUENCE routeshift.revision;
