"""A deployment that is really run: a primary, a replica, two services, and nginx in front.

`make demo-cluster` runs it as plain processes, asks through it without a pause while an edition is
published and while one part after the other is killed, and tells what readers noticed. Its files,
`routeshift.conf.template`, `primary.sh` and `replica.sh`, are those of `compose.cluster.yaml`.
"""
