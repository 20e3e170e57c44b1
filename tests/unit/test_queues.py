"""Every stage is carried by some queue, and what may not run beside itself is known."""

from collector.dispatch.queues import ALONE, QUEUE_OF
from collector.stages import STAGES


def test_every_stage_has_a_queue() -> None:
    assert set(QUEUE_OF) == {stage.name for stage in STAGES}


def test_what_looks_at_its_inputs_together_runs_alone() -> None:
    assert {stage.name for stage in STAGES if not stage.apart} <= ALONE
