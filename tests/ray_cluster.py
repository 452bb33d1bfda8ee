"""A cluster of Ray on loopback, several processes a node: prints its address, then kills a node a line of input.

python tests/ray_cluster.py NODES
"""

import sys

from ray.cluster_utils import Cluster

LOOPBACK = {"node_ip_address": "127.0.0.1"}


def main(n_nodes: int) -> None:
    cluster = Cluster(
        initialize_head=True,
        head_node_args={**LOOPBACK, "num_cpus": 0, "include_dashboard": False},
        shutdown_at_exit=True,
    )
    nodes = [cluster.add_node(num_cpus=1, **LOOPBACK) for _ in range(n_nodes)]
    cluster.wait_for_nodes()
    print(cluster.address, flush=True)
    for _ in sys.stdin:
        cluster.remove_node(nodes.pop(), allow_graceful=False)
        print("killed", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main(int(sys.argv[1]))
