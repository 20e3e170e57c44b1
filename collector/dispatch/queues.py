"""Which queue of the engine carries which stage, and what may not run at the same time?"""

from collections.abc import Mapping

#: stage -> queue
QUEUE_OF: Mapping[str, str] = {
    "download": "download", "poster": "download", "sample": "media", "read": "media", "detect": "media",
    "match": "media", "survey": "media", "landmark": "media",
    "locate": "locate", "compare": "locate", "cluster": "cluster", "track": "track",
}  # fmt: skip
POLL, HOUSE = "poll", "house"
#: what a worker can be asked to do; every worker keeps house, too
QUEUES: tuple[str, ...] = (POLL, *dict.fromkeys(QUEUE_OF.values()))
#: stages that look for what is like their input among all that is stored: two at once would miss each other, or write
#: the same thing
ALONE = frozenset({"compare", "match", "survey", "cluster", "track"})
#: housekeeping goes before all else, since a dead worker's locks hold back what they lock
URGENT = 100

#: names of the engine's tasks
WORK, LATER, RESCUE, KEEP_HOUSE = "work", "later", "rescue", "keep-house"
