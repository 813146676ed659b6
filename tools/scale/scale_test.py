"""Goal: the model adds up by hand, grows as it should, and notices an old document. Method: round
inputs whose results can be computed in one's head."""

import copy
import unittest

import scale

ROUND = {
    "players": {"concurrent": 1_200_000, "average_share": 0.5, "match_s": 300, "room": 8},
    "edge": {
        "messages_per_player_s": 1.0,
        "message_bytes": 300,
        "cpu_us_per_message": 9.0,
        "tls_us_per_message": 1.0,
        "process_bytes": 500,
        "kernel_bytes": 500,
        "tls_bytes": 0,
    },
    "wire": {"packet_bytes": 80, "tls_record_bytes": 20},
    "api": {"requests_per_match": 10, "cpu_ms_per_request": 0.1, "result_cpu_ms": 10},
    "redis": {"rate_limit_per_s": 100_000, "claims_per_s": 10_000, "joins_per_s": 10_000},
    "plan": {"busy_at_most": 0.5, "zones": 3},
    "prices": {
        "c7g_xlarge_hour": 1.0,
        "alb_hour": 1.0,
        "alb_lcu_hour": 1.0,
        "aurora_acu_hour": 1.0,
        "aurora_io_per_million": 0.0,
        "cache_r7g_large_hour": 1.0,
        "eks_hour": 1.0,
        "egress_tiers": [[10, 0.5], [1e12, 0.1]],
    },
    "aws": {"lcu_connections": 1_000, "lcu_gb_hour": 1e9, "acu_vcpu": 0.25, "io_per_result": 1},
}


class Scale(unittest.TestCase):
    def test_edges(self):
        found = scale.edge(ROUND)
        self.assertEqual(found["messages_s"], 1_200_000)
        self.assertAlmostEqual(found["cores"], 12)
        self.assertEqual(found["memory_bytes"], 1.2e9)
        # 12 cores at half load are 24, a zone lost 36, nine nodes of four: three in each zone.
        self.assertEqual(found["nodes"], 9)

    def test_nodes_are_whole_and_even_over_the_zones(self):
        self.assertEqual(scale.nodes(ROUND, 0.01), 3)
        self.assertEqual(scale.nodes(ROUND, 12.01), 12)

    def test_traffic(self):
        found = scale.traffic(ROUND)
        self.assertEqual(found["message_wire_bytes"], 400)
        self.assertEqual(found["bytes_s"], 480e6)
        self.assertAlmostEqual(found["month_gb"], 480e6 * 0.5 * 730 * 3600 / 1e9)

    def test_the_database_and_redis(self):
        found = scale.service_a(ROUND)
        self.assertEqual(found["requests_s"], 40_000)
        self.assertEqual(found["results_s"], 500)
        self.assertAlmostEqual(found["database_cores"], 5)
        self.assertEqual(found["acus"], 40)
        self.assertAlmostEqual(scale.redis(ROUND)["share"], 0.4 + 0.05 + 0.4)

    def test_tiers(self):
        tiers = ROUND["prices"]["egress_tiers"]
        self.assertEqual(scale.tiered(4, tiers), 2)
        self.assertEqual(scale.tiered(10, tiers), 5)
        self.assertAlmostEqual(scale.tiered(30, tiers), 5 + 2)

    def test_dollars(self):
        parts = scale.dollars(ROUND)
        self.assertEqual(parts["edges"], 9 * 730)
        self.assertEqual(parts["load balancer"], (1 + 600) * 730)  # by connections
        self.assertEqual(parts["Aurora, writer and a reader"], 2 * 40 * 730)

    def test_ten_times_the_players_are_ten_times_the_messages(self):
        more = copy.deepcopy(ROUND)
        more["players"]["concurrent"] *= 10
        self.assertEqual(scale.edge(more)["messages_s"], 10 * scale.edge(ROUND)["messages_s"])
        self.assertGreater(
            sum(scale.dollars(more).values()), 8 * sum(scale.dollars(ROUND).values())
        )

    def test_a_document_is_filled_and_an_old_one_noticed(self):
        empty = "".join(f"<!-- scale: {name} -->\n<!-- end -->\n" for name in scale.TABLES)
        filled = scale.fill(empty, ROUND)
        self.assertIn("edge nodes", filled)
        self.assertEqual(scale.fill(filled, ROUND), filled)
        other = copy.deepcopy(ROUND)
        other["edge"]["cpu_us_per_message"] = 90.0
        self.assertNotEqual(scale.fill(filled, other), filled)
        with self.assertRaises(ValueError):
            scale.fill("no marks", ROUND)

    def test_the_projects_own_inputs_are_whole(self):
        for table in scale.TABLES.values():
            self.assertTrue(table(scale.load()))


if __name__ == "__main__":
    unittest.main()
