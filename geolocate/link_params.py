"""What does the linker believe of convoys and of those who report them? Every constant, with its unit and reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkParams:
    """Beliefs about movement, reports and priors; see each comment. Defaults were tuned on simulated worlds only."""

    #: speed of a rolling column, km/h, and its relative spread: doctrine and footage give 12-60
    speed_kmh: float = 36.0
    speed_spread: float = 0.22
    max_speed_kmh: float = 60.0
    #: halts: one in this many km, lasting this many hours on average (a meal to a night)
    km_per_halt: float = 250.0
    halt_hours: float = 4.0
    #: sightings whose mean times are farther apart are never one convoy, hours
    max_gap_hours: float = 50.0
    #: nor are those whose places are farther apart than this on the great circle, km
    max_reach_km: float = 600.0
    #: length that few movements exceed by half, by road, km
    route_km: float = 400.0
    #: events of one convoy that are expected to be reported beside a given one
    company: float = 10.0
    #: share of the prior that each pair counts: the pairs of one convoy are not independent, and one stranger more is
    #: no evidence against each of them anew; at full weight convoys fall to pieces where many drive
    crowd_counts: float = 0.7
    #: share of places that are simply wrong
    gross_error: float = 0.06
    #: posts come late: median delay in hours, and the sd of its logarithm
    delay_hours: float = 2.3
    delay_spread: float = 1.0
    #: spread (sd of log) of the stated count about the true size of a convoy, and of the sizes of convoys
    count_spread: float = 0.42
    sizes_spread: float = 1.4
    #: share of stated destinations that are true
    hint_reliability: float = 0.8
    #: share of convoys that go to no watched destination
    elsewhere: float = 0.25
    #: share of tracks whose sightings were not one convoy after all, so that nothing but the priors holds for them
    mistaken: float = 0.03
    #: concentration of stated directions about the straight line between two places (von Mises)
    bearing_kappa: float = 2.0
    #: log-odds of two sightings that cannot be one convoy
    apart: float = -6.0
    #: pairs with lower log-odds than this are not listed and weigh `apart`, about what they weigh on average: they are
    #: five in six, and listing them costs memory
    listed: float = -3.5
    #: a sighting whose mean log-odds with the n others of its track is below support + few / n stays out: among many
    #: pairs some agree by chance, several sightings that all agree hardly ever do
    support: float = 0.3
    few: float = 3.0


DEFAULT = LinkParams()
