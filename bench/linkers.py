"""What do plain linkers make of the same sightings? A greedy one and Stone Soup's GNN, to stand beside ours.

Both take each sighting's first place and mean time; neither knows roads, descriptions, alternatives or destinations.
Stone Soup (PyPI `stonesoup`, MIT) is wanted for this bench only and is no dependency of the program.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from geolocate.belief import time_samples
from geolocate.link_params import DEFAULT
from geolocate.sphere import KM_PER_DEGREE, distance_km
from geolocate.types import Sighting

#: a convoy is lost after this many hours (tuned on seeds from 101 on), and drives no faster than this (km/h)
LOST_HOURS, FASTEST_KMH = 8.0, 60.0


def greedy(sightings: Sequence[Sighting]) -> dict[str, str]:
    """Each sighting, by time, goes on the track seen last that it can have come from; else it begins one."""
    last: dict[str, tuple[float, Sighting]] = {}
    tracks: dict[str, str] = {}
    for hour, s in sorted(((_hour(s), s) for s in sightings), key=lambda pair: (pair[0], pair[1].lat, pair[1].lon)):
        fits = [
            (before, name)
            for name, (before, p) in last.items()
            if hour - before <= LOST_HOURS
            and distance_km(p.lat, p.lon, s.lat, s.lon) <= FASTEST_KMH * (hour - before) + p.radius_km + s.radius_km
        ]
        name = max(fits)[1] if fits else s.id
        last[name], tracks[s.id] = (hour, s), name
    return tracks


def stone_soup(sightings: Sequence[Sighting]) -> dict[str, str]:
    """Stone Soup 1.9: constant velocity, gated Mahalanobis distance, global nearest neighbour."""
    from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
    from stonesoup.deleter.time import UpdateTimeDeleter
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.initiator.simple import SimpleMeasurementInitiator
    from stonesoup.measures import Mahalanobis
    from stonesoup.models.measurement.linear import LinearGaussian
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
    from stonesoup.predictor.kalman import KalmanPredictor
    from stonesoup.tracker.simple import MultiTargetTracker
    from stonesoup.types.detection import Detection
    from stonesoup.types.state import GaussianState
    from stonesoup.updater.kalman import KalmanUpdater

    # km and seconds; white acceleration so that a column loses its heading within about an hour
    mover = CombinedLinearGaussianTransitionModel([ConstantVelocity(3e-8), ConstantVelocity(3e-8)])
    squeeze = float(np.cos(np.radians(np.mean([s.lat for s in sightings]))))
    frames = []
    for hour, s in sorted(((_hour(s), s) for s in sightings), key=lambda pair: (pair[0], pair[1].lat, pair[1].lon)):
        place = np.array([[s.lon * squeeze * KM_PER_DEGREE], [s.lat * KM_PER_DEGREE]])
        noise = np.diag([(0.6 * s.radius_km + 5.0) ** 2] * 2)
        at = datetime.fromtimestamp(hour * 3600.0, UTC).replace(tzinfo=None)
        seen = Detection(place, at, measurement_model=LinearGaussian(4, (0, 2), noise), metadata={"id": s.id})
        frames.append((at, {seen}))
    updater = KalmanUpdater(None)
    hypotheses = DistanceHypothesiser(KalmanPredictor(mover), updater, Mahalanobis(), missed_distance=3)
    start = GaussianState(np.zeros((4, 1)), np.diag([0.0, 0.01**2, 0.0, 0.01**2]), frames[0][0])
    tracker = MultiTargetTracker(
        SimpleMeasurementInitiator(start, None), UpdateTimeDeleter(timedelta(hours=LOST_HOURS)), frames,
        GNNWith2DAssignment(hypotheses), updater,
    )  # fmt: skip
    found = {track for _, tracks in tracker for track in tracks}
    return {
        name: track.id
        for track in found
        for name in [m["id"] for m in track.metadatas if "id" in m]
    }  # fmt: skip


def _hour(sighting: Sighting) -> float:
    return float(time_samples(sighting, DEFAULT).mean())
